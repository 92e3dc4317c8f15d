"""Renewals and bills: quoted for the sender, paid by who has to pay, told from the events."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from passmanager.abi.events import RenewalFailed, SubscriptionRenewed, UsageBilled
from passmanager.cli.paying import paid_by_signer
from passmanager.cli.reading import Row
from passmanager.cli.times import When
from passmanager.cli.writing import Step, Writer
from passmanager.core.state import Outcome
from passmanager.models import Receipt
from passmanager.units import NATIVE

if TYPE_CHECKING:
    from passmanager.abi.structs import RenewalQuote
    from passmanager.cli.reading import Reader
    from passmanager.core.calls import Call

Quotes = Mapping[int, "RenewalQuote"]


def quote_renewals(desk: Writer, pass_id: int, products: Sequence[int], *, free: bool) -> Quotes:
    """What the renewal of each product would cost if the sender did it; refused as it would be."""
    calls = desk.client.lens.calls
    caller = desk.signer.address
    asked = [calls.quote_renewal(pass_id, product_id=one, caller=caller, airdrop=free) for one in products]
    return dict(zip(products, desk.client.read_many(asked), strict=True))


def approvals_for(desk: Writer, quotes: Quotes, *, asked: bool, name: str) -> list[Step]:
    """The approvals that the sender needs, for each token the sum of what he pays."""
    sums: dict[Any, int] = {}
    for quote in quotes.values():
        if quote.payer == desk.signer.address:
            sums[quote.token] = sums.get(quote.token, 0) + quote.amount
    return [
        step for token, amount in sums.items() for step in paid_by_signer(desk, token, amount, asked=asked, name=name)
    ]


def value_of(quotes: Quotes) -> int:
    """Wei to send along."""
    return sum(quote.amount for quote in quotes.values() if quote.token == NATIVE)


def paying_steps(
    desk: Writer, quotes: Quotes, *, title: str, call: "Call[Any]", pass_id: int, asked: bool
) -> list[Step]:
    """The approvals if they are needed, and the call that renews."""
    approvals = approvals_for(desk, quotes, asked=asked, name=call.name)
    now = desk.node.head().timestamp
    renewal = Step(
        title=title,
        call=call,
        facts={"passId": pass_id, "renewals": [_quoted(desk, one, quote, now) for one, quote in quotes.items()]},
        ids=lambda receipt: renewed(desk, receipt),
        follows=bool(approvals),
    )
    return [*approvals, renewal]


def _quoted(desk: "Reader", product: int, quote: "RenewalQuote", now: int) -> Row:
    row: dict[str, Any] = {
        "productId": product,
        "price": desk.money(quote.amount, quote.token),
        "payer": quote.payer,
        "end": When(quote.period_end, now),
    }
    return row | ({"units": quote.units} if quote.units else {})


def renewed(desk: "Reader", *receipts: Receipt[Any]) -> Mapping[str, Any]:
    """What was renewed, billed or left, from the events of one or more transactions."""
    now = desk.node.head().timestamp
    events = [log.event for receipt in receipts for log in receipt.logs]
    return {
        "renewed": [
            {
                "passId": one.product_pass_id,
                "productId": one.product_id,
                "paid": desk.money(one.amount_paid, one.token),
                "payer": one.payer,
                "end": When(one.period_end, now),
            }
            for one in events
            if isinstance(one, SubscriptionRenewed)
        ],
        "billed": [_billed(desk, one) for one in events if isinstance(one, UsageBilled)],
        "failed": [
            {"passId": one.product_pass_id, "productId": one.product_id, "reason": Outcome(one.reason)}
            for one in events
            if isinstance(one, RenewalFailed)
        ],
    }


def _billed(desk: "Reader", one: UsageBilled) -> Row:
    token = desk.client.passes.usage(one.product_pass_id, one.product_id).token
    return {
        "passId": one.product_pass_id,
        "productId": one.product_id,
        "units": one.units,
        "paid": desk.money(one.amount, token),
    }
