"""The storage words of the contracts as values. The layouts are those of contracts/modules/packing.vy."""

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final

from passmanager.units import DAY, NATIVE, Address, checksum

RATE_ONE: Final = 10**8
COUPON_FOR_EVER: Final = 255


class Status(IntEnum):
    """What an item is at a time; the numbers are those of the ABI."""

    ACTIVE = 0
    CANCELLED = 1
    PAST_DUE = 2
    PAUSED = 3
    EXPIRED = 4


class Outcome(IntEnum):
    """Outcomes of `renewSubscriptions`, also the reason of `RenewalFailed`."""

    RENEWED = 0
    NOT_DUE = 1
    CANCELLED = 2
    PAUSED = 3
    NO_CONSENT = 4
    PAST_GRACE = 5
    PRICING_RETIRED = 6
    CAP_EXCEEDED = 7
    ALLOWANCE_TOO_SMALL = 8
    BALANCE_TOO_SMALL = 9
    NATIVE_COIN = 10
    TOKEN_FAILED = 11
    NO_SUCH_SUBSCRIPTION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """What one pass holds of one product.

    Attributes:
        pricing_id: 0 = the pass has no such product.
        next_product_id: Next product on the same pass, 0 = last.
        quantity: Of tiered pricings, else 0.
        start: Unix seconds; while paused, the seconds used.
        end: Unix seconds, 0 for one-time products; while paused, the seconds left.
        rate: Really paid, unit 10^-8 of the list cost.
        coupon_bps: Basis points of the coupon.
        coupon_renewals_left: 255 = for ever.
        grace_days: Days to pay after the end, never longer than one cycle.
        billed: The usage period that ended has been paid.
    """

    pricing_id: int
    next_product_id: int
    quantity: int
    start: int
    end: int
    rate: int
    coupon_bps: int
    coupon_renewals_left: int
    grace_days: int
    auto_renew: bool
    cancelled: bool
    paused: bool
    revoked: bool
    one_time: bool
    usage: bool
    native: bool
    transferable: bool
    pausable: bool
    billed: bool

    @classmethod
    def from_word(cls, word: int) -> "ItemState":
        """From `PurchaseManager.stateOf` or `SubscriptionStateChanged.state`."""
        values: dict[str, Any] = {}
        for field, bits in zip(fields(cls), _ITEM_BITS, strict=True):
            part = word & ((1 << bits) - 1)
            values[field.name] = bool(part) if field.type is bool else part
            word >>= bits
        return cls(**values)

    @property
    def word(self) -> int:
        """The word these values make."""
        return _packed([int(getattr(self, field.name)) for field in fields(self)], _ITEM_BITS)

    @property
    def exists(self) -> bool:
        """Does the pass hold the product at all?"""
        return self.pricing_id != 0

    @property
    def grace_end(self) -> int:
        """The first second at which the time to pay is over."""
        return self.end + self.grace_days * DAY

    def status(self, now: int) -> Status:
        """Status at `now`; intervals are half-open."""
        if self.paused:
            return Status.PAUSED
        if self.revoked:
            return Status.EXPIRED
        if self.one_time:
            return Status.ACTIVE
        if now < self.end:
            return Status.CANCELLED if self.cancelled else Status.ACTIVE
        if not self.cancelled and now < self.grace_end:
            return Status.PAST_DUE
        return Status.EXPIRED

    def has_access(self, now: int) -> bool:
        """May the holder use the product at `now`? Grace is time to pay, not access."""
        return self.exists and self.status(now) in (Status.ACTIVE, Status.CANCELLED)

    def movable(self, now: int) -> bool:
        """May this item change hands with its pass at `now`?"""
        if self.revoked or not self.transferable:
            return self.revoked
        if self.one_time or self.paused:
            return True
        return now >= self.grace_end if self.usage else self.status(now) == Status.EXPIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageState:
    """Usage billing of one item.

    Attributes:
        cap: Largest bill the present holder allows.
        last_bill: Amount of the last bill.
        mark: Units billed so far.
    """

    cap: int
    last_bill: int
    mark: int

    @classmethod
    def from_word(cls, word: int) -> "UsageState":
        """From `PurchaseManager.usageStateOf`."""
        cap, last_bill, mark = _unpacked(word, _USAGE_BITS)
        return cls(cap=cap, last_bill=last_bill, mark=mark)

    @property
    def word(self) -> int:
        """The word these values make."""
        return _packed([self.cap, self.last_bill, self.mark], _USAGE_BITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassState:
    """One pass.

    Attributes:
        owner: Its holder; the zero address if there is no such pass.
        org_id: The organization that sold it.
        first_product_id: Where the chain of its products starts.
        discount_bps: Sum of its discounts in basis points.
        count: Number of its products.
    """

    owner: Address
    org_id: int
    first_product_id: int
    discount_bps: int
    count: int

    @classmethod
    def from_word(cls, word: int) -> "PassState":
        """From `ProductPass.wordOf`."""
        owner, org_id, first, discount, count = _unpacked(word, _PASS_BITS)
        return cls(
            owner=checksum(f"0x{owner:040x}"), org_id=org_id, first_product_id=first, discount_bps=discount, count=count
        )

    @property
    def word(self) -> int:
        """The word these values make."""
        values = [int(self.owner, 16), self.org_id, self.first_product_id, self.discount_bps, self.count]
        return _packed(values, _PASS_BITS)

    @property
    def exists(self) -> bool:
        """Was it minted and not burned?"""
        return self.owner != NATIVE


_ITEM_BITS = (40, 40, 32, 40, 40, 27, 14, 8, 5, *[1] * 10)
_USAGE_BITS = (96, 96, 48)
_PASS_BITS = (160, 32, 40, 14, 8)


def _unpacked(word: int, widths: tuple[int, ...]) -> list[int]:
    parts: list[int] = []
    for bits in widths:
        parts.append(word & ((1 << bits) - 1))
        word >>= bits
    return parts


def _packed(values: list[int], widths: tuple[int, ...]) -> int:
    word = shift = 0
    for value, bits in zip(values, widths, strict=True):
        if not 0 <= value < 1 << bits:
            message = f"{value} does not fit {bits} bits"
            raise ValueError(message)
        word |= value << shift
        shift += bits
    return word
