"""`passmanager coupon`: what it sets is on the chain afterwards."""

from datetime import UTC, datetime

import pytest

from passmanager.specs import FOR_EVER, coupon_hash


@pytest.fixture
def spring(desk, org) -> int:
    words = ("--percent", "12.5", "--until", "2030-01-31", "--max-redemptions", 100, "--renewals", 2)
    return desk("coupon", "create", org, "SPRING", *words, "--product", 1, "--product", 2)["couponId"]


def found(town, org, code="SPRING"):
    return town.client.promotions.coupon_of(org, coupon_hash(org, code))


def test_coupon_has_the_terms_that_were_typed(spring, town, org):
    one = found(town, org)
    assert (one.coupon_id, one.limited, one.redeemed) == (spring, True, 0)
    assert (one.terms.bps, one.terms.max_redemptions, one.terms.renewals) == (1_250, 100, 2)
    assert one.terms.expiry == datetime(2030, 1, 31, tzinfo=UTC).timestamp()
    assert (one.terms.once_per_wallet, one.terms.first_pass_only, one.terms.restricted) == (False, False, False)


def test_switches_of_a_coupon_are_on_when_they_are_given(desk, org, town):
    desk("org", "rules", org, "--count-passes")
    switches = ("--once-per-wallet", "--first-pass-only", "--restricted", "--renewals", "all")
    desk("coupon", "create", org, "VIP", "--percent", 100, *switches)
    one = found(town, org, "VIP")
    assert (one.terms.bps, one.terms.expiry, one.terms.renewals, one.limited) == (10_000, 0, FOR_EVER, False)
    assert (one.terms.once_per_wallet, one.terms.first_pass_only, one.terms.restricted) == (True, True, True)


def test_code_itself_is_not_in_the_transaction(desk, org, town):
    made = desk("coupon", "create", org, "SECRETCODE", "--percent", 5)
    sent = town.world.node.request("eth_getTransactionByHash", made["transactionHash"])
    assert b"SECRETCODE" not in bytes.fromhex(sent["input"][2:])


def test_edit_changes_what_is_given_and_keeps_the_rest(desk, spring, town, org):
    desk("coupon", "edit", spring, "--max-redemptions", 5)
    before = found(town, org).terms
    desk("coupon", "edit", spring, "--until", "2031-06-01T12:00:00+02:00")
    after = found(town, org).terms
    assert (before.max_redemptions, before.expiry) == (5, datetime(2030, 1, 31, tzinfo=UTC).timestamp())
    assert (after.max_redemptions, after.expiry) == (5, datetime(2031, 6, 1, 10, tzinfo=UTC).timestamp())
    assert after.active


def test_paused_coupon_is_resumed(desk, spring, town, org):
    desk("coupon", "pause", spring)
    assert found(town, org).terms.active is False
    desk("coupon", "resume", spring)
    assert found(town, org).terms.active is True
    assert found(town, org).terms.max_redemptions == 100


def test_never_takes_the_end_away(desk, spring, town, org):
    desk("coupon", "edit", spring, "--until", "never")
    assert found(town, org).terms.expiry == 0


def test_list_and_show_tell_the_terms(desk, spring, org):
    (row,) = desk("coupon", "list", org)
    shown = desk("coupon", "show", org, "SPRING")
    assert (row["couponId"], row["percent"], row["until"], row["productIds"]) == (
        spring,
        1_250,
        "2030-01-31T00:00:00Z",
        [1, 2],
    )
    assert (shown["couponId"], shown["percent"], shown["renewals"], shown["limitedToProducts"]) == (
        spring,
        1_250,
        2,
        True,
    )


def test_access_list_says_who_may_redeem(desk, spring, town):
    friend, collector = town.address("friend"), town.address("collector")
    desk("coupon", "access", "add", spring, friend, collector)
    desk("coupon", "access", "remove", spring, friend)
    assert desk("coupon", "access", "list", spring) == [{"couponId": spring, "wallet": collector}]


def test_code_that_is_there_already_is_refused(desk, spring, org):
    desk.refused("CouponExists", "coupon", "create", org, "SPRING", "--percent", 5)


def test_coupon_of_nothing_is_refused(desk, org):
    desk.refused("InvalidBasisPoints", "coupon", "create", org, "NONE", "--percent", 0)


@pytest.mark.parametrize("words", [("show", 1, "NOPE"), ("edit", 77, "--paused"), ("pause", 77)])
def test_unknown_coupon_is_named(desk, org, words):
    desk.refused("NoSuchCoupon" if words[0] == "show" else "UnknownCoupon", "coupon", *words)


@pytest.mark.parametrize("typed", ["soon", "2030-13-01", "31.01.2030", "+xd"])
def test_date_of_another_form_is_wrong_usage(desk, org, typed):
    desk.misused("BadDate", "coupon", "create", org, "X", "--percent", 5, "--until", typed)


@pytest.mark.parametrize("typed", ["half", "101", "12.345", "-1"])
def test_percentage_of_another_form_is_wrong_usage(desk, org, typed):
    desk.misused("BadPercent", "coupon", "create", org, "X", "--percent", typed)


@pytest.mark.parametrize("typed", ["some", "255", "-1"])
def test_renewals_of_another_form_are_wrong_usage(desk, org, typed):
    desk.misused("BadRenewals", "coupon", "create", org, "X", "--percent", 5, "--renewals", typed)


def test_more_products_than_a_coupon_takes_are_wrong_usage(desk, org):
    words = [word for number in range(1, 66) for word in ("--product", number)]
    desk.misused("65 products are given, a coupon takes 64", "coupon", "create", org, "X", "--percent", 5, *words)
