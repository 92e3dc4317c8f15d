"""Payments in ERC-20s: the payer has to allow PaymentEscrow what is needed. Refused here with both numbers."""

from typing import TYPE_CHECKING, Annotated

import typer

from passmanager.abi import errors
from passmanager.cli.writing import Step, Writer
from passmanager.core import erc20
from passmanager.units import NATIVE, Address

if TYPE_CHECKING:
    from passmanager.core.purchases import Plan

Approving = Annotated[
    bool, typer.Option("--approve", help="Let PaymentEscrow take what is needed, if it may not already.")
]


class InsufficientAllowance(errors.InsufficientAllowance):
    """The contract's error of this name, with what to type on the command line."""

    NEXT = "Add --approve to the command, or let the payer approve PaymentEscrow before."

    amounts: str = ""

    def __str__(self) -> str:
        """Both amounts as people read them, then as the chain has them."""
        fields = f"InsufficientAllowance(have={self.have}, need={self.need})"
        return f"The payer has approved PaymentEscrow for too little: {self.amounts}. {fields}. {self.NEXT}"


def require_approval(desk: Writer, plan: "Plan", *, asked: bool) -> None:
    """Refuses a purchase that needs an approval nobody asked for.

    Raises:
        InsufficientAllowance: PaymentEscrow may not take the price.
    """
    if plan.approvals and not asked:
        have = _allowed(desk, plan.quote.token)
        raise _too_little(desk, plan.quote.token, have, plan.quote.total)


def approval_steps(desk: Writer, plan: "Plan") -> list[Step]:
    """The approvals of a purchase."""
    token = plan.quote.token
    amounts = [0] * (len(plan.approvals) - 1) + [plan.approved]
    return [
        _approval(desk, token, amount, follows=number > 0)
        for number, (_, amount) in enumerate(zip(plan.approvals, amounts, strict=False))
    ]


def paid_by_signer(desk: Writer, token: Address, amount: int, *, asked: bool, name: str, most: int = 0) -> list[Step]:
    """The approvals before the signer pays `amount`, or up to `most`; none for the native coin, or if not needed.

    Raises:
        InsufficientBalance: The signer has less.
        InsufficientAllowance: PaymentEscrow may not take it, and no approval was asked for.
    """
    if token == NATIVE or not amount:
        return []
    payer = desk.signer.address
    have, allowed = desk.client.read_many([erc20.balance_of(token, payer), _allowance(desk, token)])
    if have < amount:
        raise errors.InsufficientBalance(have=have, need=amount, call=name)
    wanted = max(amount, most)
    if allowed >= wanted or (allowed >= amount and not asked):
        return []
    if not asked:
        raise _too_little(desk, token, allowed, amount)
    reset = [_approval(desk, token, 0)] if allowed and not _may_replace(desk, token, wanted) else []
    return [*reset, _approval(desk, token, wanted, follows=bool(reset))]


def _too_little(desk: Writer, token: Address, have: int, need: int) -> InsufficientAllowance:
    amounts = f"{desk.money(have, token).text()} of {desk.money(need, token).text()}"
    return InsufficientAllowance(have=have, need=need, amounts=amounts)


def _approval(desk: Writer, token: Address, amount: int, *, follows: bool = False) -> Step:
    escrow = desk.client.contracts.payment_escrow
    wanted = desk.money(amount, token)
    title = f"Allow PaymentEscrow to take up to {wanted.text()}" if amount else "Take back the old approval"
    facts = {"token": token, "spender": escrow, "allowance": wanted}
    return Step(title=title, call=erc20.approve(token, escrow, amount), facts=facts, follows=follows)


def _may_replace(desk: Writer, token: Address, amount: int) -> bool:
    """Some tokens (USDT) refuse to change an approval that is not 0."""
    from passmanager.errors import Reverted  # noqa: PLC0415 - beside its only use

    try:
        desk.client.simulate(erc20.approve(token, desk.client.contracts.payment_escrow, amount))
    except Reverted:
        return False
    return True


def _allowance(desk: Writer, token: Address) -> "erc20.Call[int]":
    return erc20.allowance(token, desk.signer.address, desk.client.contracts.payment_escrow)


def _allowed(desk: Writer, token: Address) -> int:
    return desk.client.read(_allowance(desk, token))
