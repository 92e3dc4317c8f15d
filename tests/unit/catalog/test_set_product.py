import pytest
from eth_utils import keccak

from tests.support.shop import EXPIRED, ONE_TIME, events, only_event
from tests.support.system import refused
from tests.unit.catalog.inputs import send_raw

SIGNATURE = "setProduct(uint256,uint256,(string,string,string,string,bool,bool,uint256))"
FIELDS = ["name", "description", "image", "external URL"]  # numbered from 0 in `InvalidText`
LENGTHS = [64, 512, 256, 256]
MAX_SUPPLY = 2**64 - 1
NOBODYS = [99, 2**40, 2**256 - 1]


def fields(texts=("Course", "", "", ""), transferable=True, active=True, max_supply=0):
    return (*texts, transferable, active, max_supply)


def with_text(field, text):
    return fields(tuple(text if i == field else "Course" for i in range(4)))


def send_bytes(catalog, shop, texts):
    """The raw call: titanoboa encodes only strings that are valid UTF-8."""
    fields = "(bytes,bytes,bytes,bytes,bool,bool,uint256)"
    product = (*texts, True, True, 0)
    types = f"(uint256,uint256,{fields})"
    return send_raw(catalog, SIGNATURE, (shop.org, 0, product), by=shop.merchant, types=types)


def test_creates_a_product_when_the_id_is_zero(catalog, system, shop, merchant):
    full = fields(("Bücher & mehr", "Lange Texte", "ipfs://image", "https://shop.example"), False, True, 12)
    product = catalog.setProduct(shop.org, 0, full, sender=merchant)
    event = only_event(catalog, "ProductSet")
    assert (event.orgId, event.productId, tuple(event.product)) == (shop.org, product, full)
    assert not events(catalog, "BatchMetadataUpdate")
    assert catalog.productNames(product) == "Bücher & mehr"
    assert tuple(system.lens.productOf(product)) == (shop.org, "Bücher & mehr", True, False, 12, 0)


def test_counts_ids_from_one_when_several_organizations_create(shop, rival):
    assert [shop.product(), rival.product(), shop.product()] == [1, 2, 3]


def test_replaces_all_fields_when_the_product_exists(catalog, system, shop, merchant, product):
    other = fields(("Other", "words", "ipfs://x", "https://y"), False, False, 3)
    assert catalog.setProduct(shop.org, product, other, sender=merchant) == product
    event = only_event(catalog, "ProductSet")
    assert (event.orgId, event.productId, tuple(event.product)) == (shop.org, product, other)
    assert tuple(system.lens.productOf(product)) == (shop.org, "Other", False, False, 3, 0)


def test_announces_new_metadata_of_all_passes_when_the_product_exists(catalog, system, shop, merchant, product):
    catalog.setProduct(shop.org, product, fields(), sender=merchant)
    event = only_event(catalog, "BatchMetadataUpdate")
    assert event.address == system.product_pass.address
    assert tuple(event)[1:] == (1, 2**256 - 1)


def test_keeps_what_is_sold_when_the_product_is_set_again(system, shop, product, pass_id):
    shop.product("Renamed", product=product, max_supply=5)
    assert system.lens.productOf(product).sold == 1


@pytest.mark.parametrize("transferable", [True, False])
@pytest.mark.parametrize("active", [True, False])
def test_keeps_both_switches_when_they_differ(system, shop, transferable, active):
    product = shop.product(transferable=transferable, active=active)
    found = system.lens.productOf(product)
    assert (found.transferable, found.active) == (transferable, active)


@pytest.mark.parametrize("field", range(4), ids=FIELDS)
def test_r02_takes_a_text_when_it_is_as_long_as_allowed(catalog, shop, merchant, field):
    text = "x" * LENGTHS[field]
    catalog.setProduct(shop.org, 0, with_text(field, text), sender=merchant)
    assert only_event(catalog, "ProductSet").product[field] == text


@pytest.mark.parametrize("field", range(4), ids=FIELDS)
def test_reverts_without_data_when_a_text_is_too_long_for_the_decoder(catalog, shop, field):
    texts = [b"x" * (LENGTHS[field] + 1) if i == field else b"x" for i in range(4)]
    call = send_bytes(catalog, shop, texts)
    assert call.is_error
    assert call.output == b""


def test_r02_refuses_when_the_name_is_empty(catalog, shop, merchant):
    with refused(catalog, "InvalidText(uint256)", 0):
        catalog.setProduct(shop.org, 0, fields(("", "a", "b", "c")), sender=merchant)


@pytest.mark.parametrize("field", range(4), ids=FIELDS)
@pytest.mark.parametrize("text", ["\x00", "a\nb", "\x1f", "\x7f", "\x85", "\x9f"])
def test_r02_refuses_when_a_text_has_a_control_character(catalog, shop, merchant, field, text):
    with refused(catalog, "InvalidText(uint256)", field):
        catalog.setProduct(shop.org, 0, with_text(field, text), sender=merchant)


@pytest.mark.parametrize("field", range(4), ids=FIELDS)
@pytest.mark.parametrize("data", [b"\xff", b"\xc3", b"\xe2\x82", b"\xc0\xaf", b"\xed\xa0\x80"])
def test_r02_refuses_when_a_text_is_not_utf8(catalog, shop, field, data):
    call = send_bytes(catalog, shop, [data if i == field else b"x" for i in range(4)])
    assert call.is_error
    assert call.output == keccak(text="InvalidText(uint256)")[:4] + field.to_bytes(32)


@pytest.mark.parametrize("max_supply", [0, 1, MAX_SUPPLY])
def test_keeps_the_max_supply_when_it_fits(system, shop, max_supply):
    product = shop.product(max_supply=max_supply)
    found = system.lens.productOf(product)
    assert (found.maxSupply, found.sold, found.active, found.orgId) == (max_supply, 0, True, shop.org)


@pytest.mark.parametrize("max_supply", [MAX_SUPPLY + 1, 2**256 - 1])
def test_refuses_when_the_max_supply_does_not_fit(catalog, shop, max_supply):
    with refused(catalog, "NumberTooLarge(uint256,uint256)", max_supply, MAX_SUPPLY):
        shop.product(max_supply=max_supply)


@pytest.mark.parametrize("missing", NOBODYS)
def test_refuses_when_there_is_no_such_product(catalog, shop, missing):
    with refused(catalog, "NoSuchProduct(uint256)", missing):
        shop.product(product=missing)


def test_refuses_when_the_product_is_of_another_organization(catalog, shop, rival):
    theirs = rival.product()
    with refused(catalog, "NoSuchProduct(uint256)", theirs):
        shop.product(product=theirs)


@pytest.fixture
def sold_twice(shop, product, buyer):
    pricing = shop.offer(product, ONE_TIME, price=5)
    for _ in range(2):
        shop.buy(buyer, (product, pricing))
    return pricing


def test_r02_refuses_when_more_is_sold_than_the_new_max_supply(catalog, shop, product, sold_twice):
    with refused(catalog, "MaxSupplyBelowSold(uint256,uint256)", 1, 2):
        shop.product(product=product, max_supply=1)


def test_r02_w26_closes_the_sale_when_the_max_supply_is_what_is_sold(system, shop, product, buyer, sold_twice):
    shop.product(product=product, max_supply=2)
    with refused(system.manager, "SoldOut(uint256,uint256)", product, 2):
        shop.buy(buyer, (product, sold_twice))
    shop.product(product=product, max_supply=3)
    shop.buy(buyer, (product, sold_twice))
    assert system.lens.productOf(product).sold == 3


def test_r02_has_no_limit_when_the_max_supply_is_zero_again(shop, product, buyer, sold_twice):
    shop.product(product=product, max_supply=2)
    shop.product(product=product, max_supply=0)
    shop.buy(buyer, (product, sold_twice))


def test_r02_counts_each_line_when_products_are_sold_and_airdropped(system, shop, product, buyer):
    once, month = shop.offer(product, ONE_TIME, price=5), shop.offer(product, price=5)
    pass_id = shop.buy(buyer, (product, month))
    shop.airdrop([buyer, buyer, buyer], (product, once))
    system.manager.endSubscription(pass_id, product, sender=buyer)
    shop.buy_more(pass_id, (product, month))
    assert system.lens.productOf(product).sold == 5


def test_r02_gives_no_supply_back_when_a_product_ends(system, shop, buyer):
    product = shop.product(max_supply=1)
    pricing = shop.offer(product, price=5)
    pass_id = shop.buy(buyer, (product, pricing))
    system.manager.refundProduct(pass_id, product, 5, True, sender=shop.merchant)
    system.product_pass.burn(pass_id, sender=buyer)
    with refused(system.manager, "SoldOut(uint256,uint256)", product, 1):
        shop.buy(buyer, (product, pricing))


@pytest.mark.parametrize("before", [True, False])
def test_r02_leaves_sold_items_as_they_are_when_transferable_is_switched(shop, buyer, before):
    product = shop.product(transferable=before)
    pricing = shop.offer(product, ONE_TIME, price=5)
    sold = shop.buy(buyer, (product, pricing))
    shop.product(product=product, transferable=not before)
    assert shop.state(sold, product).transferable is before
    assert shop.state(shop.buy(buyer, (product, pricing)), product).transferable is not before


def test_r02_keeps_access_when_the_product_is_no_longer_active(system, shop, product, pass_id):
    shop.product(product=product, active=False)
    assert system.lens.hasAccess(pass_id, product)
    assert shop.state(pass_id, product).status != EXPIRED
