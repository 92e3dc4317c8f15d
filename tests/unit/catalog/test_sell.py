"""`sell`: what a cart costs, and the words of its items (R2, R3, R5, R8, R9, R10). Coupons: test_sell_coupons.py."""

import pytest

from tests.support.shop import (
    CYCLES,
    FLAT,
    ONE_TIME,
    TIERED_GRADUATED,
    TIERED_VOLUME,
    USAGE_GRADUATED,
    USAGE_VOLUME,
    YEARLY,
    now,
)
from tests.support.system import NATIVE, partial, refused
from tests.unit.catalog.inputs import FULL_RATE, Item, cart, quantity_of, unpack

RECURRING = [FLAT, TIERED_VOLUME, TIERED_GRADUATED, USAGE_VOLUME, USAGE_GRADUATED]
TIERED = [TIERED_VOLUME, TIERED_GRADUATED]
USAGE_STYLES = [USAGE_VOLUME, USAGE_GRADUATED]
INVALID_QUANTITY = "InvalidQuantity(uint256,uint256)"
MAX_QUANTITY = 2**32 - 1


# What a sale is


def test_sells_a_one_time_product_when_it_is_bought(sell, shop, product, system):
    pricing = shop.offer(product, ONE_TIME, price=1_000)
    sale = sell((product, pricing))
    assert (sale.token, sale.subtotal, sale.total) == (system.token.address, 1_000, 1_000)
    (word,) = sale.words
    assert unpack(word) == Item(pricing, start=now(), rate=FULL_RATE, one_time=True, transferable=True)


@pytest.mark.parametrize("frequency", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("style", RECURRING)
def test_starts_a_full_cycle_now_when_a_subscription_is_bought(sell, shop, product, style, frequency):
    pricing = shop.offer(product, style, frequency, price=1_000 if style == FLAT else 0)
    (word,) = sell((product, pricing, quantity_of(style))).words
    usage = style in USAGE_STYLES
    assert unpack(word) == Item(
        pricing,
        quantity=quantity_of(style),
        start=now(),
        end=now() + CYCLES[frequency],
        rate=0 if usage else FULL_RATE,
        grace_days=1 if frequency == 1 else 3,
        auto_renew=True,
        usage=usage,
        transferable=True,
    )


@pytest.mark.parametrize("style", RECURRING)
def test_marks_the_item_native_when_it_is_priced_in_the_native_coin(sell, shop, product, style):
    pricing = shop.offer(product, style, token=NATIVE)
    sale = sell((product, pricing, quantity_of(style)))
    assert sale.token == NATIVE
    assert unpack(sale.words[0]).native


@pytest.mark.parametrize("style", USAGE_STYLES)
def test_r11_charges_nothing_at_purchase_when_the_style_is_usage(sell, shop, product, style):
    sale = sell((product, shop.offer(product, style)))
    assert (sale.subtotal, sale.total) == (0, 0)


@pytest.mark.parametrize("style", [ONE_TIME, FLAT])
def test_r18_the_rate_is_zero_when_the_list_cost_is_zero(sell, shop, product, style):
    sale = sell((product, shop.offer(product, style, price=0)))
    assert (sale.total, unpack(sale.words[0]).rate) == (0, 0)


def test_r05_adds_up_all_lines_when_there_are_24(sell, shop):
    courses = [shop.product() for _ in range(24)]
    lines = [(course, shop.offer(course, ONE_TIME, price=1 << i)) for i, course in enumerate(courses)]
    sale = sell(*lines)
    assert sale.subtotal == sale.total == 2**24 - 1
    assert [unpack(word).pricing_id for word in sale.words] == [pricing for _, pricing in lines]


# Counting: by PurchaseManager only


def test_r02_counts_each_line_when_purchase_manager_sells(sell, system, shop):
    courses = [shop.product(), shop.product()]
    sell(*((course, shop.offer(course)) for course in courses))
    assert [system.lens.productOf(course).sold for course in courses] == [1, 1]


@pytest.mark.parametrize("new_passes", [0, 1, 7, 200])
def test_r02_counts_every_recipient_when_an_airdrop_is_sold(sell, system, shop, product, merchant, new_passes):
    sell((product, shop.offer(product)), caller=merchant, new_passes=new_passes, airdrop=True)
    assert system.lens.productOf(product).sold == max(new_passes, 1)


@pytest.mark.parametrize("airdrop", [False, True])
def test_r24_changes_nothing_when_anybody_else_calls(catalog, sell, quote, shop, product, buyer, airdrop):
    shop.rules(count_passes=True)
    lines = [(product, shop.offer(product, price=5))]
    before = catalog.productWords(product)
    quoted = quote(*lines, airdrop=airdrop)
    assert catalog.productWords(product) == before
    assert catalog.passesBought(shop.org, buyer) == 0
    assert sell(*lines, airdrop=airdrop) == quoted
    assert catalog.productWords(product) == before + (1 << 96)


def test_r24_refuses_a_quote_when_the_sale_is_refused(catalog, sell, quote, shop, product):
    lines = [(product, shop.offer(product))]
    shop.rules(closed=True)
    for call in (sell, quote):
        with refused(catalog, "SaleClosed(uint256)", shop.org):
            call(*lines)


# Lines


def test_refuses_when_the_cart_is_empty(catalog, sell):
    with refused(catalog, "EmptyList()"):
        sell()


@pytest.mark.parametrize(("pricings", "quantities"), [(0, 1), (1, 0), (2, 1), (1, 2)])
def test_refuses_when_the_lists_differ_in_length(catalog, shop, product, buyer, pricings, quantities):
    pricing = shop.offer(product)
    fields = cart(shop, caller=buyer)[:-3]
    with refused(catalog, "LengthMismatch()"):
        catalog.sell((*fields, [product], [pricing] * pricings, [0] * quantities))


@pytest.mark.parametrize("missing", [0, 99, 2**256 - 1])
def test_refuses_when_there_is_no_such_product(catalog, sell, shop, missing):
    with refused(catalog, "NoSuchProduct(uint256)", missing):
        sell((missing, shop.pricing()))


@pytest.mark.parametrize("missing", [0, 99, 2**256 - 1])
def test_refuses_when_there_is_no_such_pricing(catalog, sell, product, missing):
    with refused(catalog, "NoSuchPricing(uint256)", missing):
        sell((product, missing))


def test_refuses_when_the_product_is_of_another_organization(catalog, sell, shop, rival):
    theirs = rival.product()
    rival.offer(theirs)
    with refused(catalog, "NoSuchProduct(uint256)", theirs):
        sell((theirs, shop.pricing()))


def test_refuses_when_the_pricing_is_of_another_organization(catalog, sell, product, rival):
    theirs = rival.pricing()
    with refused(catalog, "NoSuchPricing(uint256)", theirs):
        sell((product, theirs))


def test_refuses_when_the_organization_does_not_exist(catalog, shop, product, buyer):
    pricing = shop.offer(product)
    fields = list(cart(shop, (product, pricing), caller=buyer))
    fields[0] = 99
    with refused(catalog, "NoSuchPricing(uint256)", pricing):
        catalog.sell(tuple(fields))


def test_r05_refuses_when_the_lines_have_different_tokens(catalog, sell, system, shop, product):
    other = partial("mocks/MockToken").deploy().address
    for second in (other, NATIVE):
        lines = [(product, shop.offer(product)), (product, shop.offer(product, token=second))]
        with refused(catalog, "MixedTokens(address,address)", system.token.address, second):
            sell(*lines)


@pytest.mark.parametrize("quantity", [1, 10, MAX_QUANTITY])
@pytest.mark.parametrize("style", TIERED)
def test_r05_takes_a_quantity_when_the_line_is_tiered(sell, shop, product, style, quantity):
    assert unpack(sell((product, shop.offer(product, style), quantity)).words[0]).quantity == quantity


@pytest.mark.parametrize("quantity", [0, MAX_QUANTITY + 1, 2**256 - 1])
@pytest.mark.parametrize("style", TIERED)
@pytest.mark.parametrize("airdrop", [False, True])
def test_r05_refuses_when_a_tiered_line_has_no_right_quantity(catalog, sell, shop, product, style, quantity, airdrop):
    pricing = shop.offer(product, style)
    with refused(catalog, INVALID_QUANTITY, pricing, quantity):
        sell((product, pricing, quantity), airdrop=airdrop)


@pytest.mark.parametrize("quantity", [1, MAX_QUANTITY + 1, 2**256 - 1])
@pytest.mark.parametrize("style", [ONE_TIME, FLAT, *USAGE_STYLES])
@pytest.mark.parametrize("airdrop", [False, True])
def test_r05_refuses_when_another_line_has_a_quantity(catalog, sell, shop, product, style, quantity, airdrop):
    pricing = shop.offer(product, style)
    with refused(catalog, INVALID_QUANTITY, pricing, quantity):
        sell((product, pricing, quantity), airdrop=airdrop)


# Supply


@pytest.mark.parametrize("new_passes", [1, 2, 3])
@pytest.mark.parametrize("airdrop", [False, True])
def test_r02_sells_the_last_ones_when_they_are_just_enough(sell, system, shop, new_passes, airdrop):
    product = shop.product(max_supply=3)
    sell((product, shop.offer(product)), new_passes=new_passes, airdrop=airdrop)
    assert system.lens.productOf(product).sold == (new_passes if airdrop else max(new_passes, 1))


@pytest.mark.parametrize("airdrop", [False, True])
def test_r02_refuses_when_the_supply_is_used_up(catalog, sell, shop, airdrop):
    product = shop.product(max_supply=1)
    pricing = shop.offer(product)
    sell((product, pricing))
    for new_passes in (0, 1):
        with refused(catalog, "SoldOut(uint256,uint256)", product, 1):
            sell((product, pricing), new_passes=new_passes, airdrop=airdrop)


def test_r02_refuses_when_an_airdrop_has_more_recipients_than_supply(catalog, sell, shop, merchant):
    product = shop.product(max_supply=3)
    with refused(catalog, "SoldOut(uint256,uint256)", product, 3):
        sell((product, shop.offer(product)), caller=merchant, new_passes=4, airdrop=True)


# What airdrops pass, and what not


def spoil(shop, product, pricing, obstacle):
    """One thing that stands in the way of a sale."""
    {
        "closed": lambda: shop.rules(closed=True),
        "allow list": lambda: shop.rules(allow_list=True),
        "product inactive": lambda: shop.product(product=product, active=False),
        "pricing inactive": lambda: shop.flags(pricing, active=False),
        "restricted": lambda: shop.flags(pricing, restricted=True),
        "retired": lambda: shop.flags(pricing, retired=True),
        "unlinked": lambda: shop.link(product, pricing, linked=False),
    }[obstacle]()


@pytest.fixture
def refusal(catalog, shop, product, buyer):
    """The error of a sale with this obstacle."""

    def expect(pricing, obstacle):
        return refused(
            catalog,
            *{
                "closed": ("SaleClosed(uint256)", shop.org),
                "allow list": ("NotOnAllowList(uint256,address)", shop.org, buyer),
                "product inactive": ("ProductInactive(uint256)", product),
                "pricing inactive": ("PricingInactive(uint256)", pricing),
                "restricted": ("PricingRestricted(uint256,address)", pricing, buyer),
                "retired": ("PricingRetired(uint256)", pricing),
                "unlinked": ("PricingNotLinked(uint256,uint256)", product, pricing),
            }[obstacle],
        )

    return expect


PASSED_BY_AIRDROPS = ["closed", "allow list", "product inactive", "pricing inactive", "restricted"]
FOR_ALL = ["retired", "unlinked"]


@pytest.mark.parametrize("obstacle", [*PASSED_BY_AIRDROPS, *FOR_ALL])
@pytest.mark.parametrize("new_passes", [0, 1])
def test_r03_r06_refuses_when_something_stands_in_the_way(sell, shop, product, obstacle, new_passes, refusal):
    pricing = shop.offer(product)
    spoil(shop, product, pricing, obstacle)
    with refusal(pricing, obstacle):
        sell((product, pricing), new_passes=new_passes)


@pytest.mark.parametrize("obstacle", PASSED_BY_AIRDROPS)
@pytest.mark.parametrize("new_passes", [0, 1, 5])
def test_r09_w26_airdrops_when_sale_rules_active_or_lists_forbid_a_sale(sell, shop, product, obstacle, new_passes):
    pricing = shop.offer(product)
    spoil(shop, product, pricing, obstacle)
    sell((product, pricing), new_passes=new_passes, airdrop=True)


@pytest.mark.parametrize("obstacle", FOR_ALL)
@pytest.mark.parametrize("new_passes", [0, 1, 5])
def test_r09_refuses_an_airdrop_when_the_line_is_not_offered(sell, shop, product, obstacle, new_passes, refusal):
    pricing = shop.offer(product)
    spoil(shop, product, pricing, obstacle)
    with refusal(pricing, obstacle):
        sell((product, pricing), new_passes=new_passes, airdrop=True)


def test_sells_when_the_recipient_is_on_the_pricings_list(sell, shop, product, buyer, stranger, catalog):
    pricing = shop.offer(product, restricted=True)
    shop.let_hold(pricing, stranger)
    sell((product, pricing), caller=buyer, recipient=stranger)
    with refused(catalog, "PricingRestricted(uint256,address)", pricing, buyer):
        sell((product, pricing), caller=stranger, recipient=buyer)


@pytest.mark.parametrize("style", [ONE_TIME, *RECURRING])
def test_r09_charges_nothing_and_takes_no_consent_when_it_is_an_airdrop(sell, shop, product, buyer, style):
    listed = {ONE_TIME: 500, FLAT: 500, TIERED_VOLUME: 800, TIERED_GRADUATED: 987}.get(style, 0)
    pricing = shop.offer(product, style, price=500 if style in (ONE_TIME, FLAT) else 0)
    sale = sell((product, pricing, quantity_of(style)), caller=buyer, recipient=buyer, airdrop=True)
    item = unpack(sale.words[0])
    assert (sale.subtotal, sale.total, item.rate, item.auto_renew) == (listed, 0, 0, False)


# What an item is promised


@pytest.mark.parametrize("transferable", [False, True])
@pytest.mark.parametrize("pausing", [False, True])
@pytest.mark.parametrize("style", [ONE_TIME, *RECURRING])
@pytest.mark.parametrize("kind", ["bought", "bought later", "airdropped", "airdropped later"])
def test_r02_r09_copies_both_promises_when_it_is_sold(sell, shop, style, transferable, pausing, kind):
    """What the org puts on somebody's pass is always transferable and pausable."""
    product = shop.product(transferable=transferable)
    shop.rules(pausing=pausing)
    lines = [(product, shop.offer(product, style), quantity_of(style))]
    on_old_pass, airdrop = kind.endswith("later"), kind.startswith("airdropped")
    item = unpack(sell(*lines, new_passes=0 if on_old_pass else 1, airdrop=airdrop).words[0])
    unasked = on_old_pass and airdrop
    assert item.transferable is (transferable or unasked)
    if style != ONE_TIME:
        assert item.pausable is (pausing or unasked)


# Gifts and pauses


@pytest.mark.parametrize("style", [ONE_TIME, *RECURRING])
def test_r08_runs_at_once_without_consent_when_it_is_a_gift(sell, shop, product, buyer, stranger, style):
    pricing = shop.offer(product, style)
    item = unpack(sell((product, pricing, quantity_of(style)), caller=buyer, recipient=stranger).words[0])
    assert item.start == now()
    assert item.auto_renew is False


@pytest.mark.parametrize("style", [FLAT, *TIERED])
@pytest.mark.parametrize("airdrop", [False, True])
def test_r10_keeps_the_whole_period_when_it_starts_paused(sell, shop, product, style, airdrop):
    shop.rules(pausing=True)
    pricing = shop.offer(product, style, YEARLY)
    item = unpack(sell((product, pricing, quantity_of(style)), pause=True, airdrop=airdrop).words[0])
    assert (item.paused, item.start, item.end) == (True, 0, CYCLES[YEARLY])


@pytest.mark.parametrize("pausing", [False, True])
def test_r10_ignores_the_pause_when_the_line_is_one_time(sell, shop, product, pausing):
    shop.rules(pausing=pausing)
    item = unpack(sell((product, shop.offer(product, ONE_TIME)), pause=True).words[0])
    assert (item.paused, item.start, item.end) == (False, now(), 0)


@pytest.mark.parametrize("style", USAGE_STYLES)
@pytest.mark.parametrize("airdrop", [False, True])
def test_r10_refuses_the_pause_when_the_line_is_usage(catalog, sell, shop, product, style, airdrop):
    shop.rules(pausing=True)
    pricing = shop.offer(product, style)
    with refused(catalog, "CannotPauseUsage(uint256)", product):
        sell((product, pricing), pause=True, airdrop=airdrop)


@pytest.mark.parametrize("airdrop", [False, True])
@pytest.mark.parametrize("new_passes", [0, 1])
def test_r10_refuses_the_pause_when_the_organization_has_no_pausing(catalog, sell, shop, product, airdrop, new_passes):
    with refused(catalog, "PausingOff(uint256)", shop.org):
        sell((product, shop.offer(product)), pause=True, airdrop=airdrop, new_passes=new_passes)
