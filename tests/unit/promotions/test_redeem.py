"""`apply` and `quoteApply` with a coupon; the fixture `apply` asks for both and compares."""

import boa
import pytest

from tests.support.shop import events
from tests.support.system import refused

NOW = 4_000_000_000  # later than any block of the tests


def redeemed(promotions, org_id) -> int:
    return promotions.couponOf(org_id, promotions.couponHash(org_id, "SAVE")).redeemed


def test_terms_of_the_coupon_apply(promotions, create_coupon, apply, org_id):
    create_coupon(bps=1_234, renewals=7)
    applied = apply(product_ids=(5, 6, 7))
    assert tuple(applied) == (0, 1_234, 7, 0b111)
    assert redeemed(promotions, org_id) == 1


def test_event_has_all_of_it(promotions, create_coupon, apply, org_id, buyer):
    coupon_id = create_coupon(bps=1_234, renewals=255, products=(6, 8))
    apply(product_pass_id=77, product_ids=(5, 6, 7, 8))
    (event,) = events(promotions, "CouponRedeemed")
    assert (event.orgId, event.couponId, event.productPassId) == (org_id, coupon_id, 77)
    assert (event.wallet, event.bps, event.renewals, event.lineMask) == (buyer, 1_234, 255, 0b1010)


def test_nothing_applies_when_there_is_no_code(promotions, apply):
    assert tuple(apply(code="")) == (0, 0, 0, 0)
    assert not promotions.get_logs()


def test_all_24_lines_get_it(create_coupon, apply):
    create_coupon()
    assert apply(product_ids=tuple(range(1, 25))).couponLines == 2**24 - 1


def test_quote_changes_nothing(promotions, create_coupon, cart, org_id):
    create_coupon(once_per_wallet=True, max_redemptions=1)
    for _ in range(2):
        promotions.quoteApply(cart.abi())
    assert redeemed(promotions, org_id) == 0


def test_refused_when_not_called_by_purchase_manager(promotions, create_coupon, cart, promoter, org_owner, outsiders):
    create_coupon()
    for caller in {promoter, org_owner, *outsiders} - {outsiders[3]}:
        with refused(promotions, "NotSystemContract(address)", caller):
            promotions.apply(cart.abi(), sender=caller)


@pytest.mark.parametrize("code", ["SAVE", "save", "SAVE ", "x"])
def test_refused_when_there_is_no_such_code(promotions, create_coupon, apply, org_id, code):
    create_coupon("Save")
    with refused(promotions, "NoSuchCoupon(uint256,bytes32)", org_id, promotions.couponHash(org_id, code)):
        apply(code=code)


def test_refused_when_the_code_is_another_organizations(promotions, create_coupon, apply, other_org_id):
    create_coupon()
    key = promotions.couponHash(other_org_id, "SAVE")
    with refused(promotions, "NoSuchCoupon(uint256,bytes32)", other_org_id, key):
        apply(org_id=other_org_id)


def test_refused_when_switched_off(promotions, create_coupon, apply, promoter):
    coupon_id = create_coupon(active=False)
    with refused(promotions, "CouponInactive(uint256)", coupon_id):
        apply()
    promotions.setCoupon(coupon_id, True, 0, 0, sender=promoter)
    apply()


@pytest.mark.parametrize(("late", "valid"), [(-1, True), (0, False), (1, False)])
def test_valid_while_now_is_before_the_expiry(promotions, create_coupon, apply, late, valid):
    coupon_id = create_coupon(expiry=NOW)
    boa.env.timestamp = NOW + late
    if valid:
        apply()
    else:
        with refused(promotions, "CouponExpired(uint256,uint256)", coupon_id, NOW):
            apply()


def test_refused_when_used_up(promotions, create_coupon, apply, org_id, promoter):
    coupon_id = create_coupon(max_redemptions=2)
    apply(product_ids=(1, 2, 3))  # one cart, one redemption
    apply()
    with refused(promotions, "CouponUsedUp(uint256,uint256)", coupon_id, 2):
        apply()
    promotions.setCoupon(coupon_id, True, 0, 1, sender=promoter)
    with refused(promotions, "CouponUsedUp(uint256,uint256)", coupon_id, 1):
        apply()
    promotions.setCoupon(coupon_id, True, 0, 0, sender=promoter)
    apply()
    assert redeemed(promotions, org_id) == 3


def test_refused_when_the_wallet_has_used_it(promotions, create_coupon, apply, buyer, other_buyer):
    coupon_id = create_coupon(once_per_wallet=True)
    apply()
    with refused(promotions, "CouponAlreadyRedeemed(uint256,address)", coupon_id, buyer):
        apply()
    apply(caller=other_buyer)


def test_wallet_redeems_again_when_the_coupon_is_not_once_per_wallet(create_coupon, apply):
    create_coupon()
    apply()
    apply()


# --- first pass ------------------------------------------------------------------------------------


def test_refused_when_the_pass_is_not_new(promotions, shop, create_coupon, apply):
    shop.rules(count_passes=True)
    coupon_id = create_coupon(first_pass_only=True)
    with refused(promotions, "CouponFirstPassOnly(uint256)", coupon_id):
        apply(new_pass=False)


def test_refused_when_passes_are_not_counted(promotions, create_coupon, apply, org_id):
    create_coupon(first_pass_only=True)
    with refused(promotions, "PassesNotCounted(uint256)", org_id):
        apply()


def test_first_pass_gets_it_and_the_second_does_not(
    promotions, shop, create_coupon, apply, buy_pass, buyer, other_buyer
):
    shop.rules(count_passes=True)
    coupon_id = create_coupon(first_pass_only=True)
    apply()
    buy_pass(buyer)
    with refused(promotions, "CouponFirstPassOnly(uint256)", coupon_id):
        apply()
    apply(caller=other_buyer)


def test_passes_are_counted_too_when_there_is_a_limit(shop, create_coupon, apply):
    shop.rules(max_passes=5)
    create_coupon(first_pass_only=True)
    apply()


def test_additional_purchase_takes_an_ordinary_coupon(create_coupon, apply):
    create_coupon()
    assert apply(new_pass=False).couponBps == 1_000


# --- restricted, limited ---------------------------------------------------------------------------


def test_w37_restricted_coupon_is_out_of_reach_of_other_wallets(promotions, create_coupon, apply, promoter, buyer):
    """Whoever makes a thousand wallets redeems nothing with them: the list decides, not the code."""
    coupon_id = create_coupon(restricted=True, once_per_wallet=True)
    promotions.setCouponAccess(coupon_id, [buyer], True, sender=promoter)
    for wallet in (boa.env.generate_address() for _ in range(20)):
        with refused(promotions, "CouponRestricted(uint256,address)", coupon_id, wallet):
            apply(caller=wallet)
    apply()
    with refused(promotions, "CouponAlreadyRedeemed(uint256,address)", coupon_id, buyer):
        apply()


def test_refused_when_the_wallet_was_taken_off_the_list(promotions, create_coupon, apply, promoter, buyer):
    coupon_id = create_coupon(restricted=True)
    promotions.setCouponAccess(coupon_id, [buyer], True, sender=promoter)
    apply()
    promotions.setCouponAccess(coupon_id, [buyer], False, sender=promoter)
    with refused(promotions, "CouponRestricted(uint256,address)", coupon_id, buyer):
        apply()


def test_refused_when_no_line_fits(promotions, create_coupon, apply):
    coupon_id = create_coupon(products=(8, 9))
    with refused(promotions, "CouponNotForTheseProducts(uint256)", coupon_id):
        apply(product_ids=(1, 2))


@pytest.mark.parametrize(("products", "mask"), [((9,), 0b1), ((1, 9), 0b10), ((8, 1, 9), 0b101)])
def test_only_lines_that_fit_get_it(create_coupon, apply, products, mask):
    create_coupon(products=(8, 9))
    assert apply(product_ids=products).couponLines == mask


# --- the order of the refusals, and W16 ------------------------------------------------------------


def test_first_refusal_is_named_when_several_apply(promotions, shop, create_coupon, apply, buy_pass, promoter, buyer):
    """Each step mends what was refused; what comes next had been wrong all the time."""
    flags = {"once_per_wallet": True, "first_pass_only": True, "restricted": True}
    coupon_id = create_coupon(**flags, products=(9,))
    shop.rules(count_passes=True)
    promotions.setCouponAccess(coupon_id, [buyer], True, sender=promoter)
    apply(product_ids=(9,))
    buy_pass(buyer)
    promotions.setCouponAccess(coupon_id, [buyer], False, sender=promoter)

    promotions.setCoupon(coupon_id, False, 1, 1, sender=promoter)
    with refused(promotions, "CouponInactive(uint256)", coupon_id):
        apply()
    promotions.setCoupon(coupon_id, True, 1, 1, sender=promoter)
    with refused(promotions, "CouponExpired(uint256,uint256)", coupon_id, 1):
        apply()
    promotions.setCoupon(coupon_id, True, 0, 1, sender=promoter)
    with refused(promotions, "CouponUsedUp(uint256,uint256)", coupon_id, 1):
        apply()
    promotions.setCoupon(coupon_id, True, 0, 0, sender=promoter)
    with refused(promotions, "CouponAlreadyRedeemed(uint256,address)", coupon_id, buyer):
        apply()
    with refused(promotions, "CouponFirstPassOnly(uint256)", coupon_id):
        apply(caller=promoter, new_pass=False)
    with refused(promotions, "CouponRestricted(uint256,address)", coupon_id, promoter):
        apply(caller=promoter)
    promotions.setCouponAccess(coupon_id, [promoter], True, sender=promoter)
    with refused(promotions, "CouponNotForTheseProducts(uint256)", coupon_id):
        apply(caller=promoter)


def test_w16_a_code_acts_on_its_own_cart_only(promotions, create_coupon, apply):
    """Nothing stays with a wallet: the next cart without a code has no coupon, and is not refused either."""
    create_coupon(once_per_wallet=True)
    assert apply().couponBps == 1_000
    assert tuple(apply(code="")) == (0, 0, 0, 0)


def test_w16_a_code_is_checked_whatever_the_total(promotions, create_coupon, apply):
    """Promotions is not told the total at all, so an expired code cannot pass in a free cart."""
    coupon_id = create_coupon(expiry=1)
    with refused(promotions, "CouponExpired(uint256,uint256)", coupon_id, 1):
        apply()


def test_r20_rate_and_duration_stay_when_a_coupon_is_changed(promotions, create_coupon, apply, promoter):
    coupon_id = create_coupon(bps=5_000, renewals=255)
    before = apply()
    promotions.setCoupon(coupon_id, True, 2**40 - 1, 10, sender=promoter)
    assert tuple(apply()) == tuple(before)
