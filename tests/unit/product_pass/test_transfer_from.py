import pytest

from tests.support.nfts import pass_word
from tests.support.system import refused

REENTERS = 3


@pytest.fixture(params=["transferFrom", "safeTransferFrom"])
def transfer(product_pass, request):
    return getattr(product_pass, request.param)


def test_changes_only_the_owner_when_a_pass_moves(product_pass, pass_id, transfer, holder, new_holder):
    transfer(holder, new_holder, pass_id, sender=holder)
    assert [type(log).__name__ for log in product_pass.get_logs()] == ["Transfer"]
    assert product_pass.wordOf(pass_id) == pass_word(new_holder)


def test_asks_the_manager_first_when_a_pass_moves(nfts, pass_id, transfer, holder, new_holder):
    transfer(holder, new_holder, pass_id, sender=holder)
    assert (nfts.peers.hookCalls(), nfts.peers.hookPassId()) == (1, pass_id)
    assert nfts.peers.hookWord() == pass_word(holder)
    assert nfts.peers.hookOwner() == holder


def test_asks_the_manager_too_when_a_pass_goes_to_its_own_holder(nfts, product_pass, pass_id, transfer, holder):
    transfer(holder, holder, pass_id, sender=holder)
    assert nfts.peers.hookCalls() == 1
    assert product_pass.wordOf(pass_id) == pass_word(holder)


def test_r22_refuses_when_the_pass_is_locked(nfts, product_pass, pass_id, transfer, holder, new_holder):
    nfts.peers.setLocked(pass_id, True)
    with refused(product_pass, "PassLocked(uint256,uint256)", pass_id, 7):
        transfer(holder, new_holder, pass_id, sender=holder)
    assert product_pass.ownerOf(pass_id) == holder


def test_refuses_before_it_asks_the_manager_when_a_stranger_calls(nfts, product_pass, pass_id, holder, stranger):
    nfts.peers.setLocked(pass_id, True)
    with refused(product_pass, "ERC721InsufficientApproval(address,uint256)", stranger, pass_id):
        product_pass.transferFrom(holder, stranger, pass_id, sender=stranger)


def test_keeps_the_lock_when_the_receiver_burns_in_the_callback(product_pass, pass_id, holder, receiver):
    receiver.behave(REENTERS, product_pass.address, product_pass.burn.prepare_calldata(pass_id))
    product_pass.safeTransferFrom(holder, receiver.address, pass_id, sender=holder)
    assert not receiver.reentrySucceeded()
    assert product_pass.ownerOf(pass_id) == receiver.address


def test_refuses_the_system_calls_when_the_receiver_makes_them(product_pass, pass_id, holder, receiver):
    receiver.behave(
        REENTERS, product_pass.address, product_pass.mint.prepare_calldata(10**6, pass_word(receiver.address))
    )
    product_pass.safeTransferFrom(holder, receiver.address, pass_id, sender=holder)
    assert not receiver.reentrySucceeded()
    assert product_pass.balanceOf(receiver.address) == 1


@pytest.mark.parametrize("view", ["locked", "tokenURI", "expiresAt", "isTokenExpired", "wordOf"])
def test_answers_views_when_the_receiver_asks_in_the_callback(product_pass, pass_id, holder, receiver, view):
    receiver.behave(REENTERS, product_pass.address, getattr(product_pass, view).prepare_calldata(pass_id))
    product_pass.safeTransferFrom(holder, receiver.address, pass_id, sender=holder)
    assert receiver.reentrySucceeded()
