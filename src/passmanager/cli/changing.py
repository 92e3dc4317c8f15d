"""Changes of a subscription's pricing or units: quoted, and paid with what the price may grow by until it is mined."""

from typing import TYPE_CHECKING, Any, Final

from passmanager.abi.events import SubscriptionChanged
from passmanager.cli.paying import paid_by_signer
from passmanager.cli.times import When
from passmanager.cli.writing import Step, Writer
from passmanager.models import Receipt
from passmanager.units import NATIVE

if TYPE_CHECKING:
    from passmanager.abi.structs import ChangeQuote
    from passmanager.cli.reading import Reader
    from passmanager.core.calls import Call

PATIENCE_S: Final = 900
"""The value left shrinks with each second, so the price grows; this long the transaction may wait."""


def highest_price(desk: Writer, quote: "ChangeQuote", pass_id: int, product: int) -> int:
    """What the change may cost if it is mined within `PATIENCE_S`."""
    left = desk.client.lens.get_subscription(pass_id, product).seconds_left
    lost = quote.value_left if left <= PATIENCE_S else -(-quote.value_left * PATIENCE_S // left)
    return quote.amount + lost if quote.amount else 0


def native_part(quote: "ChangeQuote", highest: int) -> int:
    """Wei to send along: a ceiling, the rest returns."""
    return highest if quote.token == NATIVE else 0


def change_steps(
    desk: Writer, quote: "ChangeQuote", *, call: "Call[Any]", title: str, highest: int, asked: bool
) -> list[Step]:
    """The approval if one is needed and was asked for, and the change."""
    approvals = paid_by_signer(desk, quote.token, quote.amount, asked=asked, name=call.name, most=highest)
    facts = {
        "price": desk.money(quote.amount, quote.token),
        "atMost": desk.money(highest, quote.token),
        "valueLeft": desk.money(quote.value_left, quote.token),
        "pricingId": quote.pricing_id,
        "quantity": quote.quantity or None,
        "end": When(quote.period_end, desk.node.head().timestamp),
    }
    change = Step(
        title=title,
        call=call,
        facts=facts,
        ids=lambda receipt: _changed(desk, receipt),
        follows=bool(approvals),
    )
    return [*approvals, change]


def _changed(desk: "Reader", receipt: Receipt[Any]) -> dict[str, Any]:
    event = receipt.event(SubscriptionChanged)
    return {
        "passId": event.product_pass_id,
        "productId": event.product_id,
        "pricingId": event.pricing_id,
        "quantity": event.quantity or None,
        "paid": desk.money(event.amount_paid, event.token),
    }
