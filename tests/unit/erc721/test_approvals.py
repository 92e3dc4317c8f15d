import pytest

from tests.support.nfts import MANY, ZERO
from tests.support.system import refused


def test_approves_when_the_owner_calls(nft, token, holder, operator):
    nft.approve(operator, token, sender=holder)
    (approval,) = nft.get_logs()
    assert type(approval).__name__ == "Approval"
    assert (approval.owner, approval.approved, approval.tokenId) == (holder, operator, token)
    assert nft.getApproved(token) == operator


def test_approves_for_the_owner_when_an_operator_calls(nft, token, holder, operator, stranger):
    nft.setApprovalForAll(operator, True, sender=holder)
    nft.approve(stranger, token, sender=operator)
    assert nft.get_logs()[0].owner == holder
    assert nft.getApproved(token) == stranger


def test_takes_the_approval_back_when_nobody_is_approved(nft, token, holder, operator):
    nft.approve(operator, token, sender=holder)
    nft.approve(ZERO, token, sender=holder)
    assert nft.getApproved(token) == ZERO


def test_refuses_to_approve_when_a_stranger_calls(nft, token, stranger):
    with refused(nft, "ERC721InvalidApprover(address)", stranger):
        nft.approve(stranger, token, sender=stranger)


def test_refuses_to_approve_when_the_approved_account_calls(nft, token, holder, operator, stranger):
    nft.approve(operator, token, sender=holder)
    with refused(nft, "ERC721InvalidApprover(address)", operator):
        nft.approve(stranger, token, sender=operator)


@pytest.mark.parametrize("missing", [0, MANY])
def test_refuses_when_there_is_no_such_token(nft, missing, holder, operator):
    with refused(nft, "ERC721NonexistentToken(uint256)", missing):
        nft.approve(operator, missing, sender=holder)
    with refused(nft, "ERC721NonexistentToken(uint256)", missing):
        nft.getApproved(missing)


def test_has_several_operators_when_several_are_set(nft, holder, operator, stranger):
    for wallet in (operator, stranger):
        nft.setApprovalForAll(wallet, True, sender=holder)
        (approval,) = nft.get_logs()
        assert type(approval).__name__ == "ApprovalForAll"
        assert (approval.owner, approval.operator, approval.approved) == (holder, wallet, True)
    assert nft.isApprovedForAll(holder, operator)
    assert nft.isApprovedForAll(holder, stranger)
    assert not nft.isApprovedForAll(operator, holder)


def test_has_no_operator_when_the_right_is_taken_back(nft, token, holder, operator):
    nft.setApprovalForAll(operator, True, sender=holder)
    nft.setApprovalForAll(operator, False, sender=holder)
    assert nft.get_logs()[0].approved is False
    assert not nft.isApprovedForAll(holder, operator)
    with refused(nft, "ERC721InsufficientApproval(address,uint256)", operator, token):
        nft.transferFrom(holder, operator, token, sender=operator)


def test_refuses_when_the_operator_is_nobody(nft, holder):
    with refused(nft, "ERC721InvalidOperator(address)", ZERO):
        nft.setApprovalForAll(ZERO, True, sender=holder)
