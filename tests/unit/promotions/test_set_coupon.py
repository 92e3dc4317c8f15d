import pytest

from tests.support.shop import PROMOTIONS, events
from tests.support.system import refused
from tests.unit.promotions.conftest import Terms


def test_three_fields_change_and_nothing_else(promotions, create_coupon, apply, promoter, org_id):
    terms = Terms(777, 0, 3, 9, once_per_wallet=True)
    coupon_id = create_coupon(products=(1,), **vars(terms))
    apply()
    promotions.setCoupon(coupon_id, False, 10**10, 2**32 - 1, sender=promoter)
    coupon = promotions.couponOf(org_id, promotions.couponHash(org_id, "SAVE"))
    assert (coupon.couponId, coupon.redeemed, coupon.limited) == (coupon_id, 1, True)
    assert tuple(coupon.terms) == (777, 10**10, 2**32 - 1, 9, True, False, False, False)


def test_event_has_the_new_values(promotions, create_coupon, promoter):
    coupon_id = create_coupon()
    promotions.setCoupon(coupon_id, False, 10**10, 5, sender=promoter)
    (event,) = events(promotions, "CouponSet")
    assert (event.couponId, event.active, event.expiry, event.maxRedemptions) == (coupon_id, False, 10**10, 5)


def test_refused_when_the_caller_has_no_role(promotions, create_coupon, org_id, outsiders):
    coupon_id = create_coupon()
    for caller in outsiders:
        with refused(promotions, "NotAuthorized(uint256,address,uint256)", org_id, caller, PROMOTIONS):
            promotions.setCoupon(coupon_id, False, 0, 0, sender=caller)


@pytest.mark.parametrize("nothing", [0, 1, 2**256 - 1])
def test_refused_when_there_is_no_such_coupon(promotions, promoter, nothing):
    with refused(promotions, "NoSuchCouponId(uint256)", nothing):
        promotions.setCoupon(nothing, False, 0, 0, sender=promoter)
    with refused(promotions, "NoSuchCouponId(uint256)", nothing):
        promotions.setCouponAccess(nothing, [promoter], True, sender=promoter)


@pytest.mark.parametrize(
    ("expiry", "limit", "number", "most"), [(2**40, 0, 2**40, 2**40 - 1), (0, 2**32, 2**32, 2**32 - 1)]
)
def test_refused_when_a_number_does_not_fit(promotions, create_coupon, promoter, expiry, limit, number, most):
    coupon_id = create_coupon()
    with refused(promotions, "NumberTooLarge(uint256,uint256)", number, most):
        promotions.setCoupon(coupon_id, True, expiry, limit, sender=promoter)


def test_lists_emit_an_event_for_each_wallet(promotions, create_coupon, promoter, buyer, other_buyer):
    coupon_id = create_coupon(restricted=True)
    promotions.setCouponAccess(coupon_id, [buyer, other_buyer], True, sender=promoter)
    first, second = events(promotions, "CouponAccessSet")
    assert (first.couponId, first.wallet, first.allowed) == (coupon_id, buyer, True)
    assert (second.couponId, second.wallet, second.allowed) == (coupon_id, other_buyer, True)


def test_refused_when_a_list_is_changed_without_role(promotions, create_coupon, org_id, outsiders):
    coupon_id = create_coupon(restricted=True)
    for caller in outsiders:
        with refused(promotions, "NotAuthorized(uint256,address,uint256)", org_id, caller, PROMOTIONS):
            promotions.setCouponAccess(coupon_id, [caller], True, sender=caller)


def test_refused_when_no_wallet_is_given(promotions, create_coupon, promoter):
    coupon_id = create_coupon(restricted=True)
    with refused(promotions, "EmptyList()"):
        promotions.setCouponAccess(coupon_id, [], True, sender=promoter)


def test_used_coupon_stays_used_when_the_list_changes(promotions, create_coupon, apply, promoter, buyer):
    coupon_id = create_coupon(restricted=True, once_per_wallet=True)
    promotions.setCouponAccess(coupon_id, [buyer], True, sender=promoter)
    apply()
    for allowed in (False, True):
        promotions.setCouponAccess(coupon_id, [buyer], allowed, sender=promoter)
    with refused(promotions, "CouponAlreadyRedeemed(uint256,address)", coupon_id, buyer):
        apply()
