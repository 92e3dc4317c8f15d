"""The keeper's batch: each pair has its own outcome, and none stops another."""

import pytest

from tests.support.bad_tokens import Move, Read, deploy_huge
from tests.support.offers import CAP, MONTH_PRICE, make_offer
from tests.support.shop import ACTIVE, CYCLES, FLAT, MONTHLY, events, now, only_event, travel
from tests.support.system import partial, refused

MONTH = CYCLES[MONTHLY]
RENEWED, NOT_DUE, IS_CANCELLED, IS_PAUSED, NO_CONSENT, PAST_GRACE, RETIRED, CAP_EXCEEDED = range(8)
ALLOWANCE, BALANCE, NATIVE_COIN, TOKEN_FAILED, NO_SUBSCRIPTION = range(8, 13)
EVENTFUL = (RETIRED, CAP_EXCEEDED, ALLOWANCE, BALANCE, TOKEN_FAILED)


@pytest.fixture
def renew_all(manager, keeper):
    """The batch by a stranger; its outcomes."""

    def call(*pairs, by=keeper, **options):
        return manager.renewSubscriptions(*map(list, zip(*pairs, strict=True)), sender=by, **options)

    return call


@pytest.fixture
def bad_offer(shop, system, buyer):
    """Monthly in a token that behaves until told otherwise; the buyer has plenty of it."""
    bad = partial("mocks/MockBadToken").deploy()
    bad.mint(buyer, 10**12)
    bad.approve(system.escrow.address, 10**12, sender=buyer)
    return bad, make_offer(shop, FLAT, MONTHLY, price=MONTH_PRICE, token=bad.address)


# --- one outcome after the other: each makes a pair ---


def due(shop, buyer, offer):
    pass_id = shop.buy(buyer, offer.line)
    travel(days=31)
    return pass_id, offer.product


def not_due(shop, buyer, offer):
    return shop.buy(buyer, offer.line), offer.product


def cancelled(shop, buyer, offer):
    pass_id = shop.buy(buyer, offer.line)
    shop.system.manager.cancelSubscription(pass_id, offer.product, True, sender=buyer)
    travel(days=31)
    return pass_id, offer.product


def paused(shop, buyer, offer):
    return shop.buy(buyer, offer.line, pause=True), offer.product


def without_consent(shop, buyer, offer):
    pass_id = shop.buy(buyer, offer.line, to=shop.system.person("friend"))
    travel(days=31)
    return pass_id, offer.product


def past_grace(shop, buyer, offer):
    pass_id = shop.buy(buyer, offer.line)
    travel(days=33)
    return pass_id, offer.product


def retired(shop, buyer, offer):
    pair = due(shop, buyer, offer)
    shop.flags(offer.pricing, retired=True)
    return pair


def no_allowance(shop, buyer, offer):
    pair = due(shop, buyer, offer)
    shop.system.token.approve(shop.system.escrow.address, MONTH_PRICE - 1, sender=buyer)
    return pair


def no_balance(shop, buyer, offer):
    pair = due(shop, buyer, offer)
    token = shop.system.token
    token.transfer(shop.merchant, token.balanceOf(buyer) - MONTH_PRICE + 1, sender=buyer)
    return pair


def no_pass(shop, buyer, offer):
    return 10**9, offer.product


def no_item(shop, buyer, offer):
    return shop.buy(buyer, offer.line), 10**9


def burned(shop, buyer, offer):
    pair = due(shop, buyer, offer)
    shop.system.product_pass.burn(pair[0], sender=buyer)
    return pair


OUTCOMES = [
    (due, RENEWED),
    (not_due, NOT_DUE),
    (cancelled, IS_CANCELLED),
    (paused, IS_PAUSED),
    (without_consent, NO_CONSENT),
    (past_grace, PAST_GRACE),
    (retired, RETIRED),
    (no_allowance, ALLOWANCE),
    (no_balance, BALANCE),
    (no_pass, NO_SUBSCRIPTION),
    (no_item, NO_SUBSCRIPTION),
    (burned, NO_SUBSCRIPTION),
]


@pytest.mark.parametrize(("make", "outcome"), OUTCOMES)
def test_outcome_is_told_when_tried(shop, manager, buyer, monthly, renew_all, make, outcome):
    pair = make(shop, buyer, monthly)
    word = manager.stateOf(*pair)
    outcomes, failures = renew_all(pair), events(manager, "RenewalFailed")
    assert outcomes == [outcome]
    told = [(event.productPassId, event.productId, event.reason) for event in failures]
    assert told == ([(*pair, outcome)] if outcome in EVENTFUL else [])
    assert (manager.stateOf(*pair) != word) == (outcome == RENEWED)


@pytest.fixture
def too_much_used(shop, manager, buyer, metered):
    """A bill of 200 against a cap of 199."""
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, 199, sender=buyer)
    shop.record(metered.meter, pass_id, 20)
    travel(days=31)
    return pass_id, metered.product


def test_outcome_is_7_when_the_bill_is_above_the_cap(manager, renew_all, too_much_used):
    assert renew_all(too_much_used) == [CAP_EXCEEDED]
    event = only_event(manager, "RenewalFailed")
    assert (event.productPassId, event.productId, event.reason) == (*too_much_used, CAP_EXCEEDED)


def test_outcome_is_10_when_coins_are_due(shop, manager, stranger, coin_monthly, renew_all):
    pass_id = shop.buy(stranger, coin_monthly.line, value=MONTH_PRICE)
    travel(days=31)
    assert renew_all((pass_id, coin_monthly.product)) == [NATIVE_COIN]
    assert manager.get_logs() == []


def test_renewed_when_coins_would_be_due_but_nothing_was_used(shop, stranger, coin_metered, renew_all):
    pass_id = shop.buy(stranger, coin_metered.line)
    travel(days=31)
    assert renew_all((pass_id, coin_metered.product)) == [RENEWED]


def test_outcome_is_12_when_it_is_a_one_time_product(shop, buyer, license_offer, renew_all):
    assert renew_all((shop.buy(buyer, license_offer.line), license_offer.product)) == [NO_SUBSCRIPTION]


BAD_HABITS = [
    Move.SAYS_FALSE,
    Move.MOVES_SAYS_FALSE,
    Move.SAYS_TWO,
    Move.SHORT_ANSWER,
    Move.FEE_ON_TRANSFER,
    Move.BACKWARDS,
    Move.MOVES_NOTHING,
    Move.REVERTS,
    Move.BURNS_ALL_GAS,
]


@pytest.mark.parametrize("habit", BAD_HABITS)
def test_outcome_is_11_and_nothing_moves_when_the_token_fails(shop, manager, buyer, bad_offer, renew_all, habit):
    bad, offer = bad_offer
    pair = due(shop, buyer, offer)
    word, balance = manager.stateOf(*pair), bad.balances(buyer)
    bad.behave(habit, Read.WELL, 0, 0)
    assert renew_all(pair) == [TOKEN_FAILED]
    assert only_event(manager, "RenewalFailed").reason == TOKEN_FAILED
    assert (manager.stateOf(*pair), bad.balances(buyer)) == (word, balance)


@pytest.mark.parametrize("habit", [Move.NO_ANSWER, Move.LONG_ANSWER, Move.ARRIVES_MORE, Move.BURNS_SOME_GAS])
def test_renewed_when_the_token_is_odd_but_pays(shop, buyer, bad_offer, renew_all, habit):
    bad, offer = bad_offer
    pair = due(shop, buyer, offer)
    row = shop.balance(bad.address)
    bad.behave(habit, Read.WELL, 0, 100_000)
    assert renew_all(pair) == [RENEWED]
    assert shop.balance(bad.address) - row == MONTH_PRICE


@pytest.mark.parametrize("reading", [Read.REVERT, Read.SHORT, Read.BURN])
def test_outcome_is_11_when_the_token_tells_no_balance(shop, buyer, bad_offer, renew_all, reading):
    bad, offer = bad_offer
    pair = due(shop, buyer, offer)
    bad.behave(Move.GOOD, reading, 0, 0)
    assert renew_all(pair) == [TOKEN_FAILED]


def test_renewed_once_when_the_token_calls_back(shop, manager, system, buyer, bad_offer, renew_all):
    """A token that renews the same pair from inside its own transfer."""
    bad, offer = bad_offer
    pair = due(shop, buyer, offer)
    bad.callBack(system.manager.address, manager.renewSubscriptions.prepare_calldata([pair[0]], [pair[1]]))
    bad.behave(Move.REENTERS, Read.WELL, 0, 0)
    row = shop.balance(bad.address)
    assert renew_all(pair) == [RENEWED]
    assert (bad.calls(), bad.succeeded()) == (1, 0)
    assert shop.balance(bad.address) - row == MONTH_PRICE


# --- many pairs ---


@pytest.mark.parametrize("habit", [Move.REVERTS, Move.SAYS_FALSE, Move.BURNS_ALL_GAS, Move.REENTERS])
def test_bad_token_stops_nobody_when_in_the_middle(shop, system, buyer, friend, monthly, bad_offer, renew_all, habit):
    bad, offer = bad_offer
    first, middle, last = (shop.buy(buyer, o.line) for o in (monthly, offer, monthly))
    other = shop.buy(friend, monthly.line)
    travel(days=31)
    bad.callBack(system.manager.address, b"\x12\x34\x56\x78")
    bad.behave(habit, Read.WELL, 0, 0)
    pairs = [(first, monthly.product), (middle, offer.product), (last, monthly.product), (other, monthly.product)]
    assert renew_all(*pairs) == [0, RENEWED if habit == Move.REENTERS else TOKEN_FAILED, 0, 0]
    assert [shop.state(pass_id, monthly.product).status for pass_id in (first, last, other)] == [ACTIVE] * 3


@pytest.mark.parametrize("reverting", [False, True])
def test_huge_answer_stops_nobody_when_in_the_middle(shop, buyer, monthly, renew_all, reverting):
    """A token whose answers are a million bytes; it cannot be bought with, so its item is airdropped."""
    token = deploy_huge(200_000, reverting=reverting)
    offer = make_offer(shop, FLAT, MONTHLY, price=MONTH_PRICE, token=token)
    first, last = (shop.buy(buyer, monthly.line) for _ in range(2))
    middle = shop.airdrop([buyer], offer.line)
    shop.system.manager.setAutoRenew(middle, offer.product, True, sender=buyer)
    travel(days=31)
    pairs = [(first, monthly.product), (middle, offer.product), (last, monthly.product)]
    assert renew_all(*pairs) == [RENEWED, TOKEN_FAILED, RENEWED]


def test_all_kinds_go_together_when_in_one_batch(shop, buyer, friend, monthly, too_much_used, renew_all):
    good = shop.buy(buyer, monthly.line)
    poor = shop.buy(friend, monthly.line)
    ended = shop.buy(buyer, monthly.line)
    shop.system.manager.cancelSubscription(ended, monthly.product, True, sender=buyer)
    travel(days=31)
    shop.system.token.approve(shop.system.escrow.address, 0, sender=friend)
    pairs = [(pass_id, monthly.product) for pass_id in (good, poor, ended)]
    expected = [RENEWED, ALLOWANCE, IS_CANCELLED, PAST_GRACE, NO_SUBSCRIPTION]
    assert renew_all(*pairs, too_much_used, (10**9, 1)) == expected


def test_pair_is_renewed_once_when_named_twice(shop, buyer, token, monthly, renew_all):
    pair = due(shop, buyer, monthly)
    before = token.balanceOf(buyer)
    assert renew_all(pair, pair) == [RENEWED, NOT_DUE]
    assert before - token.balanceOf(buyer) == MONTH_PRICE


def test_first_come_is_renewed_when_the_wallet_has_enough_for_one(shop, system, token, buyer, monthly, renew_all):
    passes = [shop.buy(buyer, monthly.line) for _ in range(2)]
    travel(days=31)
    token.approve(system.escrow.address, MONTH_PRICE, sender=buyer)
    assert renew_all(*[(pass_id, monthly.product) for pass_id in passes]) == [RENEWED, ALLOWANCE]


def test_passes_of_several_organizations_are_renewed_when_in_one_batch(shop, rival, buyer, monthly, renew_all):
    offer = make_offer(rival, FLAT, MONTHLY, price=7)
    pairs = [(shop.buy(buyer, monthly.line), monthly.product), (rival.buy(buyer, offer.line), offer.product)]
    travel(days=31)
    before = shop.balance(), rival.balance()
    assert renew_all(*pairs) == [RENEWED, RENEWED]
    assert (shop.balance() - before[0], rival.balance() - before[1]) == (MONTH_PRICE, 7)


def test_events_tell_all_when_renewed(shop, manager, buyer, token, monthly, renew_all):
    end = now() + MONTH
    pair = due(shop, buyer, monthly)
    assert renew_all(pair) == [RENEWED]
    event, state = only_event(manager, "SubscriptionRenewed"), only_event(manager, "SubscriptionStateChanged")
    assert (event.orgId, event.productPassId, event.productId) == (shop.org, *pair)
    assert (event.payer, event.token, event.amountPaid) == (buyer, token.address, MONTH_PRICE)
    assert (event.periodStart, event.periodEnd) == (end, end + MONTH)
    assert (state.productPassId, state.productId, state.state) == (*pair, manager.stateOf(*pair))


def test_bill_and_fee_are_taken_when_usage_is_due(shop, system, manager, buyer, stranger, metered, renew_all):
    manager.announceFee(500, stranger, sender=system.owner)
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 20)
    travel(days=30)
    assert renew_all((pass_id, metered.product)) == [RENEWED]
    paid = only_event(manager, "PaymentReceived")
    assert (paid.amount, paid.fee, paid.payer) == (200, 10, buyer)
    assert only_event(manager, "UsageBilled").amount == 200


def test_holder_is_anybody_when_he_uses_the_batch(shop, buyer, monthly, renew_all):
    pair = not_due(shop, buyer, monthly)
    assert renew_all(pair, by=buyer) == [NOT_DUE]


def test_renewed_when_purchases_are_paused(shop, system, manager, buyer, monthly, renew_all):
    pair = due(shop, buyer, monthly)
    manager.pausePurchases(sender=system.owner)
    assert renew_all(pair) == [RENEWED]


# --- refusals of the whole call ---


def test_refused_when_the_lists_are_empty_or_differ(manager, keeper):
    with refused(manager, "EmptyList()"):
        manager.renewSubscriptions([], [], sender=keeper)
    with refused(manager, "EmptyList()"):
        manager.renewSubscriptions([], [1], sender=keeper)
    with refused(manager, "LengthMismatch()"):
        manager.renewSubscriptions([1, 2], [1], sender=keeper)


def test_hundred_pairs_are_taken_when_at_the_limit(shop, manager, friend, monthly, renew_all):
    first = shop.airdrop([friend] * 100, monthly.line)
    assert manager.maxBatch() == 100
    assert renew_all(*[(first + i, monthly.product) for i in range(100)]) == [NOT_DUE] * 100
