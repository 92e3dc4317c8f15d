"""Which subscriptions are due: of a wallet from its passes, of all from the events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import typer

from passmanager.abi.events import SubscriptionStateChanged
from passmanager.cli.errors import NothingDue
from passmanager.cli.reading import Reader, Row
from passmanager.cli.renewing import renewed
from passmanager.cli.times import Period, When
from passmanager.cli.writing import Step, Writer
from passmanager.core.passes import REASONS, PassProduct
from passmanager.core.state import ItemState, Outcome, PassState
from passmanager.models import Receipt
from passmanager.units import DAY, Address

Pair = tuple[int, int]
MOST_PAIRS: Final = 40
"""In one transaction: they fit its gas limit even if each payment uses all the gas that it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLimit:
    """Which of what is due.

    Attributes:
        wallet: Only of this holder.
        org: Only of this organization.
        days: Also what ends within so many days.
    """

    wallet: Address | None = None
    org: int | None = None
    days: int = 0


def wallet_rows(desk: Reader, wallet: Address) -> list[Row]:
    """The subscriptions of a wallet, one-time products left out."""
    found = desk.client.passes.get_many(desk.client.passes.ids_of(wallet))
    return [
        {"passId": one.id, **_item(item, one.timestamp)}
        for one in found
        for item in one.products
        if not item.state.one_time
    ]


def _item(item: PassProduct, now: int) -> Row:
    return {
        "productId": item.product_id,
        "name": item.product_name,
        "pricingId": item.pricing_id,
        "quantity": item.quantity or None,
        "status": item.status,
        "access": item.has_access,
        "period": Period(start=item.start, end=item.end, left=item.seconds_left, now=now),
        "autoRenew": item.state.auto_renew,
    }


def due_rows(desk: Reader, limit: DueLimit) -> list[Row]:
    """What is due, the earliest first."""
    now = desk.node.head().timestamp
    ends = _ends(desk, now, now + limit.days * DAY)
    answers = desk.client.passes.renewabilities(list(ends))
    passes = _passes(desk, [answer.pass_id for answer in answers])
    return [
        {
            "passId": answer.pass_id,
            "productId": answer.product_id,
            "holder": passes[answer.pass_id].owner,
            "end": When(ends[answer.pass_id, answer.product_id], now),
            "tooLate": When(answer.too_late, now),
            "price": desk.money(answer.amount, answer.token),
            "renewal": answer.reason,
        }
        for answer in answers
        if answer.token is not None and _is_wanted(passes[answer.pass_id], limit)
    ]


def _passes(desk: Reader, pass_ids: Sequence[int]) -> dict[int, PassState]:
    calls = desk.client.product_pass.calls
    words = desk.client.read_many([calls.word_of(one) for one in pass_ids])
    return {one: PassState.from_word(word) for one, word in zip(pass_ids, words, strict=True)}


def _is_wanted(found: PassState, limit: DueLimit) -> bool:
    """Not burned, and one of those that were asked for."""
    return found.exists and limit.wallet in (None, found.owner) and limit.org in (None, found.org_id)


def _ends(desk: Reader, now: int, until: int) -> dict[Pair, int]:
    """Ends of what anybody can renew or bill, from now on or by `until`; the earliest first, from the events."""
    from passmanager.keeper.schedule import due  # noqa: PLC0415 - loads web3, which takes a second

    words: dict[Pair, int] = {}
    for log in desk.client.events.history(desk.found.from_block, kinds=[SubscriptionStateChanged]):
        event = log.event
        if isinstance(event, SubscriptionStateChanged):
            words[event.product_pass_id, event.product_id] = event.state
    found = {pair: due(ItemState.from_word(word)) for pair, word in words.items()}
    ends = {pair: one.at for pair, one in found.items() if one and one.at <= until and now < one.until}
    return dict(sorted(ends.items(), key=lambda one: one[1]))


# --- renewing


def renew_due_steps(desk: Writer, typed: Sequence[str]) -> list[Step]:
    """The transactions that renew what can be renewed among the pairs, or among everything.

    Raises:
        NothingDue: None can be.
    """
    now = desk.node.head().timestamp
    pairs = [parse_pair(text) for text in typed] or list(_ends(desk, now, now))
    outcomes = _outcomes(desk, pairs)
    wanted = [pair for pair, outcome in outcomes.items() if outcome is Outcome.RENEWED]
    if not wanted:
        raise NothingDue(reasons=[_reason(*one) for one in outcomes.items()] or ["no subscription is due"])
    left = [_reason(*one) for one in outcomes.items() if one[1] is not Outcome.RENEWED] if typed else []
    parts = [wanted[start : start + MOST_PAIRS] for start in range(0, len(wanted), MOST_PAIRS)]
    receipts: list[Receipt[Any]] = []
    return [_step(desk, part, left, receipts) for part in parts]


def parse_pair(text: str) -> Pair:
    """`17:2` is product 2 of pass 17."""
    parts = text.split(":")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):  # noqa: PLR2004 - two parts
        raise typer.BadParameter(f"BadPair: {text!r} is no subscription. Type pass:product, like 17:2")
    return int(parts[0]), int(parts[1])


def _outcomes(desk: Writer, pairs: Sequence[Pair]) -> Mapping[Pair, Outcome]:
    found: dict[Pair, Outcome] = {}
    for start in range(0, len(pairs), MOST_PAIRS):
        part = pairs[start : start + MOST_PAIRS]
        found |= {pair: Outcome(number) for pair, number in zip(part, _simulated(desk, part), strict=True)}
    return found


def _simulated(desk: Writer, pairs: Sequence[Pair]) -> Sequence[int]:
    return desk.client.simulate(desk.client.manager.calls.renew_subscriptions(*_columns(pairs)))


def _columns(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _reason(pair: Pair, outcome: Outcome) -> str:
    return f"pass {pair[0]} product {pair[1]}: {REASONS[outcome]}"


def _step(desk: Writer, pairs: Sequence[Pair], left: Sequence[str], receipts: list[Receipt[Any]]) -> Step:
    """One transaction; what it tells at the end is that of all `receipts` until then."""

    def ids(receipt: Receipt[Any]) -> Mapping[str, Any]:
        receipts.append(receipt)
        return renewed(desk, *receipts)

    facts: dict[str, Any] = {"subscriptions": [f"{pass_id}:{product}" for pass_id, product in pairs]}
    return Step(
        title=f"Renew {len(pairs)} subscription(s)",
        call=desk.client.manager.calls.renew_subscriptions(*_columns(pairs)),
        facts=facts | ({"leftOut": left} if left else {}),
        ids=ids,
    )
