"""Carts as people type them: lines, coupon, discounts, limits; and the steps that buy them."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from passmanager.abi.events import ProductsPurchased, SubscriptionStateChanged
from passmanager.cli.cells import Percent
from passmanager.cli.paying import approval_steps, require_approval
from passmanager.cli.reading import Row
from passmanager.cli.times import When
from passmanager.cli.values import amount, word
from passmanager.cli.writing import Step, Writer
from passmanager.core.purchases import Approve, Line, PurchasedItem
from passmanager.core.purchases import Plan as Purchase
from passmanager.models import Receipt

if TYPE_CHECKING:
    from passmanager.abi.structs import Quote
    from passmanager.cli.reading import Reader

_LINE: Final = re.compile(r"^(\d{1,12}):(\d{1,12})(?::(\d{1,12}))?$", re.ASCII)


def line(text: str) -> Line:
    """A line of a cart."""
    found = _LINE.match(text)
    if not found:
        raise typer.BadParameter(f"BadLine: {text!r} is no line. Type product:pricing or product:pricing:quantity")
    return Line(int(found[1]), int(found[2]), int(found[3] or 0))


def approve(text: str) -> str:
    """`exact`, or a number of periods, as text."""
    if text != "exact" and not (text.isascii() and text.isdigit() and int(text)):
        raise typer.BadParameter(f"BadApproval: {text!r} is no approval. Type `exact` or a number of periods from 1")
    return text


def approved(text: str | None) -> Approve:
    """A checked approval as the SDK takes it."""
    return text if text is None or text == "exact" else int(text)  # pyright: ignore[reportReturnType]


Lines = Annotated[
    list[Line],
    typer.Argument(
        metavar="LINE", help="product:pricing or product:pricing:quantity.", parser=line, show_default=False
    ),
]
Coupon = Annotated[str, typer.Option("--coupon", metavar="CODE", help="Code of a coupon.", show_default=False)]
Discounts = Annotated[
    list[int] | None, typer.Option("--discount", metavar="ID", help="Discount of the new pass.", show_default=False)
]
Paused = Annotated[bool, typer.Option("--pause", help="Subscriptions start paused.")]
Reference = Annotated[
    str | None, typer.Option("--reference", metavar="HASH", help="32 bytes of the shop's, in the event.", parser=word)
]
Most = Annotated[str | None, typer.Option("--max", metavar="AMOUNT", help="Refuse a higher price.", parser=amount)]
Deadline = Annotated[
    int, typer.Option("--deadline", metavar="SECONDS", help="The transaction is void that long after now.", min=1)
]
Approval = Annotated[
    str | None,
    typer.Option(
        "--approve",
        metavar="exact|N",
        help="Let PaymentEscrow take what is needed: exactly, or for N periods, the first among them.",
        parser=approve,
        show_default="the allowance has to be there",
    ),
]


def purchase_steps(desk: Writer, plan: Purchase, lines: Sequence[Line], what: str, *, asked: bool) -> list[Step]:
    """The approvals if they were asked for, and the checkout for what was quoted."""
    require_approval(desk, plan, asked=asked)
    quote = plan.quote
    checkout = Step(
        title=f"Buy {len(lines)} product(s) {what} for {desk.money(quote.total, quote.token).text()}",
        call=plan.checkout.call,
        facts={"lines": typed(lines), **priced(desk, quote)},
        ids=lambda receipt: bought(desk, receipt),
        follows=bool(plan.approvals),
    )
    return [*approval_steps(desk, plan), checkout]


def typed(lines: Sequence[Line]) -> list[str]:
    """Lines as they are typed."""
    return [":".join(map(str, one)) for one in lines]


def priced(desk: "Reader", quote: "Quote") -> Row:
    """What a quote says, line by line in `quoted_lines`."""
    return {
        "price": desk.money(quote.total, quote.token),
        "listPrice": desk.money(quote.subtotal, quote.token),
        "coupon": Percent(quote.coupon_bps),
        "discounts": Percent(quote.discount_bps),
    }


def quoted_lines(desk: "Reader", quote: "Quote", lines: Sequence[Line]) -> list[Row]:
    """What each line costs."""
    return [
        {
            "productId": one.product_id,
            "pricingId": one.pricing_id,
            "quantity": one.quantity,
            "listPrice": desk.money(cost.list_cost, quote.token),
            "afterCoupon": desk.money(cost.after_coupon, quote.token),
            "price": desk.money(cost.after_discounts, quote.token),
        }
        for one, cost in zip(lines, quote.lines, strict=True)
    ]


def bought(desk: "Reader", receipt: Receipt[Any]) -> Mapping[str, Any]:
    """What a purchase made, from its events."""
    sold = receipt.event(ProductsPurchased)
    now = desk.node.head().timestamp
    items = [PurchasedItem.of(event) for event in receipt.events_of(SubscriptionStateChanged)]
    rows = [
        {"productId": item.product_id, "quantity": item.quantity or None, "end": When(item.end, now)} for item in items
    ]
    return {
        "passId": sold.product_pass_id,
        "holder": sold.pass_owner,
        "paid": desk.money(sold.amount_paid, sold.token),
        "products": rows,
    }
