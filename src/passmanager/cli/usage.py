"""`passmanager usage`: readings of meters, what they cost, and the bills."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple

import typer

from passmanager.abi.events import UsageCapSet, UsageRecorded
from passmanager.cli.common import group
from passmanager.cli.paying import Approving
from passmanager.cli.reading import Facts, Listing, Reader, reads
from passmanager.cli.renewing import paying_steps, quote_renewals, value_of
from passmanager.cli.values import BaseUnits, PassId, ProductId, amount
from passmanager.cli.writing import Step, Writer, writes
from passmanager.models import Receipt

app = group("Record usage, see what it costs, bill it.")
MOST_READINGS: Final = 200
"""In one transaction."""
_READING: Final = re.compile(r"^(\d{1,12}):(\d{1,15})$", re.ASCII)
MeterId = Annotated[int, typer.Argument(metavar="METER", help="Id of the meter.", min=1, show_default=False)]


class Reading(NamedTuple):
    """Units to add for a pass."""

    pass_id: int
    units: int


def reading(text: str) -> Reading:
    """`17:250` adds 250 units to what pass 17 has."""
    found = _READING.match(text)
    if not found:
        raise typer.BadParameter(f"BadReading: {text!r} is no reading. Type pass:units, like 17:250")
    return Reading(int(found[1]), int(found[2]))


Readings = Annotated[
    list[Reading],
    typer.Argument(metavar="PASS:UNITS", help="Units to add, for each pass.", parser=reading, show_default=False),
]


# --- reading


@reads(app, "read")
def read(desk: Reader, pass_id: PassId, product: ProductId) -> Facts:
    """Show what a meter counted for a subscription, and what of it is to be paid."""
    found = desk.client.passes.usage(pass_id, product)
    return Facts(
        {
            "passId": pass_id,
            "productId": product,
            "meterId": found.meter_id,
            "recorded": found.total,
            "billed": found.billed,
            "open": found.units,
            "price": desk.money(found.cost, found.token),
            "cap": desk.money(found.cap, found.token),
            "lastBill": desk.money(found.last_bill, found.token),
        }
    )


@reads(app, "readings")
def readings(desk: Reader, meter: MeterId) -> Listing:
    """List what a meter counted, pass by pass."""
    found = desk.client.organizations.readings(meter)
    return Listing([{"meterId": one.meter_id, "passId": one.pass_id, "recorded": one.total} for one in found])


# --- writing


@writes(app, "record")
def record(desk: Writer, meter: MeterId, readings: Readings) -> list[Step]:
    """Add units to the readings of passes (role usage)."""
    parts = [readings[start : start + MOST_READINGS] for start in range(0, len(readings), MOST_READINGS)]
    return [_record(desk, meter, part) for part in parts]


def _record(desk: Writer, meter: int, part: Sequence[Reading]) -> Step:
    passes, units = [one.pass_id for one in part], [one.units for one in part]
    return Step(
        title=f"Add {sum(units):,} units to {len(part)} reading(s) of meter {meter}",
        call=desk.client.catalog.calls.record_usage(meter, passes, units=units),
        facts={"meterId": meter, "readings": [f"{one.pass_id}:{one.units}" for one in part]},
        ids=_recorded,
    )


@writes(app, "adjust")
def adjust(
    desk: Writer,
    meter: MeterId,
    pass_id: PassId,
    units: Annotated[int, typer.Argument(metavar="UNITS", help="The new reading.", min=0, show_default=False)],
) -> Step:
    """Correct a reading downwards (role usage), never below what was billed."""
    return Step(
        title=f"Set the reading of meter {meter} for pass {pass_id} to {units:,} units",
        call=desk.client.catalog.calls.adjust_usage(meter, pass_id, units=units),
        facts={"meterId": meter, "passId": pass_id, "units": units},
        ids=_recorded,
    )


@writes(app, "bill")
def bill(desk: Writer, pass_id: PassId, product: ProductId, *, approve: Approving = False) -> list[Step]:
    """Bill the period that ended, within the holder's cap; the next period begins."""
    quotes = quote_renewals(desk, pass_id, [product], free=False)
    call = desk.client.manager.calls.renew_subscription(pass_id, product, airdrop=False, value=value_of(quotes))
    title = f"Bill the usage of product {product} of pass {pass_id}"
    return paying_steps(desk, quotes, title=title, call=call, pass_id=pass_id, asked=approve)


@writes(app, "cap")
def cap(
    desk: Writer,
    pass_id: PassId,
    product: ProductId,
    most: Annotated[str, typer.Argument(metavar="AMOUNT", help="Largest bill.", parser=amount, show_default=False)],
    *,
    base_units: BaseUnits = False,
) -> Step:
    """Agree to bills up to an amount, for each period (the holder)."""
    token = desk.client.passes.usage(pass_id, product).token
    units = desk.base_units(most, token, exact=base_units)
    return Step(
        title=f"Agree to bills up to {desk.money(units, token).text()} for product {product} of pass {pass_id}",
        call=desk.client.manager.calls.set_usage_cap(pass_id, product, amount=units),
        facts={"passId": pass_id, "productId": product, "cap": desk.money(units, token)},
        ids=lambda receipt: {"cap": desk.money(receipt.event(UsageCapSet).cap, token)},
    )


def _recorded(receipt: Receipt[Any]) -> dict[str, Any]:
    found = receipt.events_of(UsageRecorded)
    return {"readings": [{"passId": one.product_pass_id, "recorded": one.total} for one in found]}
