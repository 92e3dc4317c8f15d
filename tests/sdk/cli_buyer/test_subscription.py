"""`passmanager subscription`: what each command does to the subscription, read from the chain."""

from datetime import datetime

import pytest

from passmanager.core.state import Status
from passmanager.demo.shop import ONE
from passmanager.specs import Currency, Flat, Frequency

DAY = 86_400
MONTH = 30 * DAY
TEN = 10 * ONE
PRICES = ((10**15, Frequency.MONTHLY), (10**16, Frequency.YEARLY))


@pytest.fixture
def team(town) -> int:
    """A pass of the buyer with ten seats and the monthly plan; PaymentEscrow may take 500 more tokens."""
    shop = town.shop
    cart = [f"{shop.seats}:{shop.seat_tiers}:10", f"{shop.plan}:{shop.monthly}"]
    pass_id = town.json("buyer", "purchase", "products", shop.org, *cart, "--approve", "exact")["passId"]
    town.allow("buyer", 500 * ONE)
    return pass_id


def moment(text):
    return datetime.fromisoformat(text).timestamp()


# --- reading


def test_subscription_is_shown_with_its_worth_and_its_renewal(town, membership):
    told = town.json("nobody", "subscription", "show", membership, town.shop.plan)
    item = town.item(membership, town.shop.plan)
    assert (told["status"], told["autoRenew"], told["usage"]) == ("active", True, False)
    assert (moment(told["end"]), moment(told["due"])) == (item.end, item.end)
    assert moment(told["tooLate"]) == item.end + 3 * DAY
    assert told["valueLeft"]["amount"] == "10"
    assert (told["renewal"], told["nextPrice"]) == ("the period has not ended yet", None)
    town.world.travel(31)
    told = town.json("nobody", "subscription", "show", membership, town.shop.plan)
    assert (told["status"], told["renewal"]) == ("past_due", "a renewal would go ahead")
    assert (told["nextPrice"]["amount"], told["payer"]) == ("10", town.wallet("buyer"))


def test_subscriptions_of_a_wallet_are_listed_without_one_time_products(town, team):
    shop = town.shop
    town.type("buyer", "purchase", "additional", team, f"{shop.handbook}:{shop.once}")
    told = town.json("nobody", "subscription", "list", town.wallet("buyer"))
    assert [(one["passId"], one["productId"], one["quantity"]) for one in told] == [
        (team, shop.seats, 10),
        (team, shop.plan, None),
    ]
    assert "Membership"[:8] in town.type("nobody", "subscription", "list", town.wallet("buyer")).stdout


def test_due_lists_what_anybody_could_renew(town, membership):
    plan = town.shop.plan
    assert town.json("nobody", "subscription", "due") == []
    (soon,) = town.json("nobody", "subscription", "due", "--within", 31)
    assert (soon["passId"], soon["renewal"]) == (membership, "the period has not ended yet")
    town.world.travel(31)
    (due,) = town.json("nobody", "subscription", "due")
    assert (due["passId"], due["productId"], due["holder"]) == (membership, plan, town.wallet("buyer"))
    assert (due["price"]["amount"], due["renewal"]) == ("10", "a renewal would go ahead")
    assert town.json("nobody", "subscription", "due", "--wallet", town.wallet("friend")) == []
    assert town.json("nobody", "subscription", "due", "--org", 9) == []
    assert len(town.json("nobody", "subscription", "due", "--org", 1, "--wallet", town.wallet("buyer"))) == 1
    town.world.travel(3)
    assert town.json("nobody", "subscription", "due") == []


@pytest.mark.parametrize(
    "words", [["cancel", "1", "{plan}"], ["auto-renew", "1", "{plan}", "--off"], ["pause", "1", "{plan}"]]
)
def test_due_leaves_out_what_its_holder_does_not_want_renewed(town, membership, words):
    town.type("buyer", "subscription", *(word.format(plan=town.shop.plan) for word in words))
    town.world.travel(31)
    assert town.json("nobody", "subscription", "due") == []


def test_due_leaves_out_burned_passes(town, membership):
    town.type("buyer", "pass", "burn", membership)
    town.world.travel(31)
    assert town.json("nobody", "subscription", "due") == []


# --- renewing


def test_holder_renews_early(town, membership):
    end = town.item(membership, town.shop.plan).end
    told = town.json("buyer", "subscription", "renew", membership, town.shop.plan)
    assert town.item(membership, town.shop.plan).end == end + MONTH
    (renewed,) = told["renewed"]
    assert (renewed["paid"]["baseUnits"], moment(renewed["end"])) == (TEN, end + MONTH)
    assert town.escrow() == 2 * TEN


def test_holder_approves_with_the_renewal_when_asked(town, team):
    town.allow("buyer", 3)
    words = ("subscription", "renew", team, town.shop.plan, town.shop.seats)
    said = town.refused("buyer", *words, by="InsufficientAllowance")
    assert "0.000003 DEMO of 50 DEMO" in said
    assert "have=3, need=50000000" in said
    told = town.json("buyer", *words, "--approve")
    assert [one["function"] for one in told["transactions"]] == [
        "ERC20.approve",
        "PurchaseManager.renewSubscriptionBatch",
    ]
    assert len(told["renewed"]) == 2
    assert town.allowed("buyer") == 0
    assert town.escrow() == 2 * 50 * ONE


def test_renewal_is_refused_with_both_numbers_when_the_wallet_is_empty(town, membership):
    town.token("buyer", "transfer", town.wallet("friend"), town.balance("buyer") - 5)
    words = ("subscription", "renew", membership, town.shop.plan)
    assert "have=5, need=10000000" in town.refused("buyer", *words, by="InsufficientBalance")


def test_stranger_renews_what_is_due_only(town, membership):
    words = ("subscription", "renew", membership, town.shop.plan)
    town.refused("stranger", *words, by="NotDue")
    town.world.travel(31)
    town.type("stranger", *words)
    assert town.escrow() == 2 * TEN


def test_organization_renews_for_nothing(town, membership):
    end = town.item(membership, town.shop.plan).end
    town.type("merchant", "subscription", "renew", membership, town.shop.plan, "--free")
    assert town.item(membership, town.shop.plan).end == end + MONTH
    assert town.escrow() == TEN


def test_all_that_is_due_is_renewed_by_a_stranger(town, membership, team):
    town.world.travel(31)
    told = town.json("stranger", "subscription", "renew-due")
    assert sorted((one["passId"], one["productId"]) for one in told["renewed"]) == [
        (membership, town.shop.plan),
        (team, town.shop.plan),
        (team, town.shop.seats),
    ]
    assert town.escrow() == 2 * (TEN + 50 * ONE)


def test_rest_is_named_when_some_cannot_be_renewed(town, membership, team):
    plan, seats = town.shop.plan, town.shop.seats
    town.type("buyer", "subscription", "auto-renew", team, seats, "--off")
    town.world.travel(31)
    pairs = [f"{membership}:{plan}", f"{team}:{seats}", f"77:{plan}"]
    told = town.json("stranger", "subscription", "renew-due", *pairs)
    assert [(one["passId"], one["productId"]) for one in told["renewed"]] == [(membership, plan)]
    assert told["transactions"][0]["arguments"]["leftOut"] == [
        f"pass {team} product {seats}: the holder did not agree to renewals by others",
        f"pass 77 product {plan}: the pass has no such subscription",
    ]


def test_reasons_are_named_when_nothing_can_be_renewed(town, membership):
    pair = f"{membership}:{town.shop.plan}"
    said = town.refused("stranger", "subscription", "renew-due", pair, by="NothingDue")
    assert "the period has not ended yet" in said
    assert "no subscription is due" in town.refused("stranger", "subscription", "renew-due", by="NothingDue")
    assert "BadPair" in town.type("stranger", "subscription", "renew-due", "1", code=2).stderr


# --- pausing and leaving


def test_time_left_is_kept_while_paused(town, team):
    shop = town.shop
    told = town.json("buyer", "subscription", "pause", team, shop.plan, shop.seats)
    assert told["transactions"][0]["function"] == "PurchaseManager.pauseSubscriptionBatch"
    assert [one["status"] for one in told["products"]] == ["paused", "paused"]
    left = town.item(team, shop.plan).seconds_left
    town.world.travel(100)
    assert town.item(team, shop.plan).seconds_left == left
    told = town.json("buyer", "subscription", "unpause", team, shop.plan)
    now = town.world.node.head().timestamp
    assert town.item(team, shop.plan).end == now + left
    assert town.item(team, shop.seats).paused


def test_access_runs_to_the_end_when_cancelled_and_nothing_is_charged(town, team):
    shop = town.shop
    town.type("buyer", "subscription", "cancel", team, shop.plan, shop.seats)
    assert [town.item(team, one).status for one in (shop.plan, shop.seats)] == [Status.CANCELLED] * 2
    told = town.json("buyer", "subscription", "uncancel", team, shop.seats)
    assert told["products"][0]["status"] == "active"
    assert [town.item(team, one).status for one in (shop.plan, shop.seats)] == [Status.CANCELLED, Status.ACTIVE]
    assert town.escrow() == 50 * ONE


def test_uncancelling_is_a_new_start_with_its_price_when_the_period_is_over(town, membership):
    plan = town.shop.plan
    town.type("buyer", "subscription", "cancel", membership, plan)
    town.world.travel(40)
    town.allow("buyer", 0)
    words = ("subscription", "uncancel", membership, plan)
    assert "have=0, need=10000000" in town.refused("buyer", *words, by="InsufficientAllowance")
    town.type("buyer", *words, "--approve")
    item = town.item(membership, plan)
    assert (item.status, item.end - item.start) == (Status.ACTIVE, MONTH)
    assert town.escrow() == 2 * TEN


def test_subscription_is_over_at_once_when_it_is_ended(town, membership):
    assert "without a refund" in town.type("buyer", "subscription", "end", membership, town.shop.plan).stdout
    assert town.item(membership, town.shop.plan).status == Status.EXPIRED
    assert town.escrow() == TEN


def test_consent_is_taken_back_and_given(town, membership):
    plan = town.shop.plan
    for option, agreed in ("--off", False), ("--on", True):
        told = town.json("buyer", "subscription", "auto-renew", membership, plan, option)
        assert told["products"][0]["autoRenew"] is agreed
        assert town.item(membership, plan).auto_renew is agreed


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["pause", "1", "2"], "NotPassHolder"),
        (["cancel", "1", "2"], "NotAuthorized"),
        (["end", "1", "2"], "NotPassHolder"),
        (["auto-renew", "1", "2", "--off"], "NotPassHolder"),
        (["change-pricing", "1", "2", "3"], "NotPassHolder"),
        (["renew", "1", "2", "--free"], "NotAuthorized"),
        (["show", "1", "4"], "NoSuchItem"),
        (["show", "9", "2"], "NoSuchPass"),
    ],
)
def test_command_is_refused_by_name_when_a_stranger_tries(town, membership, words, name):
    who = "nobody" if words[0] == "show" else "stranger"
    town.refused(who, "subscription", *words, by=name)


# --- changing


def test_value_left_counts_when_the_pricing_changes(town, membership):
    shop = town.shop
    words = ("subscription", "change-pricing", membership, shop.plan, shop.yearly)
    said = town.refused("buyer", *words, by="InsufficientAllowance")
    assert "20 DEMO of 9" in said
    town.world.node.request("evm_setNextBlockTimestamp", town.world.node.head().timestamp + 600)  # the approval's
    told = town.json("buyer", *words, "--approve")
    item = town.item(membership, shop.plan)
    assert (item.pricing_id, item.end - item.start) == (shop.yearly, 365 * DAY)
    lost = told["paid"]["baseUnits"] - 90 * ONE
    assert 600 * TEN // MONTH <= lost <= 900 * TEN // MONTH
    assert town.allowed("buyer") + lost == -(-900 * TEN // MONTH)
    assert town.escrow() == TEN + told["paid"]["baseUnits"]


def test_units_cost_what_is_left_of_the_period_when_the_quantity_grows(town, team):
    shop = town.shop
    told = town.json("buyer", "subscription", "change-quantity", team, shop.seats, 20)
    assert (told["quantity"], town.item(team, shop.seats).quantity) == (20, 20)
    assert 40 * ONE <= told["paid"]["baseUnits"] <= 40 * ONE + 900 * 40 * ONE // MONTH


def test_organization_adds_units_for_nothing(town, team):
    shop = town.shop
    told = town.json("merchant", "subscription", "change-quantity", team, shop.seats, 20, "--free")
    assert (told["paid"]["baseUnits"], town.item(team, shop.seats).quantity) == (0, 20)


def test_native_subscriptions_are_paid_with_the_call(town):
    """A plan in the native coin: bought, renewed, changed, restarted."""
    shop = town.shop
    product, monthly, yearly = native_plan(town)
    town.type("buyer", "purchase", "products", shop.org, f"{product}:{monthly}")
    told = town.json("buyer", "subscription", "renew", 1, product)
    assert told["transactions"][0]["valueWei"] == 10**15
    town.type("buyer", "subscription", "change-pricing", 1, product, yearly)
    assert town.escrow(f"0x{0:040x}") < 10**16 + 10**12  # what was sent above the price came back
    town.type("buyer", "subscription", "cancel", 1, product)
    town.world.travel(370)
    town.type("buyer", "subscription", "uncancel", 1, product)
    item = town.item(1, product)
    assert (item.pricing_id, item.status) == (yearly, Status.ACTIVE)
    assert town.escrow(f"0x{0:040x}") >= 2 * 10**16


def native_plan(town):
    merchant, org = town.client("merchant"), town.shop.org
    product = merchant.merchant.create_product(org, "Native plan").id
    specs = [Flat(currency=Currency(), price=price, frequency=every) for price, every in PRICES]
    pricings = [merchant.merchant.create_pricing(org, spec).id for spec in specs]
    merchant.catalog.link_pricings(org, product_id=product, pricing_ids=pricings, linked=True)
    return product, *pricings


def test_all_are_renewed_and_told_when_they_need_several_transactions(town):
    shop, count = town.shop, 45
    town.client("merchant").manager.airdrop_products(
        shop.org,
        recipients=[town.wallet("buyer")] * count,
        product_ids=[shop.plan],
        pricing_ids=[shop.monthly],
        quantities=[0],
        order_reference=bytes(32),
    )
    town.allow("buyer", 900 * ONE)
    for pass_id in range(1, count + 1):
        town.client("buyer").manager.set_auto_renew(pass_id, shop.plan, auto_renew=True)
    town.world.travel(31)
    told = town.json("stranger", "subscription", "renew-due")
    assert len(told["transactions"]) == 2
    assert sorted(one["passId"] for one in told["renewed"]) == list(range(1, count + 1))
    assert town.escrow() == count * TEN
