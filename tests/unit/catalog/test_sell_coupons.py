"""`sell` with a coupon and discounts: line by line, the coupon first (R20, R21)."""

import pytest

from tests.support.shop import FLAT, MONTHLY, ONE_TIME, TIERED_VOLUME, USAGE_GRADUATED, USAGE_VOLUME
from tests.unit.catalog.inputs import FOR_EVER, FULL_RATE, quantity_of, unpack

USAGE_STYLES = [USAGE_VOLUME, USAGE_GRADUATED]


def less(cost, bps):
    return cost - cost * bps // 10_000


@pytest.mark.parametrize("coupon", [0, 1, 3_333, 9_999, 10_000])
@pytest.mark.parametrize("discount", [0, 1, 777, 10_000])
@pytest.mark.parametrize("price", [0, 1, 4_999, 10**18 + 7, 2**96 - 1])
def test_r21_takes_the_coupon_first_when_there_are_discounts_too(sell, shop, product, price, coupon, discount):
    pricing = shop.offer(product, price=price)
    sale = sell((product, pricing), coupon_bps=coupon, coupon_lines=1, discount_bps=discount)
    paid = less(less(price, coupon), discount)
    assert (sale.subtotal, sale.total) == (price, paid)
    assert unpack(sale.words[0]).rate == (paid * FULL_RATE // price if price else 0)


def test_r21_rounds_each_line_when_there_are_several(sell, shop):
    courses = [shop.product() for _ in range(3)]
    lines = [
        (course, shop.offer(course, ONE_TIME, price=price)) for course, price in zip(courses, [3, 7, 11], strict=True)
    ]
    sale = sell(*lines, coupon_bps=3_333, coupon_lines=0b111, discount_bps=1_001)
    assert sale.total == sum(less(less(price, 3_333), 1_001) for price in (3, 7, 11))


@pytest.mark.parametrize("mask", [0b00, 0b01, 0b10, 0b11])
def test_r20_applies_to_these_lines_only_when_the_coupon_is_limited(sell, shop, mask):
    courses = [shop.product(), shop.product()]
    sale = sell(
        *((course, shop.offer(course, price=1_000)) for course in courses),
        coupon_bps=5_000,
        coupon_renewals=FOR_EVER,
        coupon_lines=mask,
    )
    applied = [bool(mask >> i & 1) for i in range(2)]
    assert sale.total == sum(500 if on else 1_000 for on in applied)
    assert [unpack(word).coupon_bps for word in sale.words] == [5_000 if on else 0 for on in applied]


@pytest.mark.parametrize("renewals", [0, 1, 254, FOR_EVER])
@pytest.mark.parametrize("style", [FLAT, TIERED_VOLUME])
def test_r20_copies_the_coupon_when_it_lasts_for_renewals(sell, shop, product, style, renewals):
    """The purchase is its first charge; without renewals nothing is left of it."""
    pricing = shop.offer(product, style)
    lines = [(product, pricing, quantity_of(style))]
    item = unpack(sell(*lines, coupon_bps=2_500, coupon_renewals=renewals, coupon_lines=1).words[0])
    assert (item.coupon_bps, item.coupon_left) == ((2_500, renewals) if renewals else (0, 0))


@pytest.mark.parametrize(("renewals", "left"), [(0, 1), (1, 2), (253, 254), (FOR_EVER, FOR_EVER)])
@pytest.mark.parametrize("style", USAGE_STYLES)
def test_r20_keeps_the_coupon_for_the_first_bill_when_the_style_is_usage(sell, shop, product, style, renewals, left):
    pricing = shop.offer(product, style)
    item = unpack(sell((product, pricing), coupon_bps=2_500, coupon_renewals=renewals, coupon_lines=1).words[0])
    assert (item.coupon_bps, item.coupon_left) == (2_500, left)


@pytest.mark.parametrize("renewals", [1, FOR_EVER])
def test_r20_leaves_no_coupon_when_the_line_is_one_time(sell, shop, product, renewals):
    pricing = shop.offer(product, ONE_TIME, price=1_000)
    sale = sell((product, pricing), coupon_bps=2_500, coupon_renewals=renewals, coupon_lines=1)
    item = unpack(sale.words[0])
    assert (sale.total, item.coupon_bps, item.coupon_left) == (750, 0, 0)


def test_r24_quotes_what_is_charged_when_a_coupon_and_discounts_apply(sell, quote, shop, product):
    lines = [(product, shop.offer(product, TIERED_VOLUME, MONTHLY), 123)]
    promoted = {"coupon_bps": 3_333, "coupon_renewals": 3, "coupon_lines": 1, "discount_bps": 777}
    assert quote(*lines, **promoted) == sell(*lines, **promoted)
