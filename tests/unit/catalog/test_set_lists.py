"""setPricingAccess and setAllowList: the two lists of wallets."""

import boa
import pytest

from tests.support.shop import events
from tests.support.system import refused


@pytest.fixture(params=["setPricingAccess", "setAllowList"])
def lists(request, catalog, shop):
    """A list: its function bound to its id, its getter, its event, its id."""
    if request.param == "setAllowList":
        return catalog.setAllowList, catalog.onAllowList, "AllowListSet", shop.org
    return catalog.setPricingAccess, catalog.hasPricingAccess, "PricingAccessSet", shop.pricing(restricted=True)


def test_lists_each_when_wallets_are_put_on(catalog, lists, merchant, buyer, stranger):
    put, is_on, event, key = lists
    put(key, [buyer, stranger], True, sender=merchant)
    assert [tuple(e)[1:] for e in events(catalog, event)] == [(key, buyer, True), (key, stranger, True)]
    assert is_on(key, buyer)
    assert is_on(key, stranger)
    assert not is_on(key, merchant)


def test_takes_off_only_these_when_wallets_are_taken_off(catalog, lists, merchant, buyer, stranger):
    put, is_on, event, key = lists
    put(key, [buyer, stranger], True, sender=merchant)
    put(key, [buyer], False, sender=merchant)
    assert [tuple(e)[1:] for e in events(catalog, event)] == [(key, buyer, False)]
    assert not is_on(key, buyer)
    assert is_on(key, stranger)


def test_takes_200_wallets_when_they_are_put_on_at_once(catalog, lists, merchant):
    put, is_on, event, key = lists
    wallets = [boa.env.generate_address() for _ in range(200)]
    put(key, wallets, True, sender=merchant)
    assert len(events(catalog, event)) == 200
    assert is_on(key, wallets[0])
    assert is_on(key, wallets[199])


def test_refuses_when_the_list_is_empty(catalog, lists, merchant):
    put, _, _, key = lists
    with refused(catalog, "EmptyList()"):
        put(key, [], True, sender=merchant)


@pytest.mark.parametrize("missing", [0, 99, 2**256 - 1])
def test_refuses_when_there_is_no_such_pricing(catalog, merchant, missing):
    with refused(catalog, "NoSuchPricing(uint256)", missing):
        catalog.setPricingAccess(missing, [merchant], True, sender=merchant)


def test_keeps_lists_apart_when_there_are_several(catalog, shop, rival, buyer):
    pricing, other = shop.pricing(restricted=True), shop.pricing(restricted=True)
    shop.let_hold(pricing, buyer)
    shop.allow(buyer)
    assert not catalog.hasPricingAccess(other, buyer)
    assert not catalog.onAllowList(rival.org, buyer)
