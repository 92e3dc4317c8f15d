import pytest

from tests.support.nfts import MANY, ZERO
from tests.support.system import refused


@pytest.fixture
def approve(nft, token, holder, operator):
    nft.approve(operator, token, sender=holder)


@pytest.fixture
def approve_all(nft, holder, operator):
    nft.setApprovalForAll(operator, True, sender=holder)


def test_moves_the_token_when_its_owner_calls(nft, token, holder, new_holder):
    nft.transferFrom(holder, new_holder, token, sender=holder)
    transfer = nft.get_logs()[0]
    assert type(transfer).__name__ == "Transfer"
    assert (transfer.sender, transfer.receiver, transfer.tokenId) == (holder, new_holder, token)
    assert nft.ownerOf(token) == new_holder
    assert (nft.balanceOf(holder), nft.balanceOf(new_holder)) == (0, 1)


@pytest.mark.usefixtures("approve")
def test_moves_the_token_when_the_approved_account_calls(nft, token, holder, new_holder, operator):
    nft.transferFrom(holder, new_holder, token, sender=operator)
    assert nft.ownerOf(token) == new_holder


@pytest.mark.usefixtures("approve_all")
def test_moves_the_token_when_an_operator_calls(nft, token, holder, new_holder, operator):
    nft.transferFrom(holder, new_holder, token, sender=operator)
    assert nft.ownerOf(token) == new_holder


@pytest.mark.usefixtures("approve")
def test_ends_the_approval_when_the_token_moves(nft, token, holder, new_holder, operator):
    nft.transferFrom(holder, new_holder, token, sender=holder)
    assert nft.getApproved(token) == ZERO
    with refused(nft, "ERC721InsufficientApproval(address,uint256)", operator, token):
        nft.transferFrom(new_holder, operator, token, sender=operator)


@pytest.mark.usefixtures("approve")
def test_ends_the_approval_when_the_token_goes_to_its_own_owner(nft, token, holder):
    nft.transferFrom(holder, holder, token, sender=holder)
    assert nft.getApproved(token) == ZERO
    assert nft.ownerOf(token) == holder
    assert nft.balanceOf(holder) == 1


@pytest.mark.usefixtures("approve_all")
def test_refuses_an_operator_when_the_token_is_no_longer_his_masters(nft, token, holder, new_holder, operator):
    nft.transferFrom(holder, new_holder, token, sender=operator)
    with refused(nft, "ERC721InsufficientApproval(address,uint256)", operator, token):
        nft.transferFrom(new_holder, holder, token, sender=operator)


def test_refuses_when_a_stranger_calls(nft, token, holder, stranger):
    with refused(nft, "ERC721InsufficientApproval(address,uint256)", stranger, token):
        nft.transferFrom(holder, stranger, token, sender=stranger)


def test_refuses_when_the_approval_is_for_another_token(collection, nft, token, holder, operator):
    other = collection.mint(holder)
    nft.approve(operator, other, sender=holder)
    with refused(nft, "ERC721InsufficientApproval(address,uint256)", operator, token):
        nft.transferFrom(holder, operator, token, sender=operator)


def test_refuses_when_the_sender_is_not_the_owner(nft, token, holder, stranger, new_holder):
    with refused(nft, "ERC721IncorrectOwner(address,uint256,address)", stranger, token, holder):
        nft.transferFrom(stranger, new_holder, token, sender=holder)


def test_refuses_when_the_receiver_is_nobody(nft, token, holder):
    with refused(nft, "ERC721InvalidReceiver(address)", ZERO):
        nft.transferFrom(holder, ZERO, token, sender=holder)


@pytest.mark.parametrize("missing", [0, MANY])
def test_refuses_when_there_is_no_such_token(nft, missing, holder, new_holder):
    with refused(nft, "ERC721NonexistentToken(uint256)", missing):
        nft.transferFrom(holder, new_holder, missing, sender=holder)


def test_refuses_when_nobody_gives_away_what_is_not_there(nft, new_holder):
    with refused(nft, "ERC721NonexistentToken(uint256)", 0):
        nft.transferFrom(ZERO, new_holder, 0, sender=ZERO)


def test_asks_no_contract_when_the_transfer_is_a_plain_one(nft, token, holder, receiver):
    receiver.behave(2)
    nft.transferFrom(holder, receiver.address, token, sender=holder)
    assert nft.ownerOf(token) == receiver.address
