"""`passmanager escrow platform`: what the owner of the platform does: fees, a stop of purchases, ownership."""

from typing import Annotated, Any

import typer

from passmanager.abi.events import FeeAnnounced, PaidOut, PaymentReceived
from passmanager.cli.cells import Percent
from passmanager.cli.common import group
from passmanager.cli.reading import Facts, Listing, Reader, reads
from passmanager.cli.times import When
from passmanager.cli.values import BaseUnits, Token, address, amount, bps, percent
from passmanager.cli.writing import Step, Writer, writes
from passmanager.units import NATIVE, Address

app = group("The platform: fees, a stop of purchases, ownership.")
FEES_ROW = 0
Recipient = Annotated[Address, typer.Argument(metavar="WALLET", help="Who may withdraw fees.", parser=address)]


@reads(app, "show")
def show(desk: Reader) -> Facts:
    """Show owner, fee, announced fee, and whether purchases are stopped."""
    manager = desk.client.manager
    later_bps, later_recipient, start = manager.pending_fee()
    pending = manager.pending_owner()
    values: dict[str, Any] = {
        "owner": manager.owner(),
        "nextOwner": None if pending == NATIVE else pending,
        "purchasesPaused": manager.purchases_paused(),
        "fee": Percent(manager.fee_bps()),
        "feeRecipient": manager.fee_recipient(),
    }
    if start:
        announced = {"announcedFee": Percent(later_bps), "announcedRecipient": later_recipient}
        values |= announced | {"from": When(start, desk.node.head().timestamp)}
    return Facts(values)


@reads(app, "fees")
def fees(desk: Reader) -> Listing:
    """List the fees that were taken and not withdrawn, in every token."""
    logs = desk.client.events.history(desk.found.from_block, kinds=[PaymentReceived])
    payments = [log.event for log in logs if isinstance(log.event, PaymentReceived)]
    tokens = sorted({payment.token for payment in payments if payment.fee})
    calls = desk.client.escrow.calls
    amounts = desk.client.read_many([calls.org_balance(FEES_ROW, token) for token in tokens])
    rows = [{"token": token, "fees": desk.money(amount, token)} for token, amount in zip(tokens, amounts, strict=True)]
    return Listing(rows, note="" if rows else "No fee was taken yet.")


@writes(app, "withdraw-fees")
def withdraw_fees(
    desk: Writer,
    *,
    token: Token = NATIVE,
    part: Annotated[
        str | None,
        typer.Option("--amount", metavar="AMOUNT", help="In the token's own unit.", parser=amount, show_default="all"),
    ] = None,
    base_units: BaseUnits = False,
) -> Step:
    """Withdraw fees to their recipient, who has to be the sender."""
    escrow = desk.client.escrow
    there = escrow.org_balance(FEES_ROW, token)
    wanted = there if part is None else desk.base_units(part, token, exact=base_units)
    return Step(
        title=f"Withdraw {desk.money(wanted, token).text()} of the platform's fees",
        call=escrow.calls.withdraw_fees(token, wanted),
        facts={"amount": desk.money(wanted, token), "balance": desk.money(there, token)},
        ids=lambda receipt: payout(desk, receipt.event(PaidOut)),
    )


def payout(desk: Reader, event: PaidOut) -> dict[str, Any]:
    """What was paid out, and to whom."""
    return {"paid": desk.money(event.amount, event.token), "recipient": event.to}


@writes(app, "announce-fee")
def announce_fee(
    desk: Writer,
    share: Annotated[
        str, typer.Argument(metavar="PERCENT", help="Of all payments, at most 5.", parser=percent, show_default=False)
    ],
    recipient: Recipient,
) -> Step:
    """Announce a fee; it acts seven days later."""
    wanted = bps(share)
    return Step(
        title=f"Announce a fee of {Percent(wanted).text()} for {recipient}",
        call=desk.client.manager.calls.announce_fee(wanted, recipient),
        facts={"fee": Percent(wanted), "recipient": recipient},
        ids=lambda receipt: {"from": When(receipt.event(FeeAnnounced).acts_from, desk.node.head().timestamp)},
    )


@writes(app, "pause")
def pause(desk: Writer) -> Step:
    """Stop new purchases, further products and airdrops; all else goes on."""
    return Step(title="Stop purchases", call=desk.client.manager.calls.pause_purchases())


@writes(app, "unpause")
def unpause(desk: Writer) -> Step:
    """Allow purchases again."""
    return Step(title="Allow purchases", call=desk.client.manager.calls.unpause_purchases())


@writes(app, "transfer-ownership")
def transfer_ownership(
    desk: Writer,
    to: Annotated[Address, typer.Argument(metavar="WALLET", help="The next owner, who must accept.", parser=address)],
) -> Step:
    """Name the next owner of the platform; the zero address takes that back."""
    return Step(
        title=f"Name {to} as the next owner of the platform",
        call=desk.client.manager.calls.transfer_ownership(to),
        facts={"nextOwner": to},
    )


@writes(app, "accept-ownership")
def accept_ownership(desk: Writer) -> Step:
    """Take the platform over, as the named next owner."""
    return Step(title="Take the platform over", call=desk.client.manager.calls.accept_ownership())
