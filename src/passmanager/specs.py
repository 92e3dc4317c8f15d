"""What a merchant sets up, typed: one class per charge style, coupons, sale rules, roles.

Prices are whole numbers of the token's smallest unit, or `Decimal` together with a `Currency`; never floats.
The contract checks the rest, with errors of its own (`passmanager.abi.errors`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, IntFlag
from typing import ClassVar, Final, NamedTuple

from eth_utils.crypto import keccak

from passmanager.abi.structs import CouponTerms, PricingTerms, SaleRules, Tier
from passmanager.errors import BadAmount, BadArgument
from passmanager.units import NATIVE, Address, parse_units

Amount = int | Decimal
_DIGITS: Final = 78  # of 2**256
CODE_BYTES: Final = 64  # a longer code could be created by its hash, but never redeemed
FOR_EVER: Final = 255
"""Renewals of a coupon that never ends."""


class Frequency(IntEnum):
    """How long a period is; the numbers are those of the ABI."""

    ONCE = 0
    DAILY = 1
    WEEKLY = 2
    MONTHLY = 3
    QUARTERLY = 4
    YEARLY = 5


class Role(IntFlag):
    """What an organization lets an account do; `set_roles` takes the sum."""

    NONE = 0
    CATALOG = 1
    PROMOTIONS = 2
    AIRDROP = 4
    USAGE = 8
    REFUND = 16
    SUPPORT = 32
    ALL = 63


class DiscountMode(IntEnum):
    """Who may take a discount with a first purchase; the numbers are those of the ABI."""

    LISTED = 0
    EVERYBODY = 1
    ORGANIZATION = 2


@dataclass(frozen=True, slots=True)
class Currency:
    """A token and its decimals; without a token the native coin."""

    token: Address = NATIVE
    decimals: int = 18

    def amount(self, of: Amount) -> int:
        """`of` in the smallest unit; a whole number is in it already.

        Raises:
            BadAmount: A float, a negative number, or more decimals than the token has.
        """
        return base_units(of, self)


def base_units(of: Amount, currency: Currency | None) -> int:
    """`of` in the smallest unit of `currency`; a whole number is in it already, and needs no currency.

    Raises:
        BadAmount: A float, a negative number, more decimals than the token has, or a Decimal without a currency.
    """
    if isinstance(of, bool) or not isinstance(of, int | Decimal):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise BadAmount(amount=repr(of), problem=f"a {type(of).__name__} is not exact")
    if not Decimal(of).is_finite() or of < 0:
        raise BadAmount(amount=str(of), problem="it is negative or not finite")
    if isinstance(of, int):
        return of
    if currency is None:
        raise BadAmount(amount=str(of), problem="a Decimal says nothing without a currency")
    if of.adjusted() > _DIGITS:
        raise BadAmount(amount=str(of), problem="no token has that much")
    try:
        return parse_units(str(of), currency.decimals)
    except ValueError as problem:
        raise BadAmount(amount=str(of), problem=f"the token has {currency.decimals} decimals") from problem


class Band(NamedTuple):
    """A tier: its last unit (None = without end), the price of a unit in it, and of the tier as such."""

    up_to: int | None
    unit_price: Amount = 0
    flat_price: Amount = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spec:
    STYLE: ClassVar[int]

    currency: Currency
    restricted: bool = False

    def _terms(
        self, frequency: Frequency, *, price: Amount = 0, tiers: Sequence[Tier] = (), meter_id: int = 0
    ) -> PricingTerms:
        return PricingTerms(
            charge_style=self.STYLE,
            frequency=frequency,
            token=self.currency.token,
            flat_price=base_units(price, self.currency),
            meter_id=meter_id,
            restricted=self.restricted,
            tiers=tiers,
        )

    def _tiers(self, bands: Sequence[Band], *, first: int) -> list[Tier]:
        lowers = [first, *((band.up_to or 0) + 1 for band in bands)]
        return [
            Tier(
                lower=lower,
                upper=band.up_to or 0,
                unit_price=base_units(band.unit_price, self.currency),
                flat_price=base_units(band.flat_price, self.currency),
            )
            for lower, band in zip(lowers, bands, strict=False)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTime(_Spec):
    """Paid once, held for good."""

    STYLE: ClassVar[int] = 0
    price: Amount

    def terms(self) -> PricingTerms:
        """As `create_pricing` takes it."""
        return self._terms(Frequency.ONCE, price=self.price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat(_Spec):
    """The same price each period."""

    STYLE: ClassVar[int] = 1
    price: Amount
    frequency: Frequency

    def terms(self) -> PricingTerms:
        """As `create_pricing` takes it."""
        return self._terms(self.frequency, price=self.price)


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredVolume(_Spec):
    """Paid ahead by quantity; all units cost what the tier of the quantity says."""

    STYLE: ClassVar[int] = 2
    tiers: Sequence[Band]
    frequency: Frequency

    def terms(self) -> PricingTerms:
        """As `create_pricing` takes it."""
        return self._terms(self.frequency, tiers=self._tiers(self.tiers, first=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredGraduated(_Spec):
    """Paid ahead by quantity; each unit costs what its own tier says."""

    STYLE: ClassVar[int] = 3
    tiers: Sequence[Band]
    frequency: Frequency

    def terms(self) -> PricingTerms:
        """As `create_pricing` takes it."""
        return self._terms(self.frequency, tiers=self._tiers(self.tiers, first=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageVolume(_Spec):
    """Billed after each period by what a meter counted; all units cost what the tier of the sum says."""

    STYLE: ClassVar[int] = 4
    tiers: Sequence[Band]
    frequency: Frequency
    meter_id: int

    def terms(self) -> PricingTerms:
        """As `create_pricing` takes it."""
        return self._terms(self.frequency, tiers=self._tiers(self.tiers, first=1), meter_id=self.meter_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageGraduated(_Spec):
    """Billed after each period by what a meter counted; each unit costs what its own tier says."""

    STYLE: ClassVar[int] = 5
    tiers: Sequence[Band]
    frequency: Frequency
    meter_id: int

    def terms(self) -> PricingTerms:
        """As `create_pricing` takes it."""
        return self._terms(self.frequency, tiers=self._tiers(self.tiers, first=0), meter_id=self.meter_id)


PricingSpec = OneTime | Flat | TieredVolume | TieredGraduated | UsageVolume | UsageGraduated


def pricing_spec(terms: PricingTerms, decimals: int) -> PricingSpec:
    """The spec of terms that are on the chain; its prices are in the token's smallest unit.

    Args:
        terms: As `PassLens.pricingOf` gives them.
        decimals: Of the token.

    Raises:
        BadArgument: No such charge style.
    """
    currency, frequency = Currency(terms.token, decimals), Frequency(terms.frequency)
    restricted, meter_id = terms.restricted, terms.meter_id
    tiers = tuple(Band(tier.upper or None, tier.unit_price, tier.flat_price) for tier in terms.tiers)
    match terms.charge_style:
        case OneTime.STYLE:
            return OneTime(currency=currency, restricted=restricted, price=terms.flat_price)
        case Flat.STYLE:
            return Flat(currency=currency, restricted=restricted, price=terms.flat_price, frequency=frequency)
        case TieredVolume.STYLE | TieredGraduated.STYLE as style:
            kind = TieredVolume if style == TieredVolume.STYLE else TieredGraduated
            return kind(currency=currency, restricted=restricted, tiers=tiers, frequency=frequency)
        case UsageVolume.STYLE | UsageGraduated.STYLE as style:
            kind = UsageVolume if style == UsageVolume.STYLE else UsageGraduated
            return kind(currency=currency, restricted=restricted, tiers=tiers, frequency=frequency, meter_id=meter_id)
        case other:
            raise BadArgument(function="pricing_spec", problem=f"{other} is no charge style")


class CouponSpec(NamedTuple):
    """The two arguments of `create_coupon` that a code and its terms make."""

    code_hash: bytes
    terms: CouponTerms


def coupon_hash(organization_id: int, code: str) -> bytes:
    """What the chain knows of a code: keccak256(abi.encode(organization, code))."""
    from eth_abi.abi import encode  # noqa: PLC0415 - with its parser a tenth of a second

    return keccak(encode(["uint256", "string"], [organization_id, code]))


def coupon(  # noqa: PLR0913 - one keyword per term
    code: str,
    *,
    organization_id: int,
    bps: int,
    expiry: int = 0,
    max_redemptions: int = 0,
    renewals: int = 0,
    once_per_wallet: bool = False,
    first_pass_only: bool = False,
    restricted: bool = False,
) -> CouponSpec:
    """A coupon of `bps` basis points; the code itself is not sent.

    Args:
        code: What buyers type.
        organization_id: Whose coupon it is; the hash is of both.
        bps: Basis points, 1 to 10,000.
        expiry: Unix second from which it is over; 0 = never.
        max_redemptions: One per cart; 0 = no limit.
        renewals: How many renewals it also makes cheaper, `FOR_EVER` = all.
        once_per_wallet: Each wallet redeems it once.
        first_pass_only: For a wallet's first pass of the organization.
        restricted: For wallets listed with `set_coupon_access`.

    Raises:
        BadArgument: The code is empty, or longer than the contracts take.
    """
    if not 1 <= len(code.encode()) <= CODE_BYTES:
        problem = f"the code has {len(code.encode())} bytes of UTF-8, it can have 1 to {CODE_BYTES}"
        raise BadArgument(function="coupon", problem=problem)
    terms = CouponTerms(
        bps=bps,
        expiry=expiry,
        max_redemptions=max_redemptions,
        renewals=renewals,
        once_per_wallet=once_per_wallet,
        first_pass_only=first_pass_only,
        restricted=restricted,
        active=True,
    )
    return CouponSpec(coupon_hash(organization_id, code), terms)


def sale_rules(
    *,
    closed: bool = False,
    allow_list: bool = False,
    gifting: bool = True,
    pausing: bool = False,
    plan_change: bool = True,
    grace_days: int = 3,
    max_passes: int = 0,
    count_passes: bool = False,
) -> SaleRules:
    """Rules of an organization; without arguments those of a new one.

    Args:
        closed: Nothing is sold.
        allow_list: Only listed wallets buy.
        gifting: One wallet may pay for a pass of another.
        pausing: Holders may pause.
        plan_change: Holders may change pricing and quantity.
        grace_days: Days to pay after a period's end, 1 to 30.
        max_passes: That one wallet may buy; 0 = no limit.
        count_passes: Count them also without a limit; first-pass coupons need it.
    """
    return SaleRules(
        closed=closed,
        allow_list=allow_list,
        gifting_off=not gifting,
        pausing=pausing,
        plan_change_off=not plan_change,
        grace_days=grace_days,
        max_passes=max_passes,
        count_passes=count_passes,
    )
