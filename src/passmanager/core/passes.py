"""Passes as values: what is on them, what a renewal would do, what a meter counted. No network.

Ids, amounts (the token's smallest unit) and times (unix seconds) are whole numbers; properties that end in `_at` are
dates in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from passmanager.abi.events import Transfer
from passmanager.core.reading import LogQuery, Logs, Snapshot, in_order
from passmanager.core.state import ItemState, Outcome, PassState, Status, UsageState
from passmanager.units import NATIVE, Address

REASONS: Final[dict[Outcome, str]] = {
    Outcome.RENEWED: "a renewal would go ahead",
    Outcome.NOT_DUE: "the period has not ended yet",
    Outcome.CANCELLED: "the holder cancelled it",
    Outcome.PAUSED: "it is paused",
    Outcome.NO_CONSENT: "the holder did not agree to renewals by others",
    Outcome.PAST_GRACE: "the time to pay is over",
    Outcome.PRICING_RETIRED: "the organization retired its pricing",
    Outcome.CAP_EXCEEDED: "the bill for usage is above the holder's cap",
    Outcome.ALLOWANCE_TOO_SMALL: "PaymentEscrow may not take that much from the payer",
    Outcome.BALANCE_TOO_SMALL: "the payer has less than that",
    Outcome.NATIVE_COIN: "it is paid in the native coin, which somebody has to send",
    Outcome.TOKEN_FAILED: "the token refuses the payment",
    Outcome.NO_SUCH_SUBSCRIPTION: "the pass has no such subscription",
}


def date(seconds: int) -> datetime | None:
    """Unix seconds as a date in UTC; 0 is no date."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassProduct:
    """One product on a pass, at the second of the block it was read at.

    Attributes:
        product_name: As the organization calls it now.
        quantity: Of tiered pricings, else 0.
        has_access: May the holder use it? Time to pay is not time to use.
        start: Unix seconds; 0 while paused.
        end: Unix seconds, half-open; 0 if it has no end, or while paused.
        seconds_left: Until the end, or while paused what will be left; else 0.
        state: All that is stored of it.
    """

    product_id: int
    product_name: str
    pricing_id: int
    quantity: int
    status: Status
    has_access: bool
    start: int
    end: int
    seconds_left: int
    state: ItemState

    @property
    def start_at(self) -> datetime | None:
        """When the period began."""
        return date(self.start)

    @property
    def end_at(self) -> datetime | None:
        """When it ends, or ended."""
        return date(self.end)

    @classmethod
    def of(cls, product_id: int, name: str, word: int, now: int) -> "PassProduct":
        """From its word, at second `now`."""
        state = ItemState.from_word(word)
        status = state.status(now)
        running = status in (Status.ACTIVE, Status.CANCELLED) and not state.one_time
        return cls(
            product_id=product_id,
            product_name=name,
            pricing_id=state.pricing_id,
            quantity=state.quantity,
            status=status,
            has_access=state.has_access(now),
            start=0 if state.paused else state.start,
            end=0 if state.paused else state.end,
            seconds_left=state.end if state.paused else state.end - now if running else 0,
            state=state,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A pass and everything on it, as of one block.

    Attributes:
        discount_bps: Sum of its discounts in basis points.
        products: In the order of purchase; ended and revoked ones too.
        timestamp: Unix seconds of the block.
    """

    id: int
    owner: Address
    organization_id: int
    discount_bps: int
    discount_ids: tuple[int, ...]
    products: tuple[PassProduct, ...]
    block_number: int
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassPage:
    """Some of the passes of a wallet.

    Attributes:
        passes: By ascending id.
        total: How many the wallet has, on all pages.
        next_after: What `after` has to be for the next page; None after the last one.
        timestamp: Unix seconds of the block.
    """

    wallet: Address
    passes: tuple[Pass, ...]
    total: int
    next_after: int | None
    block_number: int
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewability:
    """What would come of a renewal by a stranger, at one block.

    Attributes:
        outcome: `RENEWED` = it would go ahead.
        due: From when it can be renewed, unix seconds; 0 while paused, and if there is no such subscription.
        too_late: From when it cannot any more; 0 as `due`.
        amount: What it would cost, in the token's smallest unit; 0 where something else than money is in the way.
        token: The zero address is the native coin; None if the pass has no such product.
        payer: Who would pay; the zero address is whoever calls.
    """

    pass_id: int
    product_id: int
    outcome: Outcome
    due: int
    too_late: int
    amount: int
    token: Address | None
    payer: Address

    @property
    def renewable(self) -> bool:
        """Would it go ahead?"""
        return self.outcome == Outcome.RENEWED

    @property
    def reason(self) -> str:
        """The outcome in words."""
        return REASONS[self.outcome]

    @property
    def due_at(self) -> datetime | None:
        """From when it can be renewed."""
        return date(self.due)

    @property
    def too_late_at(self) -> datetime | None:
        """From when it cannot any more."""
        return date(self.too_late)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReading:
    """What a meter counted for a subscription, and what of it is to be paid.

    Attributes:
        token: What bills are paid in; the zero address is the native coin.
        total: Units recorded, ever.
        billed: Of these, units that were billed.
        units: Units that are not billed yet.
        cost: What these cost now, in the token's smallest unit.
        cap: The largest bill that the holder allows.
        last_bill: Amount of the last bill.
    """

    pass_id: int
    product_id: int
    pricing_id: int
    meter_id: int
    token: Address
    total: int
    billed: int
    units: int
    cost: int
    cap: int
    last_bill: int

    @classmethod
    def of(
        cls,
        pair: tuple[int, int],
        item: ItemState,
        terms: Any,
        usage: tuple[int, int, int],
        state: UsageState,
        total: int,
    ) -> "UsageReading":
        """From the answers of the contracts; `usage` is that of `PassLens.usageOf`."""
        return cls(
            pass_id=pair[0],
            product_id=pair[1],
            pricing_id=item.pricing_id,
            meter_id=terms.meter_id,
            token=terms.token,
            total=total,
            billed=state.mark,
            units=usage[0],
            cost=usage[1],
            cap=usage[2],
            last_bill=state.last_bill,
        )


def transfers(nft: Address, wallet: Address) -> list[LogQuery]:
    """The logs that say what of an NFT contract a wallet has: what came and what went."""
    return [LogQuery(nft, [Transfer], [None, wallet]), LogQuery(nft, [Transfer], [wallet])]


def held(wallet: Address, logs: Iterable[Logs]) -> list[int]:
    """Ids that the wallet has after these transfers, ascending."""
    ids: set[int] = set()
    for log in in_order(log for part in logs for log in part):
        if isinstance(log.event, Transfer):
            change = ids.add if log.event.receiver == wallet else ids.discard
            change(log.event.token_id)
    return sorted(ids - {0}) if wallet != NATIVE else []


def page_of(ids: Sequence[int], after: int, limit: int) -> tuple[list[int], int | None]:
    """The ids of a page, and where the next one starts."""
    rest = [one for one in ids if one > after]
    page = rest[:limit]
    return page, page[-1] if len(rest) > limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassParts:
    """The first answers about a pass: its word, its products, its discounts."""

    id: int
    state: PassState
    product_ids: Sequence[int]
    discount_ids: Sequence[int]

    def put_together(self, words: Mapping[tuple[int, int], int], names: Mapping[int, str], at: Snapshot) -> Pass:
        """With the words of its products, by pass and product, and their names."""
        return Pass(
            id=self.id,
            owner=self.state.owner,
            organization_id=self.state.org_id,
            discount_bps=self.state.discount_bps,
            discount_ids=tuple(self.discount_ids),
            products=tuple(
                PassProduct.of(one, names[one], words[self.id, one], at.timestamp) for one in self.product_ids
            ),
            block_number=at.number,
            timestamp=at.timestamp,
        )
