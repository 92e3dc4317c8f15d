import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.shop import PROMOTIONS, events
from tests.support.system import refused
from tests.unit.promotions.conftest import Terms

YEAR_36812 = 2**40 - 1
FOUR_BILLION = 2**32 - 1


def test_first_id_is_one_and_the_next_is_one_more(create_coupon):
    assert create_coupon("SAVE") == 1
    assert create_coupon("SAVE MORE") == 2


terms_of_any_kind = st.builds(
    Terms,
    st.integers(1, 10_000) | st.sampled_from([1, 10_000]),
    st.integers(0, YEAR_36812) | st.sampled_from([0, YEAR_36812]),
    st.integers(0, FOUR_BILLION) | st.sampled_from([0, FOUR_BILLION]),
    st.integers(0, 255) | st.sampled_from([0, 255]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@given(terms=terms_of_any_kind, products=st.lists(st.integers(1, 2**40 - 1), max_size=3))
@settings(max_examples=100, deadline=None)
def test_terms_are_kept_as_given(promotions, promoter, org_id, terms, products):
    key = promotions.couponHash(org_id, "SAVE")
    coupon_id = promotions.createCoupon(org_id, key, terms.abi(), products, sender=promoter)
    coupon = promotions.couponOf(org_id, key)
    assert (coupon.couponId, coupon.orgId, coupon.redeemed) == (coupon_id, org_id, 0)
    assert coupon.limited is bool(products)
    assert tuple(coupon.terms) == terms.abi()


def test_event_has_all_of_it(promotions, promoter, org_id):
    key = promotions.couponHash(org_id, "SAVE")
    terms = Terms(2_500, 10**10, 7, 3, once_per_wallet=True, restricted=True)
    coupon_id = promotions.createCoupon(org_id, key, terms.abi(), [3, 9], sender=promoter)
    (event,) = events(promotions, "CouponCreated")
    assert (event.orgId, event.couponId, event.codeHash) == (org_id, coupon_id, key)
    assert (tuple(event.terms), event.productIds) == (terms.abi(), [3, 9])


def test_holder_of_the_organization_may_too(promotions, org_id, org_owner):
    key = promotions.couponHash(org_id, "SAVE")
    promotions.createCoupon(org_id, key, Terms().abi(), [], sender=org_owner)


def test_refused_when_the_caller_has_no_role(promotions, org_id, outsiders):
    key = promotions.couponHash(org_id, "SAVE")
    for caller in outsiders:
        with refused(promotions, "NotAuthorized(uint256,address,uint256)", org_id, caller, PROMOTIONS):
            promotions.createCoupon(org_id, key, Terms().abi(), [], sender=caller)


@pytest.mark.parametrize("nobody", [0, 2**32, 2**256 - 1])
def test_refused_when_the_organization_does_not_exist(promotions, promoter, nobody):
    with refused(promotions, "NotAuthorized(uint256,address,uint256)", nobody, promoter, PROMOTIONS):
        promotions.createCoupon(nobody, b"\1" * 32, Terms().abi(), [], sender=promoter)


def test_refused_when_the_code_exists(promotions, create_coupon, org_id):
    create_coupon()
    with refused(promotions, "CouponExists(uint256,bytes32)", org_id, promotions.couponHash(org_id, "SAVE")):
        create_coupon()


def test_hash_of_another_organization_cannot_be_squatted(
    promotions, create_coupon, apply, org_id, other_org_id, other_org_owner
):
    key = promotions.couponHash(org_id, "SAVE")
    promotions.createCoupon(other_org_id, key, Terms(bps=1).abi(), [], sender=other_org_owner)
    create_coupon(bps=9_000)
    assert apply().couponBps == 9_000


@pytest.mark.parametrize("bps", [0, 10_001, 2**256 - 1])
def test_refused_when_the_rate_is_out_of_range(promotions, create_coupon, bps):
    with refused(promotions, "InvalidBasisPoints(uint256)", bps):
        create_coupon(bps=bps)


@pytest.mark.parametrize(
    ("field", "limit"), [("renewals", 255), ("expiry", YEAR_36812), ("max_redemptions", FOUR_BILLION)]
)
@pytest.mark.parametrize("beyond", [1, 2**200])
def test_refused_when_a_number_does_not_fit(promotions, create_coupon, field, limit, beyond):
    with refused(promotions, "NumberTooLarge(uint256,uint256)", limit + beyond, limit):
        create_coupon(**{field: limit + beyond})


@pytest.mark.parametrize("product", [0, 2**40, 2**256 - 1])
def test_refused_when_no_product_can_have_the_id(promotions, create_coupon, product):
    with refused(promotions, "NoSuchProduct(uint256)", product):
        create_coupon(products=(1, product))


@given(org=st.integers(0, 2**256 - 1), code=st.text(st.characters(codec="utf-8"), max_size=64))
@settings(max_examples=50, deadline=None)
def test_hash_is_that_of_the_abi_encoding(promotions, org, code):
    if len(code.encode()) <= 64:
        assert promotions.couponHash(org, code) == keccak(encode(["uint256", "string"], [org, code]))


def test_refused_when_a_coupon_is_read_that_does_not_exist(promotions, org_id):
    with refused(promotions, "NoSuchCoupon(uint256,bytes32)", org_id, b"\1" * 32):
        promotions.couponOf(org_id, b"\1" * 32)
