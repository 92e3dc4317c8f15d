"""Pricings are promises (R3): nothing that anybody can call changes their terms (W2)."""

import pytest

from tests.support.shop import (
    MONTHLY,
    TIERED_VOLUME,
    USAGE_VOLUME,
    VOLUME_TIERS,
    events,
    only_event,
    travel,
)

# What writes to Catalog. Only `createPricing` takes terms, and it makes a new pricing each time.
WRITING = {
    "setProduct",
    "createPricing",
    "setPricingFlags",
    "linkPricings",
    "setPricingAccess",
    "setSaleRules",
    "setAllowList",
    "createMeter",
    "setMeterActive",
    "recordUsage",
    "adjustUsage",
    "sell",
}
FLAGS = 0b111 << 38  # active, retired, restricted: all that may change in a pricing's words


def promised(catalog, pricing):
    """Everything about a pricing but its three flags."""
    first, second = (catalog.pricingWords(pricing, i) for i in range(2))
    return [first & ~FLAGS, second, *(catalog.tierWords(pricing, i) for i in range(16))]


def change_all_there_is(shop, product, pricing, meter, pass_id):
    """Every call of the merchant, with this pricing in mind."""
    catalog, merchant = shop.system.catalog, shop.merchant
    shop.product("New name", product=product, transferable=False, max_supply=1_000)
    shop.flags(pricing, active=False, retired=True, restricted=True)
    shop.let_hold(pricing, merchant)
    shop.link(product, pricing, linked=False)
    shop.rules(closed=True, allow_list=True, gifting_off=True, pausing=True, plan_change_off=True, grace_days=30)
    shop.allow(merchant)
    shop.record(meter, pass_id, 50)
    catalog.adjustUsage(meter, pass_id, 20, sender=merchant)
    catalog.setMeterActive(meter, False, sender=merchant)
    shop.pricing(TIERED_VOLUME, tiers=[(1, 0, 10**9, 10**9)])
    shop.pricing(USAGE_VOLUME, tiers=[(1, 0, 10**9, 10**9)])


def test_r03_pricings_are_promises_when_the_abi_is_read(catalog):
    functions = [entry for entry in catalog.abi if entry["type"] == "function"]
    writing = [entry for entry in functions if entry["stateMutability"] not in ("view", "pure")]
    assert {entry["name"] for entry in writing} == WRITING
    names = {"chargeStyle", "frequency", "flatPrice", "tiers", "meterId", "token"}
    for entry in writing:
        if entry["name"] not in ("createPricing", "setMeterActive", "recordUsage", "adjustUsage"):
            assert not names & {argument["name"] for argument in flattened(entry["inputs"])}, entry["name"]
    (create,) = [entry for entry in writing if entry["name"] == "createPricing"]
    assert "pricingId" not in {argument["name"] for argument in flattened(create["inputs"])}


def flattened(arguments):
    """Arguments and the members of their structs."""
    for argument in arguments:
        yield argument
        yield from flattened(argument.get("components", []))


@pytest.mark.parametrize("style", range(6))
def test_r03_pricings_are_promises_when_everything_else_changes(catalog, shop, product, meter, pass_id, style):
    terms = {"meter": meter} if style >= USAGE_VOLUME else {"price": 12_345} if style < TIERED_VOLUME else {}
    pricing = shop.offer(product, style, **terms)
    before = promised(catalog, pricing)
    change_all_there_is(shop, product, pricing, meter, pass_id)
    assert promised(catalog, pricing) == before


@pytest.fixture
def sold(shop, product, buyer):
    """A monthly subscription of 10 seats, its pricing, and a year's tokens approved by the holder."""
    pricing = shop.offer(product, TIERED_VOLUME, MONTHLY, tiers=VOLUME_TIERS)
    return shop.buy(buyer, (product, pricing, 10)), pricing


def test_w02_price_of_a_running_subscription_never_changes(system, shop, product, meter, buyer, stranger, sold):
    pass_id, pricing = sold
    change_all_there_is(shop, product, pricing, meter, pass_id)
    shop.flags(pricing, active=False, restricted=True)  # not retired: it still renews
    for _ in range(3):
        travel(days=30)
        before = system.token.balanceOf(buyer)
        system.manager.renewSubscription(pass_id, product, False, sender=stranger)
        assert only_event(system.manager, "SubscriptionRenewed").amountPaid == 800
        assert before - system.token.balanceOf(buyer) == 800


def test_w02_renews_in_the_same_token_when_others_are_offered(system, shop, product, stranger, sold):
    pass_id, _ = sold
    shop.offer(product, price=1, token="0x" + "00" * 20)
    travel(days=30)
    system.manager.renewSubscription(pass_id, product, False, sender=stranger)
    assert only_event(system.manager, "PaymentReceived").token == system.token.address


def test_w02_leaves_a_subscription_alone_when_the_merchant_makes_a_dearer_pricing(system, shop, product, sold):
    pass_id, pricing = sold
    word = shop.word(pass_id, product)
    shop.offer(product, price=10**9)
    assert (shop.word(pass_id, product), shop.state(pass_id, product).pricingId) == (word, pricing)
    assert not events(system.manager, "SubscriptionStateChanged")


def test_w03_charges_what_was_quoted_when_the_merchant_changes_things_first(system, shop, product, buyer):
    """No price can change between quote and purchase; the dearer one is another pricing with another id."""
    pricing = shop.offer(product, price=700)
    quoted = system.lens.quotePurchase(shop.purchase(buyer, (product, pricing)), buyer).total
    shop.offer(product, price=9_999)
    shop.product("Renamed", product=product)
    before = system.token.balanceOf(buyer)
    shop.buy(buyer, (product, pricing))
    assert before - system.token.balanceOf(buyer) == quoted == 700
