"""Sale rules mean what they say (R6, W26): passes per wallet, allow-list, gifts."""

import pytest

from tests.support.shop import ONE_TIME
from tests.support.system import refused

TOO_MANY = "TooManyPasses(address,uint256)"


@pytest.fixture
def line(shop, product):
    return product, shop.offer(product, ONE_TIME, price=1)


@pytest.fixture
def another(shop):
    """A line for a pass that has `line` already."""
    product = shop.product()
    return product, shop.offer(product, ONE_TIME, price=1)


def test_r06_w26_counts_passes_when_there_is_a_limit(system, shop, buyer, line):
    shop.rules(max_passes=2)
    for _ in range(2):
        shop.buy(buyer, line)
    with refused(system.manager, TOO_MANY, buyer, 2):
        shop.buy(buyer, line)


def test_w26_does_not_count_transactions_when_more_is_bought_for_a_pass(catalog, shop, buyer, line, another):
    shop.rules(max_passes=1)
    pass_id = shop.buy(buyer, line)
    shop.buy_more(pass_id, another)
    assert catalog.passesBought(shop.org, buyer) == 1


def test_r06_counts_a_gift_for_its_payer_when_it_is_given(catalog, system, shop, buyer, stranger, line):
    shop.rules(max_passes=1)
    shop.buy(buyer, line, to=stranger)
    assert [catalog.passesBought(shop.org, wallet) for wallet in (buyer, stranger)] == [1, 0]
    with refused(system.manager, TOO_MANY, buyer, 1):
        shop.buy(buyer, line)
    shop.buy(shop.buyer("stranger"), line)


def test_r06_counts_airdrops_for_nobody_when_they_are_given(catalog, shop, merchant, buyer, line, another):
    shop.rules(max_passes=1)
    first = shop.airdrop([buyer, buyer], line)
    shop.buy_more(first, another, airdrop=True)
    assert [catalog.passesBought(shop.org, wallet) for wallet in (buyer, merchant)] == [0, 0]
    shop.buy(buyer, line)


def test_r09_airdrops_when_the_merchants_own_limit_is_reached(shop, line):
    merchant = shop.buyer("merchant")
    shop.rules(max_passes=1)
    shop.buy(merchant, line)
    shop.buy(merchant, line, airdrop=True)


def test_r06_counts_nothing_when_there_is_no_limit(catalog, shop, buyer, line):
    shop.buy(buyer, line)
    assert catalog.passesBought(shop.org, buyer) == 0


def test_r06_counts_without_a_limit_when_the_organization_asks_for_it(catalog, shop, buyer, line):
    shop.rules(count_passes=True)
    for _ in range(3):
        shop.buy(buyer, line)
    assert catalog.passesBought(shop.org, buyer) == 3


def test_r06_counts_from_the_moment_when_it_is_switched_on(system, shop, buyer, line):
    shop.buy(buyer, line)
    shop.rules(max_passes=1)
    shop.buy(buyer, line)
    with refused(system.manager, TOO_MANY, buyer, 1):
        shop.buy(buyer, line)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_w26_takes_a_limit_when_it_equals_what_is_bought(catalog, system, shop, buyer, line, limit):
    shop.rules(count_passes=True)
    for _ in range(limit):
        shop.buy(buyer, line)
    shop.rules(max_passes=limit)
    with refused(system.manager, TOO_MANY, buyer, limit):
        shop.buy(buyer, line)
    shop.rules(max_passes=limit + 1)
    shop.buy(buyer, line)
    assert catalog.passesBought(shop.org, buyer) == limit + 1


def test_keeps_counts_apart_when_there_are_several_organizations(catalog, shop, rival, buyer, line):
    shop.rules(max_passes=1)
    shop.buy(buyer, line)
    assert catalog.passesBought(rival.org, buyer) == 0


def test_r06_refuses_a_gift_when_gifting_is_off(system, shop, buyer, stranger, line):
    shop.rules(gifting_off=True)
    with refused(system.manager, "GiftingOff(uint256)", shop.org):
        shop.buy(buyer, line, to=stranger)
    pass_id = shop.buy(buyer, line)
    assert shop.holder(pass_id) == buyer


def test_r09_airdrops_when_gifting_is_off(shop, buyer, line, another):
    shop.rules(gifting_off=True)
    shop.buy_more(shop.airdrop([buyer], line), another, airdrop=True)


def test_w26_looks_at_the_recipient_when_there_is_an_allow_list(system, shop, buyer, stranger, line):
    shop.rules(allow_list=True)
    shop.allow(buyer)
    with refused(system.manager, "NotOnAllowList(uint256,address)", shop.org, stranger):
        shop.buy(buyer, line, to=stranger)
    shop.buy(shop.buyer("stranger"), line, to=buyer)


def test_r06_refuses_more_for_a_pass_when_its_holder_is_not_listed(system, shop, buyer, line, another):
    pass_id = shop.buy(buyer, line)
    shop.rules(allow_list=True)
    with refused(system.manager, "NotOnAllowList(uint256,address)", shop.org, buyer):
        shop.buy_more(pass_id, another)
    shop.allow(buyer)
    shop.buy_more(pass_id, another)


def test_r06_ignores_the_list_when_the_rule_is_off(shop, buyer, line):
    shop.rules()
    shop.buy(buyer, line)


def test_r06_refuses_more_for_a_pass_when_the_sale_is_closed(system, shop, buyer, line, another):
    pass_id = shop.buy(buyer, line)
    shop.rules(closed=True)
    for call in (lambda: shop.buy(buyer, line), lambda: shop.buy_more(pass_id, another)):
        with refused(system.manager, "SaleClosed(uint256)", shop.org):
            call()


def test_w26_airdrops_when_the_sale_is_closed(shop, buyer, line, another):
    shop.rules(closed=True)
    first = shop.airdrop([buyer], line)
    shop.buy_more(first, another, airdrop=True)
    assert shop.holder(first) == buyer
    assert shop.balance() == 0
