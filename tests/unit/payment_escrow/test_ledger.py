"""The ledger's invariants L1 to L4 (contracts/PaymentEscrow.vy) under a token that misbehaves at random."""

from dataclasses import dataclass

import boa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.bad_tokens import Move, Read
from tests.support.system import partial

IN, REFUND, WITHDRAW, FEES = "in", "refund", "withdraw", "fees"


@dataclass(frozen=True)
class Step:
    kind: str
    org: int  # 0 or 1: which of the two organizations
    amount: int
    fee_bps: int
    move: Move
    read: Read


amounts = st.integers(0, 3_000) | st.sampled_from([2**96, 2**160 - 1, 2**160])
steps = st.builds(
    Step,
    st.sampled_from([IN, IN, REFUND, WITHDRAW, FEES]),
    st.integers(0, 1),
    amounts,
    st.integers(0, 500),
    st.sampled_from([Move.GOOD] * 6 + [move for move in Move if move is not Move.REENTERS]),
    st.sampled_from([Read.WELL] * 8 + list(Read)),
)


@pytest.fixture(scope="module")
def bad_token(escrow, buyer):
    """One for all examples."""
    asset = partial("mocks/MockBadToken").deploy()
    asset.mint(buyer, 2**200)
    asset.approve(escrow, 2**200, sender=buyer)
    return asset


@pytest.fixture(scope="module")
def orgs(org_id, other_org_id) -> tuple[int, int]:
    return org_id, other_org_id


@pytest.fixture(scope="module")
def perform(system, escrow, manager, bad_token, buyer, orgs, fee_recipient):
    """Runs one step of a plan."""

    def call(step: Step) -> None:
        org = orgs[step.org]
        if step.kind == IN:
            fee = step.amount * step.fee_bps // 10_000
            escrow.collect(org, bad_token, buyer, step.amount, fee, sender=manager)
        elif step.kind == REFUND:
            escrow.refund(org, bad_token, buyer, step.amount, sender=manager)
        elif step.kind == WITHDRAW:
            escrow.withdraw(org, bad_token, step.amount, sender=system.org_nft.ownerOf(org))
        else:
            escrow.withdrawFees(bad_token, step.amount, sender=fee_recipient)

    return call


@given(plan=st.lists(steps, max_size=12))
@settings(max_examples=40, deadline=None)
def test_rows_are_what_was_moved_and_never_more_than_is_there(escrow, bad_token, perform, orgs, plan):
    def rows() -> list[int]:
        return [escrow.orgBalance(org, bad_token) for org in (0, *orgs)]

    expected = [0, 0, 0]
    for step in plan:
        bad_token.behave(step.move, step.read, 10**40, 20_000)
        before = rows()
        try:
            perform(step)
        except boa.BoaError:
            assert rows() == before == expected  # L4: what is refused leaves no trace
            continue
        fee = step.amount * step.fee_bps // 10_000
        if step.kind == IN:
            expected[0] += fee
            expected[1 + step.org] += step.amount - fee
        else:
            expected[0 if step.kind == FEES else 1 + step.org] -= step.amount
        assert rows() == expected  # L2 and L3
        assert sum(expected) <= bad_token.balances(escrow)  # L1
