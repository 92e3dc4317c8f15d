"""One product on one pass: its word, its status, who may move it, what is left of it (R13, R16, R22)."""

from dataclasses import dataclass, fields, replace

from .pricing import DAY, RATE_ONE, Terms, list_cost, value_of

ACTIVE, CANCELLED, PAST_DUE, PAUSED, EXPIRED = range(5)
FOR_EVER = 255

# field, width; in the order of the word (contracts.md 5)
LAYOUT = [
    ("pricing_id", 40),
    ("next", 40),
    ("quantity", 32),
    ("start", 40),
    ("end", 40),
    ("rate", 27),
    ("coupon_bps", 14),
    ("coupon_left", 8),
    ("grace_days", 5),
    ("auto_renew", 1),
    ("cancelled", 1),
    ("paused", 1),
    ("revoked", 1),
    ("one_time", 1),
    ("usage", 1),
    ("native", 1),
    ("transferable", 1),
    ("pausable", 1),
    ("billed", 1),
]


@dataclass(frozen=True)
class Item:
    """`start` and `end` are seconds used and seconds left while paused."""

    pricing_id: int
    next: int = 0
    quantity: int = 0
    start: int = 0
    end: int = 0
    rate: int = 0
    coupon_bps: int = 0
    coupon_left: int = 0
    grace_days: int = 0
    auto_renew: bool = False
    cancelled: bool = False
    paused: bool = False
    revoked: bool = False
    one_time: bool = False
    usage: bool = False
    native: bool = False
    transferable: bool = False
    pausable: bool = False
    billed: bool = False

    def pack(self) -> int:
        word, shift = 0, 0
        for name, width in LAYOUT:
            number = int(getattr(self, name))
            assert 0 <= number < 2**width, name
            word |= number << shift
            shift += width
        return word

    def having(self, **changes: int | bool) -> "Item":
        return replace(self, **changes)

    @property
    def grace_end(self) -> int:
        return self.end + self.grace_days * DAY

    def status(self, now: int) -> int:
        if self.paused:
            return PAUSED
        if self.revoked:
            return EXPIRED
        if self.one_time:
            return ACTIVE
        if now < self.end:
            return CANCELLED if self.cancelled else ACTIVE
        if not self.cancelled and now < self.grace_end:
            return PAST_DUE
        return EXPIRED

    def in_grace(self, now: int) -> bool:
        return self.end <= now < self.grace_end

    def bill_due(self, now: int) -> bool:
        """The usage period that ended can still be billed, once."""
        return self.usage and not self.billed and not self.revoked and self.in_grace(now)

    def movable(self, now: int) -> bool:
        if self.revoked:
            return True
        if not self.transferable:
            return False
        if self.one_time or self.paused:
            return True
        return now >= self.grace_end if self.usage else self.status(now) == EXPIRED

    def seconds_left(self, now: int) -> int:
        if self.paused:
            return self.end
        return 0 if self.revoked else max(self.end - now, 0)

    def span(self) -> int:
        """Seconds of the whole period in the word."""
        return self.start + self.end if self.paused else self.end - self.start

    def without_coupon(self) -> "Item":
        return self.having(coupon_bps=0, coupon_left=0)

    def coupon_used(self) -> "Item":
        """One more charge at the coupon's price; the last one ends it."""
        if self.coupon_left in (0, FOR_EVER):
            return self
        left = self.coupon_left - 1
        return self.having(coupon_left=left) if left else self.without_coupon()


def unpack(word: int) -> Item:
    values, shift = {}, 0
    flags = {f.name for f in fields(Item) if f.type is bool}
    for name, width in LAYOUT:
        number = (word >> shift) & (2**width - 1)
        values[name] = bool(number) if name in flags else number
        shift += width
    return Item(**values)


@dataclass(frozen=True)
class Usage:
    """What a usage item keeps beside its word."""

    cap: int = 0
    bill: int = 0
    mark: int = 0

    def pack(self) -> int:
        assert max(self.cap, self.bill) < 2**96
        assert self.mark < 2**48
        return self.cap | self.bill << 96 | self.mark << 192

    def having(self, **changes: int) -> "Usage":
        return replace(self, **changes)


def value_left(item: Item, terms: Terms, now: int) -> int:
    """What the customer has paid for and not had yet (R17); usage and one-time have none."""
    if item.one_time or item.usage:
        return 0
    return value_of(list_cost(terms, item.quantity), item.rate, item.seconds_left(now), terms.cycle)


def refundable(item: Item, usage: Usage, terms: Terms) -> int:
    """The most that may still go back (R19)."""
    if item.usage:
        return usage.bill
    cost = list_cost(terms, item.quantity)
    if item.one_time:
        return cost * item.rate // RATE_ONE
    return value_of(cost, item.rate, item.span(), terms.cycle)


def least_refund(item: Item, usage: Usage, terms: Terms, now: int) -> int:
    """What revoking needs at least."""
    if item.revoked:
        return 0
    return refundable(item, usage, terms) if item.one_time else value_left(item, terms, now)


def revoked(item: Item, now: int) -> Item:
    if item.paused:
        item = item.having(paused=False, start=now - item.start, end=now + item.end)
    return item.having(revoked=True, auto_renew=False)


def refunded(item: Item, terms: Terms, amount: int) -> Item:
    """Choice: the rate is what the rest of the bound is of the list cost, rounded down."""
    cost = list_cost(terms, item.quantity)
    rest = refundable(item, Usage(), terms) - amount
    if amount == 0 or item.usage:
        return item
    if item.one_time:
        return item.having(rate=rest * RATE_ONE // cost)
    return item.having(rate=rest * terms.cycle * RATE_ONE // (cost * item.span()))
