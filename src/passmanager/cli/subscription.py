"""`passmanager subscription`: everything that can happen to a subscription after it was bought."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import typer

from passmanager.abi.events import SubscriptionStateChanged
from passmanager.abi.structs import ChangeSubscriptionPricingParams
from passmanager.cli.changing import change_steps, highest_price, native_part
from passmanager.cli.common import group
from passmanager.cli.due import DueLimit, due_rows, renew_due_steps, wallet_rows
from passmanager.cli.paying import Approving
from passmanager.cli.reading import Facts, Listing, Reader, Row, reads
from passmanager.cli.renewing import paying_steps, quote_renewals, value_of
from passmanager.cli.times import Span, When
from passmanager.cli.values import PassId, PricingId, ProductId, Wallet, address
from passmanager.cli.writing import Step, Writer, writes
from passmanager.core.state import ItemState, Status
from passmanager.models import Receipt
from passmanager.units import NATIVE, Address

app = group("See, renew, pause, cancel and change subscriptions.")
Products = Annotated[
    list[int], typer.Argument(metavar="PRODUCT", help="Ids of the products.", min=1, show_default=False)
]
Free = Annotated[bool, typer.Option("--free", help="As the organization (role airdrop), free of charge.")]
Pairs = Annotated[
    list[str] | None,
    typer.Argument(metavar="PASS:PRODUCT", help="Subscriptions; by default all that are due.", show_default=False),
]


# --- reading


@reads(app, "show")
def show(desk: Reader, pass_id: PassId, product: ProductId) -> Facts:
    """Show a subscription: its status, what it is worth, and whether it renews."""
    client = desk.client
    item = client.lens.get_subscription(pass_id, product)
    renewability = client.passes.renewability(pass_id, product)
    token = renewability.token or client.lens.pricing_of(item.pricing_id).terms.token
    left, refundable = client.lens.value_left(pass_id, product), client.lens.refundable(pass_id, product)
    now = client.node.head().timestamp
    return Facts(
        {
            "passId": pass_id,
            "productId": product,
            **_state(item, now),
            "valueLeft": desk.money(left, token),
            "refundable": desk.money(refundable, token),
            "renewal": renewability.reason,
            "due": When(renewability.due, now),
            "tooLate": When(renewability.too_late, now),
            "nextPrice": desk.money(renewability.amount, token) if renewability.amount else None,
            "payer": None if renewability.payer == NATIVE else renewability.payer,
        }
    )


def _state(item: Any, now: int) -> Row:
    return {
        "orgId": item.org_id,
        "pricingId": item.pricing_id,
        "quantity": item.quantity or None,
        "status": Status(item.status),
        "start": When(item.start, now),
        "end": When(item.end, now),
        "left": Span(item.seconds_left),
        "autoRenew": item.auto_renew,
        "cancelled": item.cancelled,
        "pausable": item.pausable,
        "oneTime": item.one_time,
        "usage": item.usage,
        "graceDays": item.grace_days,
    }


@reads(app, "list")
def list_subscriptions(desk: Reader, wallet: Wallet) -> Listing:
    """List the subscriptions of a wallet."""
    columns = ["passId", "productId", "name", "quantity", "status", "period", "autoRenew"]
    return Listing(wallet_rows(desk, wallet), columns=columns)


@reads(app, "due")
def due(
    desk: Reader,
    *,
    wallet: Annotated[
        Address | None, typer.Option(metavar="ADDRESS", help="Of this holder.", parser=address, show_default="all")
    ] = None,
    org: Annotated[int | None, typer.Option(help="Of this organization.", min=1, show_default="all")] = None,
    within: Annotated[int, typer.Option(metavar="DAYS", help="Also those that end so soon.", min=0)] = 0,
) -> Listing:
    """List what is due, or soon will be, and what would come of a renewal now."""
    columns = ["passId", "productId", "end", "price", "renewal"]
    return Listing(due_rows(desk, DueLimit(wallet=wallet, org=org, days=within)), columns=columns)


# --- renewing


@writes(app, "renew")
def renew(
    desk: Writer, pass_id: PassId, products: Products, *, free: Free = False, approve: Approving = False
) -> list[Step]:
    """Renew or bill subscriptions of a pass: what is due, early as the holder, or free as the organization."""
    calls = desk.client.manager.calls
    quotes = quote_renewals(desk, pass_id, products, free=free)
    if len(products) == 1:
        call = calls.renew_subscription(pass_id, products[0], airdrop=free, value=value_of(quotes))
    else:
        call = calls.renew_subscription_batch(pass_id, products, airdrop=free)
    title = f"Renew {_names(products)} of pass {pass_id}"
    return paying_steps(desk, quotes, title=title, call=call, pass_id=pass_id, asked=approve)


@writes(app, "renew-due")
def renew_due(desk: Writer, pairs: Pairs = None) -> list[Step]:
    """Renew what is due, of anybody: the holders who agreed to it pay. What cannot be renewed stops no other."""
    return renew_due_steps(desk, pairs or [])


@writes(app, "auto-renew")
def auto_renew(
    desk: Writer,
    pass_id: PassId,
    product: ProductId,
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="Agree, or take it back.")] = True,
) -> Step:
    """Agree to renewals of a subscription by anybody, at its pricing, or take that back."""
    return Step(
        title=f"Turn automatic renewals of product {product} of pass {pass_id} {'on' if on else 'off'}",
        call=desk.client.manager.calls.set_auto_renew(pass_id, product, auto_renew=on),
        facts={"passId": pass_id, "productId": product, "autoRenew": on},
        ids=lambda receipt: _states(desk, receipt),
    )


# --- pausing and leaving


@writes(app, "pause")
def pause(desk: Writer, pass_id: PassId, products: Products) -> Step:
    """Stop the clock of subscriptions; the time left is kept."""
    return _pausing(desk, pass_id, products, pause=True)


@writes(app, "unpause")
def unpause(desk: Writer, pass_id: PassId, products: Products) -> Step:
    """Start the clock of paused subscriptions again."""
    return _pausing(desk, pass_id, products, pause=False)


@writes(app, "cancel")
def cancel(desk: Writer, pass_id: PassId, products: Products) -> Step:
    """Cancel subscriptions: access runs to the end of the period, nothing is charged any more."""
    calls = desk.client.manager.calls
    many = len(products) > 1
    return Step(
        title=f"Cancel {_names(products)} of pass {pass_id}",
        call=calls.cancel_subscription_batch(pass_id, products, cancels=[True] * len(products))
        if many
        else calls.cancel_subscription(pass_id, products[0], cancel=True),
        facts={"passId": pass_id, "productIds": products},
        ids=lambda receipt: _states(desk, receipt),
    )


@writes(app, "uncancel")
def uncancel(desk: Writer, pass_id: PassId, products: Products, *, approve: Approving = False) -> list[Step]:
    """Undo a cancellation: free while the period runs, a new start with its price afterwards."""
    calls = desk.client.manager.calls
    statuses = desk.client.read_many([desk.client.lens.calls.status_of(pass_id, one) for one in products])
    ended = [one for one, status in zip(products, statuses, strict=True) if status == Status.EXPIRED]
    quotes = quote_renewals(desk, pass_id, ended, free=False)
    if len(products) == 1:
        call = calls.cancel_subscription(pass_id, products[0], cancel=False, value=value_of(quotes))
    else:
        call = calls.cancel_subscription_batch(pass_id, products, cancels=[False] * len(products))
    title = f"Take the cancellation of {_names(products)} of pass {pass_id} back"
    *approvals, undo = paying_steps(desk, quotes, title=title, call=call, pass_id=pass_id, asked=approve)
    facts = {**undo.facts, "productIds": products}
    return [*approvals, replace(undo, facts=facts, ids=partial(_states, desk))]


@writes(app, "end")
def end(desk: Writer, pass_id: PassId, product: ProductId) -> Step:
    """Give up a subscription at once, with the time left and without a refund."""
    return Step(
        title=f"End product {product} of pass {pass_id} now, without a refund",
        call=desk.client.manager.calls.end_subscription(pass_id, product),
        facts={"passId": pass_id, "productId": product},
        ids=lambda receipt: _states(desk, receipt),
    )


def _pausing(desk: Writer, pass_id: int, products: Sequence[int], *, pause: bool) -> Step:
    calls = desk.client.manager.calls
    many = len(products) > 1
    return Step(
        title=f"{'Pause' if pause else 'Take up again'} {_names(products)} of pass {pass_id}",
        call=calls.pause_subscription_batch(pass_id, products, pauses=[pause] * len(products))
        if many
        else calls.pause_subscription(pass_id, products[0], pause=pause),
        facts={"passId": pass_id, "productIds": products},
        ids=lambda receipt: _states(desk, receipt),
    )


def _names(products: Sequence[int]) -> str:
    return f"product {products[0]}" if len(products) == 1 else f"products {', '.join(map(str, products))}"


def _states(desk: Reader, receipt: Receipt[Any]) -> dict[str, Any]:
    """The subscriptions as the transaction left them."""
    now = desk.node.head().timestamp
    return {"products": [_told(event, now) for event in receipt.events_of(SubscriptionStateChanged)]}


def _told(event: SubscriptionStateChanged, now: int) -> Row:
    state = ItemState.from_word(event.state)
    paused = state.paused
    return {
        "productId": event.product_id,
        "status": state.status(now),
        "autoRenew": state.auto_renew,
        "end": When(0 if paused else state.end, now),
        "left": Span(state.end if paused else max(state.end - now, 0)),
    }


# --- changing


@writes(app, "change-pricing")
def change_pricing(
    desk: Writer,
    pass_id: PassId,
    product: ProductId,
    pricing: PricingId,
    *,
    free: Free = False,
    approve: Approving = False,
) -> list[Step]:
    """Move a subscription to another pricing from now; the value of the time left counts."""
    params = ChangeSubscriptionPricingParams(
        org_id=desk.client.lens.org_of_pass(pass_id),
        product_pass_id=pass_id,
        product_id=product,
        new_pricing_id=pricing,
        airdrop=free,
    )
    quote = desk.client.lens.quote_change(params, desk.signer.address)
    highest = highest_price(desk, quote, pass_id, product)
    call = desk.client.manager.calls.change_subscription_pricing(params, value=native_part(quote, highest))
    title = f"Move product {product} of pass {pass_id} to pricing {pricing}"
    return change_steps(desk, quote, call=call, title=title, highest=highest, asked=approve)


@writes(app, "change-quantity")
def change_quantity(
    desk: Writer,
    pass_id: PassId,
    product: ProductId,
    quantity: Annotated[int, typer.Argument(metavar="UNITS", help="Units from now on.", min=1, show_default=False)],
    *,
    free: Free = False,
    approve: Approving = False,
) -> list[Step]:
    """Change the units of a tiered subscription from now; the value of the time left counts."""
    lens, manager = desk.client.lens, desk.client.manager
    caller = desk.signer.address
    quote = lens.quote_quantity(pass_id, product_id=product, quantity=quantity, airdrop=free, caller=caller)
    highest = highest_price(desk, quote, pass_id, product)
    call = manager.calls.change_tiered_subscription_unit_quantity(
        pass_id, product_id=product, quantity=quantity, airdrop=free, value=native_part(quote, highest)
    )
    title = f"Change product {product} of pass {pass_id} to {quantity} units"
    return change_steps(desk, quote, call=call, title=title, highest=highest, asked=approve)
