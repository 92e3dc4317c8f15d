"""`passmanager pricing create`: a command for each charge style."""

from enum import StrEnum
from typing import Annotated, Final, NamedTuple

import typer

from passmanager.abi.events import PricingCreated
from passmanager.cli.common import group
from passmanager.cli.pricing_rows import described
from passmanager.cli.values import BaseUnits, OrgId, Token, amount
from passmanager.cli.writing import Step, Writer, writes
from passmanager.specs import (
    Amount,
    Band,
    Currency,
    Flat,
    Frequency,
    OneTime,
    PricingSpec,
    TieredGraduated,
    TieredVolume,
    UsageGraduated,
    UsageVolume,
)
from passmanager.units import NATIVE, Address

app = group("Create a pricing, of one of the six charge styles.")
REST: Final = "rest"
PARTS: Final = (2, 3)
MOST_TIERS: Final = 16


class Every(StrEnum):
    """The periods by the words that are typed."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"

    @property
    def frequency(self) -> Frequency:
        """The number of the ABI."""
        return Frequency[self.name]


class TypedTier(NamedTuple):
    """A tier as it was typed: the last unit, or None; the amounts are texts."""

    up_to: int | None
    unit: str
    flat: str


def tier(typed: str) -> TypedTier:
    """`9:5.00` or `rest:4.00:10`: the last unit, the price of a unit, the price of the tier as such."""
    parts = typed.split(":")
    if len(parts) not in PARTS or not (parts[0] == REST or (parts[0].isdecimal() and int(parts[0]))):
        raise typer.BadParameter(
            f"BadTier: {typed!r} is no tier. Type LAST:UNIT or LAST:UNIT:FLAT, like 9:5.00 or rest:4.00:10"
        )
    unit, flat = (amount(part) for part in (*parts[1:], "0")[:2])
    return TypedTier(None if parts[0] == REST else int(parts[0]), unit, flat)


Price = Annotated[str, typer.Option(metavar="AMOUNT", help="Price, like 19.99.", parser=amount, show_default=False)]
Tiers = Annotated[
    list[TypedTier],
    typer.Option(
        "--tier",
        metavar="LAST:UNIT[:FLAT]",
        help="Last unit of the tier (`rest` in the last one), price of a unit, price of the tier as such; repeat.",
        parser=tier,
        show_default=False,
    ),
]
Period = Annotated[Every, typer.Option("--every", help="How long a period is.", show_default=False)]
Meter = Annotated[int, typer.Option("--meter", help="Id of the usage meter.", min=1, show_default=False)]
Restricted = Annotated[bool, typer.Option("--restricted", help="For the wallets of its list only: `pricing access`.")]


@writes(app, "one-time")
def one_time(
    desk: Writer,
    org: OrgId,
    *,
    price: Price,
    token: Token = NATIVE,
    base_units: BaseUnits = False,
    restricted: Restricted = False,
) -> Step:
    """Paid once, held for good."""
    currency, (flat,) = _exact(desk, token, [price], base_units=base_units)
    return _create(desk, org, OneTime(currency=currency, price=flat, restricted=restricted))


@writes(app, "flat")
def flat_price(
    desk: Writer,
    org: OrgId,
    *,
    price: Price,
    every: Period,
    token: Token = NATIVE,
    base_units: BaseUnits = False,
    restricted: Restricted = False,
) -> Step:
    """The same price ahead of each period."""
    currency, (flat,) = _exact(desk, token, [price], base_units=base_units)
    return _create(desk, org, Flat(currency=currency, price=flat, frequency=every.frequency, restricted=restricted))


@writes(app, "tiered-volume")
def tiered_volume(
    desk: Writer,
    org: OrgId,
    *,
    tiers: Tiers,
    every: Period,
    token: Token = NATIVE,
    base_units: BaseUnits = False,
    restricted: Restricted = False,
) -> Step:
    """By quantity, ahead: all units cost what the tier of the quantity says."""
    currency, bands = _bands(desk, token, tiers, base_units=base_units)
    spec = TieredVolume(currency=currency, tiers=bands, frequency=every.frequency, restricted=restricted)
    return _create(desk, org, spec)


@writes(app, "tiered-graduated")
def tiered_graduated(
    desk: Writer,
    org: OrgId,
    *,
    tiers: Tiers,
    every: Period,
    token: Token = NATIVE,
    base_units: BaseUnits = False,
    restricted: Restricted = False,
) -> Step:
    """By quantity, ahead: each unit costs what its own tier says."""
    currency, bands = _bands(desk, token, tiers, base_units=base_units)
    spec = TieredGraduated(currency=currency, tiers=bands, frequency=every.frequency, restricted=restricted)
    return _create(desk, org, spec)


@writes(app, "usage-volume")
def usage_volume(
    desk: Writer,
    org: OrgId,
    *,
    meter: Meter,
    tiers: Tiers,
    every: Period,
    token: Token = NATIVE,
    base_units: BaseUnits = False,
    restricted: Restricted = False,
) -> Step:
    """By a meter, after each period: all units cost what the tier of their sum says."""
    currency, bands = _bands(desk, token, tiers, base_units=base_units)
    spec = UsageVolume(currency=currency, tiers=bands, frequency=every.frequency, meter_id=meter, restricted=restricted)
    return _create(desk, org, spec)


@writes(app, "usage-graduated")
def usage_graduated(
    desk: Writer,
    org: OrgId,
    *,
    meter: Meter,
    tiers: Tiers,
    every: Period,
    token: Token = NATIVE,
    base_units: BaseUnits = False,
    restricted: Restricted = False,
) -> Step:
    """By a meter, after each period: each unit costs what its own tier says."""
    currency, bands = _bands(desk, token, tiers, base_units=base_units)
    spec = UsageGraduated(
        currency=currency, tiers=bands, frequency=every.frequency, meter_id=meter, restricted=restricted
    )
    return _create(desk, org, spec)


def _exact(desk: Writer, token: Address, typed: list[str], *, base_units: bool) -> tuple[Currency, list[Amount]]:
    coin = desk.coin(token)
    return Currency(token, coin.decimals), [desk.base_units(text, token, exact=base_units) for text in typed]


def _bands(desk: Writer, token: Address, tiers: list[TypedTier], *, base_units: bool) -> tuple[Currency, list[Band]]:
    if len(tiers) > MOST_TIERS:
        raise typer.BadParameter(f"{len(tiers)} tiers are given, a pricing takes {MOST_TIERS}; join some")
    currency, units = _exact(desk, token, [one.unit for one in tiers], base_units=base_units)
    _, flats = _exact(desk, token, [one.flat for one in tiers], base_units=base_units)
    last = [one.up_to for one in tiers]
    return currency, [Band(*band) for band in zip(last, units, flats, strict=True)]


def _create(desk: Writer, org: int, spec: PricingSpec) -> Step:
    terms = spec.terms()
    return Step(
        title=f"Create a pricing of organization {org}",
        call=desk.client.catalog.calls.create_pricing(org, terms),
        facts={"orgId": org, **described(desk, terms)},
        ids=lambda receipt: {"pricingId": receipt.event(PricingCreated).pricing_id},
    )
