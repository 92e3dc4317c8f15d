import pytest


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("restricted", [False, True])
def test_may_hold_when_the_pricing_is_open_or_the_wallet_listed(catalog, shop, buyer, restricted, listed):
    pricing = shop.pricing(restricted=restricted)
    if listed:
        shop.let_hold(pricing, buyer)
    assert catalog.mayHold(pricing, buyer) is (listed or not restricted)


def test_may_hold_when_the_restriction_is_lifted(catalog, shop, buyer):
    pricing = shop.pricing(restricted=True)
    shop.flags(pricing, restricted=False)
    assert catalog.mayHold(pricing, buyer)
    shop.flags(pricing, restricted=True)
    assert not catalog.mayHold(pricing, buyer)
