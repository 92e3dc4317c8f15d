"""The bare words: what stands in Catalog's storage, and 0 for what does not exist."""

import pytest

from tests.support.shop import ONE_TIME, TIERED_VOLUME, USAGE_GRADUATED, VOLUME_TIERS, tiers_of

MANY = 2**256 - 1


def test_names_its_peers_when_asked(catalog, system):
    assert catalog.organizationNFT() == system.org_nft.address
    assert catalog.purchaseManager() == system.manager.address
    assert catalog.productPass() == system.product_pass.address


@pytest.mark.parametrize("missing", [0, 1, MANY])
def test_is_zero_when_there_is_nothing(catalog, missing, stranger):
    assert catalog.productWords(missing) == 0
    assert catalog.productNames(missing) == ""
    assert [catalog.pricingWords(missing, i) for i in range(2)] == [0, 0]
    assert [catalog.tierWords(missing, i) for i in range(16)] == [0] * 16
    assert catalog.saleRuleWords(missing) == 0
    assert catalog.meterWords(missing) == 0
    assert catalog.isLinked(missing, missing) is False
    assert catalog.hasPricingAccess(missing, stranger) is False
    assert catalog.onAllowList(missing, stranger) is False
    assert catalog.passesBought(missing, stranger) == 0
    assert catalog.usageTotal(missing, missing) == 0


def test_packs_a_product_when_every_field_is_used(catalog, shop, buyer):
    product = shop.product(max_supply=2**64 - 1)
    shop.buy(buyer, (product, shop.offer(product, ONE_TIME)))
    assert catalog.productWords(product) == shop.org | (2**64 - 1) << 32 | 1 << 96 | 0b11 << 160
    shop.product(product=product, active=False, transferable=True)
    assert catalog.productWords(product) == shop.org | 1 << 96 | 0b10 << 160


def test_packs_a_pricing_when_it_has_tiers_and_a_meter(catalog, system, shop, meter):
    pricing = shop.pricing(USAGE_GRADUATED, 5, meter=meter, restricted=True)
    first = shop.org | 5 << 32 | 5 << 35 | 0b101 << 38 | len(tiers_of(USAGE_GRADUATED)) << 41 | meter << 46
    assert catalog.pricingWords(pricing, 0) == first
    assert catalog.pricingWords(pricing, 1) == int(system.token.address, 16)


def test_packs_each_tier_when_a_pricing_has_three(catalog, shop):
    pricing = shop.pricing(TIERED_VOLUME)
    words = [upper | flat << 48 | unit << 144 for _, upper, unit, flat in VOLUME_TIERS]
    assert [catalog.tierWords(pricing, i) for i in range(4)] == [*words, 0]
