"""What `purchase` and `purchase_additional` share: their options, and the way from a quote to a receipt."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import click
from ape.api import ProviderAPI
from scripts._ape import confirm
from scripts._money import Money, money_of

from passmanager.airdrop import Line as ParsedLine
from passmanager.client import PassManager
from passmanager.core.purchases import Approve, Line, MoreOptions, Purchased
from passmanager.errors import BadArgument
from passmanager.models import TxOptions

Buy = Callable[[MoreOptions, TxOptions], Purchased]
LINES = click.argument("lines", nargs=-1, required=True)


def order_options(command: Callable[..., None]) -> Callable[..., None]:
    """What can be said about any purchase."""
    for option in (
        click.option("--approve", help="Approve what is needed: `exact`, or a number of periods."),
        click.option("--max-amount", help="Refuse a higher price; in the token's own unit, 20.5 for instance."),
        click.option("--reference", help="0x and 64 digits of the shop's, in the event."),
        click.option("--pause", is_flag=True, help="Subscriptions start paused."),
        click.option("--coupon", default="", help="Code of a coupon."),
    ):
        command = option(command)
    return command


def parse_lines(texts: Sequence[str]) -> list[Line]:
    """Each `product:pricing` or `product:pricing:quantity`; raises BadArgument for another form."""
    return [Line(*ParsedLine.parse(text)) for text in texts]


def read_terms(
    client: PassManager,
    lines: Sequence[Line],
    *,
    coupon: str,
    pause: bool,
    reference: str | None,
    max_amount: str | None,
    approve: str | None,
) -> MoreOptions:
    """The options as the package takes them; all lines of a cart are priced in one token."""
    terms = MoreOptions(coupon_code=coupon, pause=pause, approve=_approve(approve))
    if reference is not None:
        terms["order_reference"] = _reference(reference)
    if max_amount is not None:
        token = client.lens.pricing_of(lines[0].pricing_id).terms.token
        terms["max_amount"] = money_of(client, token).parse(max_amount)
    return terms


def purchase(
    client: PassManager, provider: ProviderAPI, buy: Buy, terms: MoreOptions, *, dry_run: bool, yes: bool
) -> None:
    """Shows the quote, asks, and buys for that and no more."""
    planned = buy(terms, TxOptions(dry_run=True))
    money = money_of(client, planned.token)
    _show_quote(planned, money)
    if dry_run:
        click.echo("Nothing was sent.")
        return
    confirm(provider, f"Pay {money.text(planned.amount)}?", yes=yes)
    terms["max_amount"] = planned.amount
    _show_purchase(buy(terms, TxOptions()), money)


def _approve(text: str | None) -> Approve:
    if text is None or text == "exact":
        return text
    if text.isascii() and text.isdigit():
        return int(text)
    raise BadArgument(function="--approve", problem=f"{text!r} is neither `exact` nor a number of periods")


def _reference(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError as problem:
        raise BadArgument(function="--reference", problem=f"{text!r} is not hexadecimal") from problem


def _show_quote(planned: Purchased, money: Money) -> None:
    quote = planned.quote
    less = f", coupon {quote.coupon_bps / 100:g} %, discounts {quote.discount_bps / 100:g} %"
    click.echo(f"Price: {money.text(quote.total)} (list {money.text(quote.subtotal)}{less})")
    if planned.approved:
        click.echo(f"PaymentEscrow is approved first, for up to {money.text(planned.approved)}")


def _show_purchase(bought: Purchased, money: Money) -> None:
    click.echo(f"Pass {bought.pass_id} bought for {money.text(bought.amount)}, {bought.gas_used:,} gas")
    for item in bought.items:
        end = f" until {datetime.fromtimestamp(item.end, UTC).isoformat()}" if item.end else ""
        click.echo(f"  product {item.product_id} at pricing {item.pricing_id}, quantity {item.quantity}{end}")
    click.echo(f"Transaction: {bought.tx_hash}")
