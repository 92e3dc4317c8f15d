import itertools

import pytest

from tests.support.shop import TIERED_VOLUME, events, only_event, travel
from tests.support.system import refused

ACTIVE, RETIRED, RESTRICTED = 1 << 38, 1 << 39, 1 << 40  # bits of the pricing's first word
FLAGS = list(itertools.product([False, True], repeat=3))


@pytest.fixture
def pricing(shop):
    return shop.pricing(TIERED_VOLUME)


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("former", [FLAGS[0], FLAGS[-1]], ids=["from none", "from all"])
def test_r03_sets_exactly_these_flags_when_the_merchant_calls(catalog, system, merchant, pricing, former, flags):
    terms = catalog.pricingWords(pricing, 0) & ~(ACTIVE | RETIRED | RESTRICTED)
    catalog.setPricingFlags(pricing, *former, sender=merchant)
    catalog.setPricingFlags(pricing, *flags, sender=merchant)
    event = only_event(catalog, "PricingFlagsSet")
    assert tuple(event)[1:] == (pricing, *flags)
    bits = sum(bit for bit, on in zip([ACTIVE, RETIRED, RESTRICTED], flags, strict=True) if on)
    assert catalog.pricingWords(pricing, 0) == terms | bits
    found = system.lens.pricingOf(pricing)
    assert (found.active, found.retired, found.terms.restricted) == flags


@pytest.mark.parametrize("missing", [0, 99, 2**256 - 1])
def test_refuses_when_there_is_no_such_pricing(catalog, merchant, missing):
    with refused(catalog, "NoSuchPricing(uint256)", missing):
        catalog.setPricingFlags(missing, True, False, False, sender=merchant)


@pytest.fixture
def subscribed(shop, product, buyer):
    """A running monthly subscription and its pricing."""
    pricing = shop.offer(product, price=100)
    return shop.buy(buyer, (product, pricing)), pricing


def test_r03_stops_only_new_sales_when_the_pricing_is_not_active(system, shop, product, buyer, subscribed, stranger):
    pass_id, pricing = subscribed
    shop.flags(pricing, active=False)
    with refused(system.manager, "PricingInactive(uint256)", pricing):
        shop.buy(buyer, (product, pricing))
    travel(days=30)
    assert system.manager.renewSubscriptions([pass_id], [product], sender=stranger) == [0]


def test_r03_stops_renewals_until_it_is_taken_back_when_the_pricing_is_retired(
    system, shop, product, buyer, subscribed, stranger
):
    pass_id, pricing = subscribed
    shop.flags(pricing, retired=True)
    with refused(system.manager, "PricingRetired(uint256)", pricing):
        shop.buy(buyer, (product, pricing))
    travel(days=30)
    assert system.manager.renewSubscriptions([pass_id], [product], sender=stranger) == [6]
    assert only_event(system.manager, "RenewalFailed").reason == 6
    shop.flags(pricing)
    assert system.manager.renewSubscriptions([pass_id], [product], sender=stranger) == [0]


def test_r03_keeps_a_running_period_when_the_pricing_is_retired(system, shop, product, subscribed):
    pass_id, pricing = subscribed
    shop.flags(pricing, active=False, retired=True, restricted=True)
    assert system.lens.hasAccess(pass_id, product)


def test_r03_limits_sales_to_the_list_when_the_pricing_is_restricted(system, shop, product, buyer, subscribed):
    _, pricing = subscribed
    shop.flags(pricing, restricted=True)
    with refused(system.manager, "PricingRestricted(uint256,address)", pricing, buyer):
        shop.buy(buyer, (product, pricing))
    shop.let_hold(pricing, buyer)
    shop.buy(buyer, (product, pricing))
    assert len(events(system.manager, "ProductsPurchased")) == 1


def test_r03_lets_others_renew_when_the_holder_is_no_longer_on_the_list(
    system, shop, product, buyer, subscribed, stranger
):
    pass_id, pricing = subscribed
    shop.flags(pricing, restricted=True)
    travel(days=30)
    with refused(system.manager, "PricingRestricted(uint256,address)", pricing, buyer):
        system.manager.renewSubscription(pass_id, product, False, sender=buyer)
    assert system.manager.renewSubscriptions([pass_id], [product], sender=stranger) == [0]


def test_r03_refuses_consent_when_the_holder_is_not_on_the_list(system, shop, product, buyer, subscribed):
    pass_id, pricing = subscribed
    system.manager.setAutoRenew(pass_id, product, False, sender=buyer)
    shop.flags(pricing, restricted=True)
    with refused(system.manager, "PricingRestricted(uint256,address)", pricing, buyer):
        system.manager.setAutoRenew(pass_id, product, True, sender=buyer)
