import pytest

from tests.support.shop import CYCLES, DAILY, MONTHLY, QUARTERLY, WEEKLY, YEARLY, only_event
from tests.support.system import DAY, refused

SWITCHES = ["closed", "allow_list", "gifting_off", "pausing", "plan_change_off"]
MAX_PASSES = 2**16 - 1


def rules_of(system, shop):
    return tuple(system.lens.saleRulesOf(shop.org))


def test_r06_is_open_with_three_days_of_grace_when_nothing_is_set(catalog, system, shop):
    assert catalog.saleRuleWords(shop.org) == 0
    assert rules_of(system, shop) == (False, False, False, False, False, 3, 0, False)


@pytest.mark.parametrize("bit", range(5), ids=SWITCHES)
def test_sets_one_switch_when_it_is_on_alone(catalog, system, shop, bit):
    wanted = shop.rules(**{SWITCHES[bit]: True})
    event = only_event(catalog, "SaleRulesSet")
    assert (event.orgId, tuple(event.rules)) == (shop.org, wanted)
    assert catalog.saleRuleWords(shop.org) == 1 << bit
    assert rules_of(system, shop) == (*wanted[:5], 3, 0, False)


def test_counts_passes_when_that_is_on_alone(catalog, shop):
    shop.rules(count_passes=True)
    assert catalog.saleRuleWords(shop.org) == 1 << 5


def test_keeps_all_fields_apart_when_all_are_full(catalog, system, shop):
    wanted = shop.rules(**dict.fromkeys(SWITCHES, True), grace_days=30, max_passes=MAX_PASSES, count_passes=True)
    assert tuple(only_event(catalog, "SaleRulesSet").rules) == wanted
    assert catalog.saleRuleWords(shop.org) == 0b111111 | 30 << 6 | MAX_PASSES << 11
    assert rules_of(system, shop) == wanted


def test_replaces_everything_when_rules_are_set_again(catalog, shop):
    shop.rules(**dict.fromkeys(SWITCHES, True), grace_days=30, max_passes=MAX_PASSES, count_passes=True)
    shop.rules()
    assert catalog.saleRuleWords(shop.org) == 0


def test_keeps_rules_apart_when_there_are_several_organizations(catalog, shop, rival):
    shop.rules(closed=True)
    assert catalog.saleRuleWords(rival.org) == 0


@pytest.mark.parametrize("days", [0, 1, 3, 29, 30])
def test_r06_keeps_the_grace_when_it_is_at_most_30_days(catalog, system, shop, days):
    shop.rules(grace_days=days)
    assert only_event(catalog, "SaleRulesSet").rules.graceDays == days
    assert system.lens.saleRulesOf(shop.org).graceDays == (days or 3)


@pytest.mark.parametrize("days", [31, 32, 2**256 - 1])
def test_r06_refuses_when_the_grace_is_longer_than_30_days(catalog, shop, days):
    with refused(catalog, "InvalidGrace(uint256)", days):
        shop.rules(grace_days=days)


@pytest.mark.parametrize("passes", [0, 1, MAX_PASSES])
def test_keeps_the_pass_limit_when_it_fits(catalog, system, shop, passes):
    shop.rules(max_passes=passes)
    assert catalog.saleRuleWords(shop.org) == passes << 11
    assert system.lens.saleRulesOf(shop.org).maxPasses == passes


@pytest.mark.parametrize("passes", [MAX_PASSES + 1, 2**256 - 1])
def test_refuses_when_the_pass_limit_does_not_fit(catalog, shop, passes):
    with refused(catalog, "NumberTooLarge(uint256,uint256)", passes, MAX_PASSES):
        shop.rules(max_passes=passes)


@pytest.mark.parametrize("frequency", [DAILY, WEEKLY, MONTHLY, QUARTERLY, YEARLY])
@pytest.mark.parametrize("days", [0, 1, 3, 7, 30])
def test_r06_grace_is_never_longer_than_a_cycle_when_a_subscription_is_sold(shop, product, buyer, frequency, days):
    shop.rules(grace_days=days)
    pass_id = shop.buy(buyer, (product, shop.offer(product, frequency=frequency)))
    assert shop.state(pass_id, product).graceDays == min(days or 3, CYCLES[frequency] // DAY)


def test_r06_leaves_what_is_sold_as_it_is_when_grace_and_pausing_change(shop, product, buyer):
    pricing = shop.offer(product)
    shop.rules(grace_days=5, pausing=True)
    pass_id = shop.buy(buyer, (product, pricing))
    shop.rules(grace_days=30, pausing=False)
    state = shop.state(pass_id, product)
    assert (state.graceDays, state.pausable) == (5, True)
