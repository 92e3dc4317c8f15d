"""What the system tells a pass after it was minted: `extend`, `touch`, `touchAll`, `setDiscount`."""

import boa
import pytest

from tests.support.nfts import pass_word
from tests.support.system import refused

# `lockChange` and the event it makes, beside MetadataUpdate
LOCK_CHANGES = [(0, []), (1, ["Locked"]), (2, ["Unlocked"])]


def names_and_ids(contract):
    return [(type(log).__name__, log.tokenId) for log in contract.get_logs()]


@pytest.mark.parametrize(("lock_change", "lock_events"), LOCK_CHANGES)
def test_keeps_the_new_word_when_a_pass_is_extended(product_pass, pass_id, manager, holder, lock_change, lock_events):
    word = pass_word(holder, first=77, count=2)
    product_pass.extend(pass_id, word, lock_change, sender=manager)
    assert names_and_ids(product_pass) == [(name, pass_id) for name in ["MetadataUpdate", *lock_events]]
    assert product_pass.wordOf(pass_id) == word


def test_reverts_when_a_pass_would_change_hands_by_an_extension(product_pass, pass_id, manager, stranger):
    with boa.reverts():
        product_pass.extend(pass_id, pass_word(stranger), 0, sender=manager)


def test_reverts_when_a_burned_pass_would_come_back_by_an_extension(product_pass, pass_id, manager, holder):
    product_pass.burn(pass_id, sender=holder)
    with boa.reverts():
        product_pass.extend(pass_id, pass_word(holder), 0, sender=manager)


@pytest.mark.parametrize(("lock_change", "lock_events"), LOCK_CHANGES)
def test_logs_only_when_a_pass_is_touched(product_pass, pass_id, manager, lock_change, lock_events):
    before = product_pass.wordOf(pass_id)
    product_pass.touch(pass_id, lock_change, sender=manager)
    assert names_and_ids(product_pass) == [(name, pass_id) for name in ["MetadataUpdate", *lock_events]]
    assert product_pass.wordOf(pass_id) == before


def test_names_all_passes_when_all_are_touched(nfts, product_pass):
    product_pass.touchAll(sender=nfts.catalog)
    (update,) = product_pass.get_logs()
    assert type(update).__name__ == "BatchMetadataUpdate"
    assert (update.fromTokenId, update.toTokenId) == (1, 2**256 - 1)


@pytest.mark.parametrize("bps", [0, 1, 10_000])
def test_changes_only_the_discount_when_one_is_set(nfts, product_pass, pass_id, holder, bps):
    product_pass.setDiscount(pass_id, bps, sender=nfts.promotions)
    assert names_and_ids(product_pass) == [("MetadataUpdate", pass_id)]
    assert product_pass.wordOf(pass_id) == pass_word(holder, discount=bps)


def test_refuses_a_discount_when_there_is_no_such_pass(nfts, product_pass):
    with refused(product_pass, "ERC721NonexistentToken(uint256)", 99):
        product_pass.setDiscount(99, 1, sender=nfts.promotions)
