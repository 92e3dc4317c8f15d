import boa
import pytest

from tests.support.shop import only_event
from tests.support.system import NATIVE


def test_bounds_are_published_when_asked(manager):
    bounds = (manager.maxLines(), manager.maxProducts(), manager.maxBatch(), manager.maxRecipients())
    assert bounds == (24, 64, 100, 200)


def test_peers_are_published_when_asked(system, manager):
    assert manager.organizationNFT() == system.org_nft.address
    assert manager.catalog() == system.catalog.address
    assert manager.promotions() == system.promotions.address
    assert manager.productPass() == system.product_pass.address
    assert manager.paymentEscrow() == system.escrow.address
    assert manager.passLens() == system.lens.address


def test_owner_is_the_constructors_argument_when_deployed(system, manager):
    assert (manager.owner(), manager.pendingOwner()) == (system.owner, NATIVE)
    assert manager.purchasesPaused() is False


def test_words_are_zero_when_nothing_is_there(manager):
    for pass_id in (0, 1, 2**256 - 1):
        assert (manager.stateOf(pass_id, 1), manager.usageStateOf(pass_id, 1)) == (0, 0)


def test_word_is_the_last_event_when_read(shop, manager, buyer, monthly):
    pass_id = shop.buy(buyer, monthly.line)
    state = only_event(manager, "SubscriptionStateChanged").state
    assert manager.stateOf(pass_id, monthly.product) == state


@pytest.mark.parametrize("call", ["nothing", "unknown", "not payable"])
def test_coins_are_refused_when_they_are_sent_astray(manager, stranger, call):
    data = {"nothing": b"", "unknown": b"\x12\x34\x56\x78", "not payable": manager.owner.prepare_calldata()}[call]
    sent = boa.env.execute_code(to_address=manager.address, sender=stranger, data=data, value=1)
    assert (sent.is_error, sent.output) == (True, b"")
    assert boa.env.get_balance(manager.address) == 0
