"""`quotePurchase` and `quoteAdditional`: the same amounts as the charge, and the same errors (R24, W27)."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.offers import MONTH_PRICE, ONCE_PRICE
from tests.support.shop import (
    FLAT,
    ONE_TIME,
    TIERED_GRADUATED,
    TIERED_VOLUME,
    USAGE_VOLUME,
    columns,
    events,
    now,
    only_event,
    travel,
)
from tests.support.system import NATIVE, refused
from tests.unit.pass_lens.reading import refusal

OPEN, ORG_ONLY = 1, 2  # modes of discounts
UNKNOWN = 999_999


@dataclass(frozen=True)
class Coupon:
    bps: int = 2_500
    expiry: int = 0
    max_redemptions: int = 0
    renewals: int = 0
    once: bool = False
    first_pass: bool = False
    restricted: bool = False
    active: bool = True
    products: tuple[int, ...] = ()

    def create(self, shop, code="SAVE"):
        promotions = shop.system.promotions
        flags = (self.once, self.first_pass, self.restricted, self.active)
        terms = (self.bps, self.expiry, self.max_redemptions, self.renewals, *flags)
        return promotions.createCoupon(
            shop.org, promotions.couponHash(shop.org, code), terms, list(self.products), sender=shop.merchant
        )


def discount(shop, bps, mode=OPEN):
    return shop.system.promotions.createDiscount(shop.org, "Loyal", bps, 0, mode, sender=shop.merchant)


def more(pass_id, *lines, coupon="", airdrop=False, pause=False):
    """Parameters of `purchaseAdditionalProducts`."""
    return (pass_id, *columns(lines), coupon, airdrop, pause)


@dataclass(frozen=True)
class Till:
    """Quotes a purchase, makes it, and compares."""

    shop: object

    def pays(self, params, caller, value=0):
        return self._compare("purchaseProducts", "quotePurchase", params, caller, value)

    def pays_more(self, params, caller, value=0):
        return self._compare("purchaseAdditionalProducts", "quoteAdditional", params, caller, value)

    def refuses(self, params, caller):
        return self._refusals("purchaseProducts", "quotePurchase", params, caller)

    def refuses_more(self, params, caller):
        return self._refusals("purchaseAdditionalProducts", "quoteAdditional", params, caller)

    def _refusals(self, call, quote, params, caller):
        lens, manager = self.shop.system.lens, self.shop.system.manager
        asked = refusal(lens, lambda: getattr(lens, quote)(params, caller))
        charged = refusal(manager, lambda: getattr(manager, call)(params, sender=caller))
        assert asked == charged
        return asked

    def _compare(self, call, quote, params, caller, value):
        lens, manager = self.shop.system.lens, self.shop.system.manager
        asked = getattr(lens, quote)(params, caller)
        getattr(manager, call)(params, sender=caller, value=value)
        bought = only_event(manager, "ProductsPurchased")
        assert (asked.token, asked.subtotal, asked.total) == (bought.token, bought.subtotal, bought.amountPaid)
        payments = events(manager, "PaymentReceived")
        assert sum(payment.amount for payment in payments) == asked.total
        assert sum(payment.fee for payment in payments) == asked.fee
        assert sum(line.listCost for line in asked.lines) == asked.subtotal
        assert sum(line.afterDiscounts for line in asked.lines) == asked.total
        return asked


@pytest.fixture(scope="session")
def till(shop):
    return Till(shop)


@pytest.fixture(scope="session")
def fee(system, manager):
    """5 % for the platform."""
    manager.announceFee(500, system.person("platform"), sender=system.owner)
    travel(days=7)


@pytest.fixture(scope="session")
def one_of_each(shop):
    """A product and a pricing of every style but usage by graduated tiers, at odd prices."""
    made = []
    for style, terms in [
        (ONE_TIME, {"price": 4_999}),
        (FLAT, {"price": 10**18 + 7}),
        (TIERED_VOLUME, {}),
        (TIERED_GRADUATED, {}),
        (USAGE_VOLUME, {}),
    ]:
        product = shop.product()
        made.append((product, shop.offer(product, style, **terms), int(style in (TIERED_VOLUME, TIERED_GRADUATED))))
    return made


rates = st.integers(1, 10_000) | st.sampled_from([1, 3_333, 9_999, 10_000])


@given(
    order=st.lists(st.sampled_from(range(5)), min_size=1, max_size=5, unique=True),
    units=st.integers(1, 2**32 - 1) | st.integers(1, 120),
    coupon=st.none() | rates,
    limited=st.booleans(),
    discounts=st.lists(rates, max_size=3),
    gift=st.booleans(),
)
@example(order=[0], units=1, coupon=10_000, limited=False, discounts=[500], gift=False)
@example(order=[4], units=1, coupon=None, limited=False, discounts=[], gift=False)
@settings(max_examples=30, deadline=None)
def test_w27_quote_of_a_purchase_is_the_charge(
    till, shop, buyer, friend, fee, one_of_each, order, units, coupon, limited, discounts, gift
):
    lines = [(*one_of_each[i][:2], units * one_of_each[i][2]) for i in order]
    shop.system.token.mint(buyer, 2**160)
    shop.system.token.approve(shop.system.escrow.address, 2**160, sender=buyer)
    if coupon:
        Coupon(bps=coupon, products=(lines[0][0],) if limited else ()).create(shop)
    minted = [discount(shop, bps, mode=0) for bps in discounts]
    for made in minted:
        shop.system.promotions.setDiscountAccess(made, [buyer], True, sender=shop.merchant)

    quote = till.pays(
        shop.purchase(friend if gift else buyer, *lines, coupon="SAVE" if coupon else "", discounts=minted), buyer
    )

    assert quote.couponBps == (coupon or 0)
    assert quote.discountBps == min(10_000, sum(discounts))
    for i, line in enumerate(quote.lines):
        applied = quote.couponBps if i == 0 or not limited else 0
        assert line.afterCoupon == line.listCost - line.listCost * applied // 10_000
        assert line.afterDiscounts == line.afterCoupon - line.afterCoupon * quote.discountBps // 10_000


@given(units=st.integers(1, 200), coupon=st.none() | rates, minted=st.none() | rates)
@settings(max_examples=15, deadline=None)
def test_w27_quote_of_a_further_purchase_is_the_charge(till, shop, buyer, fee, one_of_each, units, coupon, minted):
    pass_id = shop.buy(buyer, one_of_each[0][:2])
    if minted:
        shop.system.promotions.mintDiscounts(pass_id, [discount(shop, minted, ORG_ONLY)], sender=shop.merchant)
    if coupon:
        Coupon(bps=coupon).create(shop)

    lines = [(*line[:2], units * line[2]) for line in one_of_each[1:]]
    quote = till.pays_more(more(pass_id, *lines, coupon="SAVE" if coupon else ""), buyer)

    assert (quote.couponBps, quote.discountBps) == (coupon or 0, minted or 0)


def test_w27_coupon_for_everything_with_a_discount_costs_nothing(till, shop, buyer, license_offer):
    Coupon(bps=10_000).create(shop)

    quote = till.pays(shop.purchase(buyer, license_offer.line, coupon="SAVE", discounts=[discount(shop, 500)]), buyer)

    assert (quote.subtotal, quote.total) == (ONCE_PRICE, 0)


def test_w27_usage_is_free_when_it_is_bought(till, shop, buyer, metered):
    quote = till.pays(shop.purchase(buyer, metered.line), buyer)

    assert (quote.subtotal, quote.total) == (0, 0)


def test_r24_quote_shows_each_step_of_each_line(till, shop, buyer, license_offer, monthly):
    Coupon(bps=2_500, products=(license_offer.product,)).create(shop)
    minted = discount(shop, 1_000)

    quote = till.pays(shop.purchase(buyer, monthly.line, license_offer.line, coupon="SAVE", discounts=[minted]), buyer)

    assert [tuple(line) for line in quote.lines] == [
        (MONTH_PRICE, MONTH_PRICE, MONTH_PRICE * 9 // 10),
        (ONCE_PRICE, 750, 675),
    ]


def test_native_cart_is_quoted(till, shop, buyer, coin_license):
    quote = till.pays(shop.purchase(buyer, coin_license.line), buyer, value=ONCE_PRICE)

    assert (quote.token, quote.total) == (NATIVE, ONCE_PRICE)


def test_airdrops_cost_nothing(till, shop, airdropper, buyer, monthly, license_offer):
    minted = discount(shop, 500)
    quote = till.pays(shop.purchase(buyer, monthly.line, airdrop=True, discounts=[minted]), airdropper)
    assert (quote.subtotal, quote.total, quote.fee, quote.discountBps) == (MONTH_PRICE, 0, 0, 500)
    assert tuple(quote.lines[0]) == (MONTH_PRICE, MONTH_PRICE, 0)

    pass_id = shop.system.manager.passSupply()
    assert till.pays_more(more(pass_id, license_offer.line, airdrop=True), airdropper).total == 0


def test_paused_start_is_quoted(till, shop, buyer, monthly):
    assert till.pays(shop.purchase(buyer, monthly.line, pause=True), buyer).total == MONTH_PRICE


def test_r24_quote_is_for_the_caller_it_names_whoever_asks(lens, shop, buyer, stranger, monthly):
    params = shop.purchase(buyer, monthly.line)

    assert lens.quotePurchase(params, buyer, sender=stranger) == lens.quotePurchase(params, buyer)


def test_quote_does_not_look_at_wallets(lens, shop, stranger, monthly):
    assert lens.quotePurchase(shop.purchase(stranger, monthly.line), stranger).total == MONTH_PRICE


def test_expired_product_is_quoted_again(till, shop, buyer, daily):
    pass_id = shop.buy(buyer, daily.line)
    travel(days=2)

    assert till.pays_more(more(pass_id, daily.line), buyer).total == daily.price


def test_usage_product_is_quoted_again_when_its_last_bill_is_paid(till, shop, manager, buyer, metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.cancelSubscription(pass_id, metered.product, True, sender=buyer)
    travel(days=30)
    assert till.refuses_more(more(pass_id, metered.line), buyer)
    with refused(shop.system.lens, "LastBillUnpaid(uint256,uint256)", pass_id, metered.product):
        shop.system.lens.quoteAdditional(more(pass_id, metered.line), buyer)
    shop.system.manager.renewSubscriptions([pass_id], [metered.product], sender=buyer)
    assert till.pays_more(more(pass_id, metered.line), buyer).total == 0


# --- the same errors, and in the same order when there are several ---


def close(shop):
    shop.rules(closed=True)


def need_list(shop):
    shop.rules(allow_list=True)


def no_gifts(shop):
    shop.rules(gifting_off=True)


def no_pausing(shop):
    shop.rules()


def nothing(shop):
    pass


def pause_platform(shop):
    shop.system.manager.pausePurchases(sender=shop.system.owner)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cart; several can be."""

    zero_recipient: bool = False
    no_lines: bool = False
    short_list: bool = False
    twice: bool = False
    unknown_product: bool = False
    unknown_pricing: bool = False
    wrong_quantity: bool = False
    other_token: bool = False
    unlinked: bool = False
    sold_out: bool = False
    foreign_airdrop: bool = False
    own_airdrop: bool = False
    code: str = ""
    discounts: tuple[int, ...] = ()
    gift: bool = False
    pause: bool = False
    rule: object = nothing
    platform: object = nothing


faults = st.builds(
    Fault,
    **dict.fromkeys(
        ["zero_recipient", "no_lines", "short_list", "twice", "unknown_product", "unknown_pricing", "wrong_quantity"],
        st.sampled_from([False] * 4 + [True]),
    ),
    **dict.fromkeys(
        ["other_token", "unlinked", "sold_out", "foreign_airdrop", "own_airdrop", "gift", "pause"],
        st.sampled_from([False] * 4 + [True]),
    ),
    code=st.sampled_from(["", "", "NONE", "OFF", "OLD", "SPENT", "LISTED", "OTHER", "FIRST"]),
    discounts=st.sampled_from([(), (), (0,), (1, 0), (0, 0), (0, 1), (2,), (3,)]),
    rule=st.sampled_from([nothing, nothing, close, need_list, no_gifts, no_pausing]),
    platform=st.sampled_from([nothing] * 9 + [pause_platform]),
)


@pytest.fixture(scope="session")
def coupons(shop, license_offer):
    """One coupon for each way to be refused."""
    Coupon(active=False).create(shop, "OFF")
    Coupon(expiry=now()).create(shop, "OLD")
    Coupon(restricted=True).create(shop, "LISTED")
    Coupon(products=(UNKNOWN,)).create(shop, "OTHER")
    Coupon(first_pass=True).create(shop, "FIRST")
    Coupon(max_redemptions=1).create(shop, "SPENT")
    shop.buy(shop.buyer("spender"), license_offer.line, coupon="SPENT")


@pytest.fixture(scope="session")
def discounts(shop):
    """Two that are open, one of the organization only, and one that does not exist."""
    return [discount(shop, 100), discount(shop, 200), discount(shop, 300, ORG_ONLY), UNKNOWN]


@pytest.fixture(scope="session")
def faulty(shop, buyer, friend, airdropper, monthly, license_offer, coin_license, discounts):
    """The cart with these faults, and who buys it."""

    def build(fault):
        lines = [(*license_offer.line, 0), (*monthly.line, 0)]
        if fault.twice:
            lines.append((*license_offer.line, 0))
        if fault.unknown_product:
            lines.append((UNKNOWN, monthly.pricing, 0))
        if fault.unknown_pricing:
            lines.append((monthly.product, UNKNOWN, 0))
        if fault.wrong_quantity:
            lines[1] = (*monthly.line, 1)
        if fault.other_token:
            lines.insert(1, (*coin_license.line, 0))
        if fault.unlinked:
            lines.insert(0, (license_offer.product, monthly.pricing, 0))
        if fault.sold_out:
            product = shop.product(max_supply=1)
            pricing = shop.offer(product, price=1)
            shop.buy(friend, (product, pricing))
            lines.append((product, pricing, 0))
        airdrop = fault.foreign_airdrop or fault.own_airdrop
        recipient = NATIVE if fault.zero_recipient else friend if fault.gift else buyer
        params = list(
            shop.purchase(
                recipient,
                *([] if fault.no_lines else lines),
                coupon=fault.code,
                discounts=[discounts[i] for i in fault.discounts],
                airdrop=airdrop,
                pause=fault.pause,
            )
        )
        if fault.short_list:
            params[4] = params[4][:-1]
        return tuple(params), airdropper if fault.own_airdrop else buyer

    return build


@given(faults)
@settings(max_examples=60, deadline=None)
def test_w27_purchase_and_its_quote_refuse_with_the_same_error(till, shop, coupons, faulty, fault):
    params, caller = faulty(fault)
    fault.rule(shop)
    fault.platform(shop)

    till.refuses(params, caller)


@given(faults, st.booleans(), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_w27_further_purchase_and_its_quote_refuse_with_the_same_error(
    till, shop, buyer, friend, monthly, license_offer, daily, coupons, faulty, fault, held, days
):
    pass_id = shop.buy(buyer, (monthly if held else daily).line)
    travel(days=days)
    params, caller = faulty(replace(fault, discounts=()))
    fault.rule(shop)
    fault.platform(shop)

    further = (pass_id if not fault.zero_recipient else UNKNOWN, *params[2:5], *params[6:])
    till.refuses_more(further, friend if fault.gift else caller)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(platform=pause_platform, zero_recipient=True), "PurchasesPaused()"),
        (Fault(zero_recipient=True, no_lines=True), "ZeroAddress()"),
        (Fault(foreign_airdrop=True, code="NONE"), "NotAuthorized(uint256,address,uint256)"),
        (Fault(own_airdrop=True, code="NONE"), "CouponOnAirdrop()"),
        (Fault(code="NONE", no_lines=True), "NoSuchCoupon(uint256,bytes32)"),
        (Fault(discounts=(1, 0), code="NONE"), "DiscountsNotAscending()"),
        (Fault(no_lines=True), "EmptyList()"),
        (Fault(short_list=True), "LengthMismatch()"),
        (Fault(rule=close, unlinked=True), "SaleClosed(uint256)"),
        (Fault(twice=True), "AlreadyOnPass(uint256,uint256)"),
    ],
)
def test_r24_first_error_of_a_purchase_is_quoted(till, shop, lens, coupons, faulty, fault, error):
    params, caller = faulty(fault)
    fault.rule(shop)
    fault.platform(shop)

    with refused(lens, error):
        lens.quotePurchase(params, caller)
    assert till.refuses(params, caller)


def test_only_the_holder_gets_a_quote_for_his_pass(till, lens, friend, subscription, license_offer):
    with refused(lens, "NotPassHolder(uint256,address)", subscription, friend):
        lens.quoteAdditional(more(subscription, license_offer.line), friend)
    assert till.refuses_more(more(subscription, license_offer.line), friend)


def test_product_on_the_pass_is_refused(till, lens, buyer, subscription, monthly, license_offer):
    with refused(lens, "AlreadyOnPass(uint256,uint256)", subscription, monthly.product):
        lens.quoteAdditional(more(subscription, license_offer.line, monthly.line), buyer)
    assert till.refuses_more(more(subscription, license_offer.line, monthly.line), buyer)


def test_65th_product_is_refused(till, lens, shop, buyer):
    pricing = shop.pricing(ONE_TIME, price=0)
    products = [shop.product() for _ in range(65)]
    for product in products:
        shop.link(product, pricing)
    lines = [(product, pricing) for product in products]
    pass_id = shop.buy(buyer, *lines[:24])
    shop.buy_more(pass_id, *lines[24:48])
    shop.buy_more(pass_id, *lines[48:63])

    with refused(lens, "TooManyProducts(uint256,uint256)", pass_id, 64):
        lens.quoteAdditional(more(pass_id, *lines[63:]), buyer)
    assert till.refuses_more(more(pass_id, *lines[63:]), buyer)
    till.pays_more(more(pass_id, lines[63]), buyer)
