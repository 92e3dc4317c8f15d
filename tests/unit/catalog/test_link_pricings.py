import pytest

from tests.support.shop import events, travel
from tests.support.system import refused

MISSING = [0, 99, 2**256 - 1]


def test_links_each_when_several_are_given(catalog, shop, merchant, product):
    pricings = [shop.pricing(price=price) for price in (1, 2, 3)]
    catalog.linkPricings(shop.org, product, pricings, True, sender=merchant)
    assert [tuple(e)[1:] for e in events(catalog, "PricingLinked")] == [(product, p, True) for p in pricings]
    assert all(catalog.isLinked(product, pricing) for pricing in pricings)


def test_unlinks_only_these_when_some_are_withdrawn(catalog, shop, merchant, product):
    kept, gone = shop.offer(product, price=1), shop.offer(product, price=2)
    catalog.linkPricings(shop.org, product, [gone], False, sender=merchant)
    assert [tuple(e)[1:] for e in events(catalog, "PricingLinked")] == [(product, gone, False)]
    assert catalog.isLinked(product, kept)
    assert not catalog.isLinked(product, gone)


def test_r03_offers_one_pricing_with_several_products_when_they_are_linked(shop, buyer):
    courses, pricing = [shop.product(), shop.product()], shop.pricing(price=5)
    for course in courses:
        shop.link(course, pricing)
    shop.buy(buyer, *((course, pricing) for course in courses))
    assert shop.balance() == 10


def test_links_products_apart_when_only_one_is_named(catalog, shop, product):
    pricing = shop.offer(product)
    assert not catalog.isLinked(shop.product(), pricing)


def test_takes_as_many_as_a_cart_has_lines_when_24_are_given(catalog, shop, merchant, product):
    pricings = [shop.pricing() for _ in range(24)]
    catalog.linkPricings(shop.org, product, pricings, True, sender=merchant)
    assert len(events(catalog, "PricingLinked")) == 24


def test_refuses_when_the_list_is_empty(catalog, shop, merchant, product):
    with refused(catalog, "EmptyList()"):
        catalog.linkPricings(shop.org, product, [], True, sender=merchant)


@pytest.mark.parametrize("missing", MISSING)
def test_refuses_when_there_is_no_such_product(catalog, shop, merchant, missing):
    pricing = shop.pricing()
    with refused(catalog, "NoSuchProduct(uint256)", missing):
        catalog.linkPricings(shop.org, missing, [pricing], True, sender=merchant)


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("linked", [True, False])
def test_links_none_when_one_pricing_does_not_exist(catalog, shop, merchant, product, missing, linked):
    pricing = shop.pricing()
    with refused(catalog, "NoSuchPricing(uint256)", missing):
        catalog.linkPricings(shop.org, product, [pricing, missing], linked, sender=merchant)
    assert not catalog.isLinked(product, pricing)


def test_refuses_when_the_product_is_of_another_organization(catalog, shop, rival, merchant):
    theirs, pricing = rival.product(), shop.pricing()
    with refused(catalog, "NoSuchProduct(uint256)", theirs):
        catalog.linkPricings(shop.org, theirs, [pricing], True, sender=merchant)


def test_refuses_when_the_pricing_is_of_another_organization(catalog, shop, rival, merchant, product):
    theirs = rival.pricing()
    with refused(catalog, "NoSuchPricing(uint256)", theirs):
        catalog.linkPricings(shop.org, product, [theirs], True, sender=merchant)


def test_running_subscriptions_go_on_when_the_pricing_is_unlinked(system, shop, product, buyer, stranger):
    pricing = shop.offer(product, price=5)
    pass_id = shop.buy(buyer, (product, pricing))
    shop.link(product, pricing, linked=False)
    travel(days=30)
    assert system.manager.renewSubscriptions([pass_id], [product], sender=stranger) == [0]
    with refused(system.manager, "PricingNotLinked(uint256,uint256)", product, pricing):
        shop.buy(buyer, (product, pricing))
