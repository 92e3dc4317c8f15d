"""ERC-721 metadata of passes and organizations (R23, W32)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.shop import DAY, FLAT, MONTHLY, now, travel
from tests.support.system import refused
from tests.unit.pass_lens.reading import document, traits

OPEN = 1  # mode of discounts
MEAN = '"},{"trait_type":"Verified","value":"Yes'

# Whatever the contracts store: UTF-8 without control characters.
stored = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=64).filter(
    lambda text: len(text.encode()) <= 64
)


def show(shop, *, of_passes=False, name="", description="", image="", url="", color="", animation=""):
    """The organization sets its metadata, or those of its passes."""
    fields = (name, description, image, url, color, animation)
    nft = shop.system.org_nft
    setter = nft.setPassMetadata if of_passes else nft.setOrgMetadata
    setter(shop.org, fields, sender=shop.merchant)


def mint_discounts(shop, pass_id, *discounts):
    """Discounts `(name, basis points)` onto a pass."""
    promotions = shop.system.promotions
    made = [
        promotions.createDiscount(shop.org, name, bps, 0, OPEN + 1, sender=shop.merchant) for name, bps in discounts
    ]
    for first in range(0, len(made), 8):
        promotions.mintDiscounts(pass_id, made[first : first + 8], sender=shop.merchant)
    return made


def test_r23_pass_shows_its_products_and_subscriptions(lens, shop, buyer, license_offer, monthly):
    pass_id = shop.buy(buyer, license_offer.line, monthly.line)

    assert traits(lens.passURI(pass_id)) == {
        "Organization": str(shop.org),
        f"Product {license_offer.product}": "Course",
        f"Product {monthly.product}": "Course",
        f"Subscription {monthly.product}": "Active",
        f"Subscription {monthly.product} Start": now(),
        f"Subscription {monthly.product} End": now() + 30 * DAY,
    }


def test_dates_are_marked_as_dates(lens, subscription):
    kinds = [a.get("display_type") for a in document(lens.passURI(subscription))["attributes"]]

    assert kinds == [None, None, None, "date", "date"]


def test_products_are_in_the_order_of_purchase(lens, shop, buyer, monthly, license_offer, daily):
    pass_id = shop.buy(buyer, monthly.line, license_offer.line)
    shop.buy_more(pass_id, daily.line)

    named = [name for name in traits(lens.passURI(pass_id)) if name.startswith("Product")]
    assert named == [f"Product {offer.product}" for offer in (monthly, license_offer, daily)]


def test_status_follows_the_subscription(lens, manager, buyer, subscription, monthly):
    def status():
        return traits(lens.passURI(subscription))[f"Subscription {monthly.product}"]

    assert status() == "Active"
    manager.cancelSubscription(subscription, monthly.product, True, sender=buyer)
    assert status() == "Cancelled"
    manager.cancelSubscription(subscription, monthly.product, False, sender=buyer)
    travel(days=30)
    assert status() == "Past Due"
    travel(days=3)
    assert status() == "Expired"


def test_paused_subscription_has_no_dates(lens, manager, buyer, subscription, monthly):
    manager.pauseSubscription(subscription, monthly.product, True, sender=buyer)

    shown = traits(lens.passURI(subscription))
    assert shown[f"Subscription {monthly.product}"] == "Paused"
    assert not any(name.endswith(("Start", "End")) for name in shown)


def test_one_time_product_is_left_out_when_it_was_taken_back(lens, shop, buyer, manager, license_offer, monthly):
    pass_id = shop.buy(buyer, license_offer.line, monthly.line)
    manager.refundProduct(pass_id, license_offer.product, license_offer.price, True, sender=shop.merchant)

    assert f"Product {license_offer.product}" not in traits(lens.passURI(pass_id))


def test_discounts_are_named_and_their_sum_printed_right(lens, shop, subscription):
    first, second = mint_discounts(shop, subscription, ("Loyal", 3_000), ("Beta", 505))

    shown = traits(lens.passURI(subscription))
    assert shown[f"Discount {first}"] == "Loyal"
    assert shown[f"Discount {second}"] == "Beta"
    assert shown["Total Discount"] == "35.05%"


def test_pass_without_discounts_shows_no_total(lens, subscription):
    assert "Total Discount" not in traits(lens.passURI(subscription))


def test_pass_shows_what_the_organization_set_for_passes(lens, shop, subscription):
    show(shop, name="Shop", description="of the org", image="ipfs://org")
    show(
        shop,
        of_passes=True,
        name="Membership",
        description="All you can learn",
        image="ipfs://pass",
        url="https://shop.example",
        color="00ff00",
        animation="ipfs://film",
    )

    shown = document(lens.passURI(subscription))
    del shown["attributes"]
    assert shown == {
        "name": "Membership",
        "description": "All you can learn",
        "image": "ipfs://pass",
        "external_url": "https://shop.example",
        "background_color": "00ff00",
        "animation_url": "ipfs://film",
    }


def test_fields_that_are_not_set_are_left_out(lens, shop, subscription):
    assert set(document(lens.passURI(subscription))) == {"name", "attributes"}

    show(shop, of_passes=True, image="ipfs://pass", animation="ipfs://film")
    assert set(document(lens.passURI(subscription))) == {"name", "image", "animation_url", "attributes"}


def test_pass_is_named_after_its_organization_when_no_name_was_set(lens, shop, subscription):
    assert document(lens.passURI(subscription))["name"] == f"Organization #{shop.org} pass #{subscription}"

    show(shop, name="Shop")
    show(shop, of_passes=True, description="without a name")
    shown = document(lens.passURI(subscription))
    assert shown["name"] == f"Shop pass #{subscription}"
    assert shown["description"] == "without a name"


def test_r23_organization_shows_its_texts_and_its_rules(lens, shop):
    show(shop, name="Shop", description="We sell", url="https://shop.example")
    shop.rules(allow_list=True, max_passes=12)

    shown = document(lens.orgURI(shop.org))
    assert (shown["name"], shown["description"], shown["external_url"]) == ("Shop", "We sell", "https://shop.example")
    assert traits(lens.orgURI(shop.org)) == {"Organization": str(shop.org), "Allow List": "True", "Max Passes": "12"}


def test_organization_has_a_name_and_no_limit_when_nothing_was_set(lens, rival):
    assert document(lens.orgURI(rival.org))["name"] == f"Organization #{rival.org}"
    assert traits(lens.orgURI(rival.org)) == {
        "Organization": str(rival.org),
        "Allow List": "False",
        "Max Passes": "No Limit",
    }


def test_both_nfts_hand_out_the_same(system, lens, shop, subscription):
    assert system.product_pass.tokenURI(subscription) == lens.passURI(subscription)
    assert system.org_nft.tokenURI(shop.org) == lens.orgURI(shop.org)


def test_unknown_pass_has_no_metadata(lens):
    with refused(lens, "ERC721NonexistentToken(uint256)", 999):
        lens.passURI(999)


def test_burned_pass_has_no_metadata(lens, product_pass, subscription, buyer):
    product_pass.burn(subscription, sender=buyer)

    with refused(lens, "ERC721NonexistentToken(uint256)", subscription):
        lens.passURI(subscription)


@given(stored, stored)
@example(MEAN, MEAN)
@example('\\"', "\\")
@settings(max_examples=25, deadline=None)
def test_w32_names_cannot_break_the_json_or_add_attributes(lens, shop, buyer, monthly, product_name, org_name):
    subscription = shop.buy(buyer, monthly.line)
    shop.product(product_name, product=monthly.product)
    show(shop, name=org_name, description=product_name, image=org_name)
    show(shop, of_passes=True, description=org_name, url=product_name)

    shown = document(lens.passURI(subscription))
    assert shown["name"] == f"{org_name} pass #{subscription}"
    assert (shown["description"], shown["external_url"]) == (org_name, product_name)
    assert len(shown["attributes"]) == 5
    assert traits(lens.passURI(subscription))[f"Product {monthly.product}"] == product_name
    shown = document(lens.orgURI(shop.org))
    assert (shown["name"], shown["description"], shown["image"]) == (org_name, product_name, org_name)


def test_w32_discount_names_cannot_add_attributes(lens, shop, subscription):
    (discount,) = mint_discounts(shop, subscription, ('"},{"trait_type":"VIP","v":"', 100))

    shown = traits(lens.passURI(subscription))
    assert shown[f"Discount {discount}"] == '"},{"trait_type":"VIP","v":"'
    assert len(shown) == 7


@pytest.mark.timeout(600)
def test_largest_pass_is_read_within_20_million_gas(lens, shop, system, buyer):
    quotes = '"' * 64
    products = [shop.product(quotes) for _ in range(64)]
    pricing = shop.pricing(FLAT, MONTHLY, price=1)
    for product in products:
        shop.link(product, pricing)
    lines = [(product, pricing) for product in products]
    pass_id = shop.buy(buyer, *lines[:24])
    shop.buy_more(pass_id, *lines[24:48])
    shop.buy_more(pass_id, *lines[48:])
    mint_discounts(shop, pass_id, *[('"' * 32, 1)] * 130)
    show(shop, of_passes=True, description='"' * 512, image='"' * 256, url='"' * 256, animation='"' * 256)

    shown = document(system.product_pass.tokenURI(pass_id))

    assert len(shown["attributes"]) == 1 + 64 * 4 + 128 + 1  # the total counts all 130
    assert shown["attributes"][-1]["value"] == "1.30%"
    assert system.product_pass._computation.get_gas_used() < 20_000_000
