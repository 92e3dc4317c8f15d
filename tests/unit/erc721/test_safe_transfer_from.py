import pytest

from tests.support.nfts import ZERO
from tests.support.system import partial, refused

ACCEPTS, ANSWERS_WRONG, REVERTS, REENTERS, REVERTS_WITH_YES = range(5)


def test_asks_with_empty_data_when_none_is_given(nft, token, holder, receiver):
    nft.safeTransferFrom(holder, receiver.address, token, sender=holder)
    assert nft.ownerOf(token) == receiver.address
    assert (receiver.operator(), receiver.sender()) == (holder, holder)
    assert (receiver.tokenId(), receiver.data()) == (token, b"")


def test_hands_operator_and_data_on_when_an_operator_calls(nft, token, holder, operator, receiver):
    nft.setApprovalForAll(operator, True, sender=holder)
    nft.safeTransferFrom(holder, receiver.address, token, b"x" * 1024, sender=operator)
    assert (receiver.operator(), receiver.sender()) == (operator, holder)
    assert receiver.data() == b"x" * 1024


def test_has_moved_the_token_when_the_receiver_is_asked(nft, token, holder, receiver):
    nft.safeTransferFrom(holder, receiver.address, token, sender=holder)
    assert receiver.ownerSeen() == receiver.address


def test_moves_the_token_when_the_receiver_has_no_code(nft, token, holder, new_holder):
    nft.safeTransferFrom(holder, new_holder, token, b"data", sender=holder)
    assert nft.ownerOf(token) == new_holder


@pytest.mark.parametrize("mode", [ANSWERS_WRONG, REVERTS, REVERTS_WITH_YES])
def test_refuses_when_the_receiver_does_not_agree(nft, token, holder, receiver, mode):
    receiver.behave(mode)
    with refused(nft, "ERC721InvalidReceiver(address)", receiver.address):
        nft.safeTransferFrom(holder, receiver.address, token, sender=holder)
    assert nft.ownerOf(token) == holder


@pytest.mark.parametrize("contract", ["mocks/MockText", "mocks/MockReceiver"])
def test_refuses_when_a_contract_has_no_hook_or_answers_nothing(nft, token, holder, contract):
    mute = partial(contract).deploy().address
    with refused(nft, "ERC721InvalidReceiver(address)", mute):
        nft.safeTransferFrom(holder, mute, token, sender=holder)


def test_refuses_when_a_stranger_calls(nft, token, holder, stranger):
    with refused(nft, "ERC721InsufficientApproval(address,uint256)", stranger, token):
        nft.safeTransferFrom(holder, stranger, token, sender=stranger)


def test_refuses_when_the_receiver_is_nobody(nft, token, holder):
    with refused(nft, "ERC721InvalidReceiver(address)", ZERO):
        nft.safeTransferFrom(holder, ZERO, token, sender=holder)


def test_keeps_the_lock_when_the_receiver_moves_the_token_on(nft, token, holder, receiver, stranger):
    onward = nft.transferFrom.prepare_calldata(receiver.address, stranger, token)
    receiver.behave(REENTERS, nft.address, onward)
    nft.safeTransferFrom(holder, receiver.address, token, sender=holder)
    assert not receiver.reentrySucceeded()
    assert nft.ownerOf(token) == receiver.address
    assert (nft.balanceOf(receiver.address), nft.balanceOf(stranger)) == (1, 0)


def test_answers_views_and_approvals_when_the_receiver_calls_back(nft, token, holder, receiver, stranger):
    receiver.behave(REENTERS, nft.address, nft.approve.prepare_calldata(stranger, token))
    nft.safeTransferFrom(holder, receiver.address, token, sender=holder)
    assert receiver.reentrySucceeded()
    assert nft.getApproved(token) == stranger
