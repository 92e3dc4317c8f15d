import pytest
from eth_utils import keccak

from tests.support.shop import PROMOTIONS, events
from tests.support.system import refused
from tests.unit.promotions.conftest import LISTED, OPEN, ORG_ONLY


@pytest.mark.parametrize("mode", [LISTED, OPEN, ORG_ONLY])
@pytest.mark.parametrize(("bps", "max_mints"), [(1, 0), (10_000, 2**32 - 1)])
def test_terms_are_kept_as_given(promotions, promoter, org_id, bps, max_mints, mode):
    discount_id = promotions.createDiscount(org_id, "Früh dran", bps, max_mints, mode, sender=promoter)
    assert tuple(promotions.discount(discount_id)) == (org_id, "Früh dran", bps, 0, max_mints, mode, True)


def test_event_has_all_of_it(promotions, promoter, org_id):
    discount_id = promotions.createDiscount(org_id, "Loyal", 500, 9, ORG_ONLY, sender=promoter)
    (event,) = events(promotions, "DiscountCreated")
    assert (event.orgId, event.discountId, event.name) == (org_id, discount_id, "Loyal")
    assert (event.bps, event.maxMints, event.mode) == (500, 9, ORG_ONLY)


def test_ids_count_up_from_one_over_all_organizations(promotions, create_discount, other_org_id, other_org_owner):
    assert create_discount() == 1
    assert promotions.createDiscount(other_org_id, "x", 1, 0, OPEN, sender=other_org_owner) == 2
    assert create_discount() == 3


def test_refused_when_the_caller_has_no_role(promotions, org_id, outsiders):
    for caller in outsiders:
        with refused(promotions, "NotAuthorized(uint256,address,uint256)", org_id, caller, PROMOTIONS):
            promotions.createDiscount(org_id, "Loyal", 500, 0, OPEN, sender=caller)


@pytest.mark.parametrize("name", ["", "two\nlines", "\x7f"])
def test_refused_when_the_name_is_empty_or_not_clean(promotions, promoter, org_id, name):
    with refused(promotions, "InvalidText(uint256)", 0):
        promotions.createDiscount(org_id, name, 500, 0, OPEN, sender=promoter)


@pytest.mark.parametrize("bps", [0, 10_001])
def test_refused_when_the_rate_is_out_of_range(promotions, create_discount, bps):
    with refused(promotions, "InvalidBasisPoints(uint256)", bps):
        create_discount(bps=bps)


def test_refused_when_the_number_of_mints_does_not_fit(promotions, create_discount, promoter):
    with refused(promotions, "NumberTooLarge(uint256,uint256)", 2**32, 2**32 - 1):
        create_discount(max_mints=2**32)
    discount_id = create_discount()
    with refused(promotions, "NumberTooLarge(uint256,uint256)", 2**32, 2**32 - 1):
        promotions.setDiscount(discount_id, True, 2**32, sender=promoter)


@pytest.mark.parametrize("mode", [3, 2**256 - 1])
def test_refused_when_there_is_no_such_mode(promotions, create_discount, mode):
    with refused(promotions, "InvalidDiscountMode(uint256)", mode):
        create_discount(mode=mode)


def test_refused_when_there_are_240(promotions, create_discount, org_id, promoter, mint_pass):
    ids = [create_discount(bps=1) for _ in range(240)]
    with refused(promotions, "TooManyDiscounts(uint256,uint256)", org_id, 240):
        create_discount()
    pass_id = mint_pass()
    promotions.mintDiscounts(pass_id, [ids[239]], sender=promoter)
    assert promotions.discountsOf(pass_id) == [ids[239]]


# --- setters ---------------------------------------------------------------------------------------


def test_two_fields_change_and_nothing_else(promotions, create_discount, apply, promoter, org_id):
    discount_id = create_discount(bps=321, mode=OPEN)
    apply(code="", discount_ids=(discount_id,))
    promotions.setDiscount(discount_id, False, 2**32 - 1, sender=promoter)
    (event,) = events(promotions, "DiscountSet")
    assert (event.discountId, event.active, event.maxMints) == (discount_id, False, 2**32 - 1)
    assert tuple(promotions.discount(discount_id)) == (org_id, "Loyal", 321, 1, 2**32 - 1, OPEN, False)


def test_lists_emit_an_event_for_each_wallet(promotions, create_discount, promoter, buyer, other_buyer):
    discount_id = create_discount(mode=LISTED)
    promotions.setDiscountAccess(discount_id, [buyer, other_buyer], False, sender=promoter)
    first, second = events(promotions, "DiscountAccessSet")
    assert (first.discountId, first.wallet, first.allowed) == (discount_id, buyer, False)
    assert (second.discountId, second.wallet, second.allowed) == (discount_id, other_buyer, False)


def test_setters_are_refused_when_the_caller_has_no_role(promotions, create_discount, org_id, outsiders):
    discount_id = create_discount()
    for caller in outsiders:
        expected = ("NotAuthorized(uint256,address,uint256)", org_id, caller, PROMOTIONS)
        with refused(promotions, *expected):
            promotions.setDiscount(discount_id, False, 0, sender=caller)
        with refused(promotions, *expected):
            promotions.setDiscountAccess(discount_id, [caller], True, sender=caller)


@pytest.mark.parametrize("nothing", [0, 1, 2**256 - 1])
def test_refused_when_there_is_no_such_discount(promotions, promoter, nothing):
    with refused(promotions, "NoSuchDiscount(uint256)", nothing):
        promotions.setDiscount(nothing, True, 0, sender=promoter)
    with refused(promotions, "NoSuchDiscount(uint256)", nothing):
        promotions.setDiscountAccess(nothing, [promoter], True, sender=promoter)
    with refused(promotions, "NoSuchDiscount(uint256)", nothing):
        promotions.discount(nothing)


def test_refused_when_no_wallet_is_given(promotions, create_discount, promoter):
    discount_id = create_discount(mode=LISTED)
    with refused(promotions, "EmptyList()"):
        promotions.setDiscountAccess(discount_id, [], True, sender=promoter)


def test_w17_no_function_changes_the_rate_of_a_discount(promotions):
    names = {f["name"] for f in promotions.abi if f["type"] == "function" and f["stateMutability"] == "nonpayable"}
    assert names == {
        "createCoupon",
        "setCoupon",
        "setCouponAccess",
        "createDiscount",
        "setDiscount",
        "setDiscountAccess",
        "mintDiscounts",
        "apply",
    }
    assert (
        keccak(text="setDiscount(uint256,bool,uint256)")[:4] == promotions.setDiscount.prepare_calldata(1, True, 0)[:4]
    )
