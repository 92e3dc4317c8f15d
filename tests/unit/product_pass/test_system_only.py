"""Who may call what only contracts of the system may call."""

import pytest

from tests.support.nfts import pass_word
from tests.support.system import refused


@pytest.fixture
def calls(product_pass, pass_id, holder):
    return {
        "mint": lambda sender: product_pass.mint(10**6, pass_word(holder), sender=sender),
        "mintBatch": lambda sender: product_pass.mintBatch(10**6, [holder], pass_word(), sender=sender),
        "extend": lambda sender: product_pass.extend(pass_id, pass_word(holder), 0, sender=sender),
        "touch": lambda sender: product_pass.touch(pass_id, 0, sender=sender),
        "setDiscount": lambda sender: product_pass.setDiscount(pass_id, 5, sender=sender),
        "touchAll": lambda sender: product_pass.touchAll(sender=sender),
    }


@pytest.fixture
def callers(nfts, holder, stranger):
    return {
        "manager": nfts.peers.address,
        "catalog": nfts.catalog,
        "promotions": nfts.promotions,
        "org_nft": nfts.org_nft.address,
        "holder": holder,
        "stranger": stranger,
        "itself": nfts.product_pass.address,
    }


ALLOWED = {
    "mint": {"manager"},
    "mintBatch": {"manager"},
    "extend": {"manager"},
    "touch": {"manager"},
    "setDiscount": {"promotions"},
    "touchAll": {"catalog", "promotions", "org_nft"},
}
CALLERS = ["manager", "catalog", "promotions", "org_nft", "holder", "stranger", "itself"]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("function", ALLOWED)
def test_answers_only_its_peers_when_anyone_calls(product_pass, calls, callers, function, caller):
    if caller in ALLOWED[function]:
        calls[function](callers[caller])
        return
    with refused(product_pass, "NotSystemContract(address)", callers[caller]):
        calls[function](callers[caller])
