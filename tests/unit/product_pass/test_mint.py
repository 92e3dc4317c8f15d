import boa
import pytest

from tests.support.nfts import ZERO, pass_word
from tests.support.system import partial, refused

GAS = 47_000  # two new slots, one log and little else


def test_mints_to_the_owner_in_the_word_when_told(product_pass, manager, holder):
    word = pass_word(holder, org=7, first=9, discount=10_000, count=64)
    product_pass.mint(41, word, sender=manager)
    (transfer,) = product_pass.get_logs()
    assert type(transfer).__name__ == "Transfer"
    assert (transfer.sender, transfer.receiver, transfer.tokenId) == (ZERO, holder, 41)
    assert product_pass.wordOf(41) == word
    assert product_pass.ownerOf(41) == holder
    assert product_pass.balanceOf(holder) == 1


def test_costs_little_more_than_storage_when_minting(product_pass, manager, holder):
    product_pass.mint(41, pass_word(holder), sender=manager)
    assert product_pass._computation.get_gas_used() < GAS


def test_has_no_word_when_there_is_no_such_pass(product_pass):
    assert product_pass.wordOf(0) == 0
    assert product_pass.wordOf(10**9) == 0


def test_refuses_when_the_owner_is_nobody(product_pass, manager):
    with refused(product_pass, "ERC721InvalidReceiver(address)", ZERO):
        product_pass.mint(41, pass_word(ZERO), sender=manager)


@pytest.mark.parametrize("contract", ["mocks/MockText", "mocks/MockReceiver"])
def test_w38_contract_without_the_hook_receives_a_pass_and_can_burn_it(nfts, product_pass, contract):
    hookless = partial(contract).deploy().address
    pass_id = nfts.mint_pass(hookless)
    assert product_pass.ownerOf(pass_id) == hookless
    product_pass.burn(pass_id, sender=hookless)
    assert product_pass.balanceOf(hookless) == 0


def test_mints_one_for_each_when_there_are_several_recipients(product_pass, manager):
    people = [boa.env.generate_address() for _ in range(200)]
    product_pass.mintBatch(1_000, people, pass_word(), sender=manager)
    logs = product_pass.get_logs()
    assert [(log.sender, log.receiver, log.tokenId) for log in logs] == [
        (ZERO, person, 1_000 + i) for i, person in enumerate(people)
    ]
    assert all(product_pass.wordOf(1_000 + i) == pass_word(person) for i, person in enumerate(people))
    assert all(product_pass.balanceOf(person) == 1 for person in people)


def test_mints_several_when_a_recipient_is_named_twice(product_pass, manager, holder, stranger):
    product_pass.mintBatch(1_000, [holder, stranger, holder], pass_word(), sender=manager)
    assert product_pass.balanceOf(holder) == 2
    assert product_pass.ownerOf(1_002) == holder


def test_refuses_the_batch_when_one_recipient_is_nobody(product_pass, manager, holder):
    with refused(product_pass, "ERC721InvalidReceiver(address)", ZERO):
        product_pass.mintBatch(1_000, [holder, ZERO], pass_word(), sender=manager)
    assert product_pass.balanceOf(holder) == 0
