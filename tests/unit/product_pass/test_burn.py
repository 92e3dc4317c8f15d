import pytest

from tests.support.nfts import MANY, ZERO
from tests.support.system import refused


def test_leaves_nothing_when_the_holder_burns(nfts, product_pass, pass_id, holder):
    product_pass.burn(pass_id, sender=holder)
    (transfer,) = product_pass.get_logs()
    assert type(transfer).__name__ == "Transfer"
    assert (transfer.sender, transfer.receiver, transfer.tokenId) == (holder, ZERO, pass_id)
    assert product_pass.wordOf(pass_id) == 0
    assert product_pass.balanceOf(holder) == 0
    assert nfts.peers.hookCalls() == 0
    with refused(product_pass, "ERC721NonexistentToken(uint256)", pass_id):
        product_pass.ownerOf(pass_id)


def test_w38_unsolicited_pass_can_be_burned_though_it_is_locked(nfts, product_pass, holder):
    unwanted = nfts.mint_pass(holder)
    nfts.peers.setLocked(unwanted, True)
    product_pass.burn(unwanted, sender=holder)
    assert product_pass.balanceOf(holder) == 0


def test_ends_the_approval_when_the_pass_is_burned(product_pass, pass_id, holder, operator):
    product_pass.approve(operator, pass_id, sender=holder)
    product_pass.burn(pass_id, sender=holder)
    assert product_pass.eval(f"erc721._approvals[{pass_id}]") == ZERO


def test_refuses_when_a_stranger_calls(product_pass, pass_id, stranger):
    with refused(product_pass, "NotPassHolder(uint256,address)", pass_id, stranger):
        product_pass.burn(pass_id, sender=stranger)


def test_refuses_when_an_approved_account_calls(product_pass, pass_id, holder, operator):
    product_pass.approve(operator, pass_id, sender=holder)
    product_pass.setApprovalForAll(operator, True, sender=holder)
    with refused(product_pass, "NotPassHolder(uint256,address)", pass_id, operator):
        product_pass.burn(pass_id, sender=operator)


def test_refuses_when_the_former_holder_calls(product_pass, pass_id, holder, new_holder):
    product_pass.transferFrom(holder, new_holder, pass_id, sender=holder)
    with refused(product_pass, "NotPassHolder(uint256,address)", pass_id, holder):
        product_pass.burn(pass_id, sender=holder)


@pytest.mark.parametrize("missing", [0, MANY])
def test_refuses_when_there_is_no_such_pass(product_pass, missing, holder):
    with refused(product_pass, "ERC721NonexistentToken(uint256)", missing):
        product_pass.burn(missing, sender=holder)


def test_refuses_when_the_pass_is_burned_twice(product_pass, pass_id, holder):
    product_pass.burn(pass_id, sender=holder)
    with refused(product_pass, "ERC721NonexistentToken(uint256)", pass_id):
        product_pass.burn(pass_id, sender=holder)
