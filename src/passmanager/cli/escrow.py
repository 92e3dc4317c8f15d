"""`passmanager escrow`: the money of organizations and of the platform."""

from typing import Annotated, Any

import typer

from passmanager.abi.events import PaidOut, PaymentReceived, ProductRefunded
from passmanager.cli.cells import Coin, Money
from passmanager.cli.common import group
from passmanager.cli.paying import Approving, paid_by_signer
from passmanager.cli.platform import app as platform_app
from passmanager.cli.platform import payout
from passmanager.cli.reading import Facts, Listing, Reader, reads
from passmanager.cli.values import BaseUnits, OrgId, PassId, ProductId, Token, Wallet, amount, token
from passmanager.cli.writing import Step, Writer, writes
from passmanager.core.organizations import EscrowBalance
from passmanager.core.state import Outcome
from passmanager.models import Receipt
from passmanager.units import NATIVE, Address

app = group("See balances, withdraw, refund, top up; the platform's fees.")
app.add_typer(platform_app, name="platform")
Amount = Annotated[
    str,
    typer.Argument(metavar="AMOUNT", help="In the token's unit, like 19.99.", parser=amount, show_default=False),
]
Part = Annotated[
    str | None,
    typer.Option("--amount", metavar="AMOUNT", help="In the token's own unit.", parser=amount, show_default="all"),
]


# --- reading


@reads(app, "balances")
def balances(
    desk: Reader,
    org: OrgId,
    *,
    tokens: Annotated[
        list[Address] | None,
        typer.Option("--token", metavar="ADDRESS", help="Also this token.", parser=token, show_default=False),
    ] = None,
) -> Listing:
    """List what an organization has: in the tokens of its pricings, and in those given."""
    found = desk.client.organizations.balances(org, tokens=tokens or [])
    rows = [{"orgId": org, "token": one.token, "balance": Money(one.amount, _coin(one))} for one in found]
    return Listing(rows, columns=["token", "balance"])


def _coin(one: EscrowBalance) -> Coin:
    if one.token == NATIVE:
        return Coin()
    return Coin(token=one.token, decimals=one.decimals or 0, symbol=one.symbol or one.token)


@reads(app, "refundable")
def refundable(desk: Reader, pass_id: PassId, product: ProductId) -> Facts:
    """Show how much of a product can be refunded now, and how much a revocation must refund."""
    client = desk.client
    pricing = client.lens.get_subscription(pass_id, product).pricing_id
    token = client.lens.pricing_of(pricing).terms.token
    org = client.lens.org_of_pass(pass_id)
    most, least = client.lens.refundable(pass_id, product), client.lens.value_left(pass_id, product)
    return Facts(
        {
            "passId": pass_id,
            "productId": product,
            "refundable": desk.money(most, token),
            "revocationRefunds": desk.money(least, token),
            "balance": desk.money(client.escrow.org_balance(org, token), token),
        }
    )


@reads(app, "obstacle")
def obstacle(desk: Reader, wallet: Wallet, typed: Amount, *, token: Token, base_units: BaseUnits = False) -> Facts:
    """Show what is in the way of a payment in an ERC-20: the allowance of PaymentEscrow, or the balance."""
    units = desk.base_units(typed, token, exact=base_units)
    outcome, there = desk.client.escrow.obstacle(token, wallet, amount=units)
    short = outcome != Outcome.TOKEN_FAILED  # which says that both suffice
    return Facts(
        {
            "wallet": wallet,
            "amount": desk.money(units, token),
            "obstacle": Outcome(outcome) if short else None,
            "there": desk.money(there, token) if short else None,
        }
    )


# --- writing


@writes(app, "withdraw")
def withdraw(
    desk: Writer, org: OrgId, *, token: Token = NATIVE, part: Part = None, base_units: BaseUnits = False
) -> Step:
    """Withdraw the organization's money to its holder, who has to be the sender."""
    escrow = desk.client.escrow
    there = escrow.org_balance(org, token)
    wanted = there if part is None else desk.base_units(part, token, exact=base_units)
    return Step(
        title=f"Withdraw {desk.money(wanted, token).text()} of organization {org}",
        call=escrow.calls.withdraw(org, token, amount=wanted),
        facts={"orgId": org, "amount": desk.money(wanted, token), "balance": desk.money(there, token)},
        ids=lambda receipt: payout(desk, receipt.event(PaidOut)),
    )


@writes(app, "refund")
def refund(
    desk: Writer,
    pass_id: PassId,
    product: ProductId,
    typed: Amount,
    *,
    revoke: Annotated[bool, typer.Option("--revoke", help="End the product at once.")] = False,
    base_units: BaseUnits = False,
) -> Step:
    """Pay back to the holder of a pass from the organization's balance (role refund)."""
    client = desk.client
    token = client.lens.pricing_of(client.lens.get_subscription(pass_id, product).pricing_id).terms.token
    units = desk.base_units(typed, token, exact=base_units)
    return Step(
        title=f"Refund {desk.money(units, token).text()} for product {product} of pass {pass_id}"
        + (", and end it" if revoke else ""),
        call=client.manager.calls.refund_product(pass_id, product_id=product, amount=units, revoke=revoke),
        facts={
            "amount": desk.money(units, token),
            "refundable": desk.money(client.lens.refundable(pass_id, product), token),
            "revoke": revoke,
        },
        ids=lambda receipt: _refunded(desk, receipt),
    )


@writes(app, "top-up")
def top_up(
    desk: Writer,
    org: OrgId,
    typed: Amount,
    *,
    token: Token = NATIVE,
    base_units: BaseUnits = False,
    approve: Approving = False,
) -> list[Step]:
    """Add to an organization's balance from the sender's wallet, for refunds for instance; no fee."""
    units = desk.base_units(typed, token, exact=base_units)
    value = units if token == NATIVE else 0
    call = desk.client.manager.calls.top_up(org, token, amount=units, value=value)
    approvals = paid_by_signer(desk, token, units, asked=approve, name=call.name)
    step = Step(
        title=f"Add {desk.money(units, token).text()} to the balance of organization {org}",
        call=call,
        facts={"orgId": org, "amount": desk.money(units, token)},
        ids=lambda receipt: _received(desk, receipt),
        follows=bool(approvals),
    )
    return [*approvals, step]


def _refunded(desk: Reader, receipt: Receipt[Any]) -> dict[str, Any]:
    event = receipt.event(ProductRefunded)
    return {
        "passId": event.product_pass_id,
        "productId": event.product_id,
        "refunded": desk.money(event.amount, event.token),
        "recipient": event.recipient,
        "revoked": event.revoked,
    }


def _received(desk: Reader, receipt: Receipt[Any]) -> dict[str, Any]:
    event = receipt.event(PaymentReceived)
    return {"orgId": event.org_id, "received": desk.money(event.amount, event.token)}
