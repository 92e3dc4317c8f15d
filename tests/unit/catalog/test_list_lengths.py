"""Lists are bounded by their types: what is longer reverts without data, before any code of ours."""

import pytest

from tests.support.shop import TIERED_VOLUME
from tests.unit.catalog.inputs import send_raw

SEVENTEEN_TIERS = [(1 + i, (1 + i) * (i < 16), 1, 0) for i in range(17)]
TERMS = "(uint256,uint256,address,uint256,uint256,bool,(uint256,uint256,uint256,uint256)[])"


@pytest.mark.parametrize("too_long", [False, True])
@pytest.mark.parametrize("function", ["tiers", "links", "access", "allow", "usage"])
def test_reverts_without_data_when_a_list_is_too_long(catalog, shop, product, meter, pass_id, function, too_long):
    pricing, more = shop.offer(product), int(too_long)
    wallets = [shop.merchant] * (200 + more)
    tiers = SEVENTEEN_TIERS if too_long else [(1, 0, 1, 0)]
    signature, values = {
        "tiers": (f"createPricing(uint256,{TERMS})", (shop.org, shop.terms(TIERED_VOLUME, tiers=tiers))),
        "links": ("linkPricings(uint256,uint256,uint256[],bool)", (shop.org, product, [pricing] * (24 + more), True)),
        "access": ("setPricingAccess(uint256,address[],bool)", (pricing, wallets, True)),
        "allow": ("setAllowList(uint256,address[],bool)", (shop.org, wallets, True)),
        "usage": ("recordUsage(uint256,uint256[],uint256[])", (meter, [pass_id] * (200 + more), [1] * (200 + more))),
    }[function]
    call = send_raw(catalog, signature, values, by=shop.merchant)
    assert call.is_error is too_long
    assert too_long is False or call.output == b""
