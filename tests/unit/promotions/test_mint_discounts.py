"""Discounts onto passes: with a first purchase (`apply`) and later (`mintDiscounts`)."""

import pytest

from tests.support.shop import PROMOTIONS, events
from tests.support.system import refused
from tests.unit.promotions.conftest import LISTED, OPEN, ORG_ONLY


@pytest.fixture
def discount_bps(system):
    def read(pass_id: int) -> int:
        return (system.product_pass.wordOf(pass_id) >> 232) & (2**14 - 1)

    return read


# --- with a first purchase -------------------------------------------------------------------------


def test_open_discount_is_for_everybody(promotions, create_discount, apply, buyer):
    discount_id = create_discount(bps=500)
    assert tuple(apply(code="", discount_ids=(discount_id,))) == (500, 0, 0, 0)
    assert promotions.discount(discount_id).minted == 1


def test_coupon_and_discount_apply_together(promotions, create_coupon, create_discount, apply):
    create_coupon(bps=1_000, renewals=2)
    assert tuple(apply(discount_ids=(create_discount(bps=500),))) == (500, 1_000, 2, 1)


def test_event_has_each_rate_and_the_running_sum(promotions, create_discount, apply, org_id, promoter):
    ids = (create_discount(bps=500), create_discount(bps=700, mode=ORG_ONLY))
    apply(code="", discount_ids=ids, caller=promoter, product_pass_id=55)
    first, second = events(promotions, "DiscountMinted")
    assert (first.orgId, first.productPassId, first.discountId) == (org_id, 55, ids[0])
    assert (first.bps, first.totalBps) == (500, 500)
    assert (second.discountId, second.bps, second.totalBps) == (ids[1], 700, 1_200)


def test_sum_is_cut_at_all_of_the_price(promotions, create_discount, apply, promoter):
    ids = tuple(create_discount(bps=4_000, mode=ORG_ONLY) for _ in range(3))
    assert apply(code="", discount_ids=ids, caller=promoter).discountBps == 10_000
    assert [event.totalBps for event in events(promotions, "DiscountMinted")] == [4_000, 8_000, 10_000]


def test_refused_when_the_ids_do_not_ascend(promotions, create_discount, apply, promoter):
    low, high = (create_discount(mode=ORG_ONLY) for _ in range(2))
    for ids in ((high, low), (low, low), (0,)):
        with refused(promotions, "DiscountsNotAscending()"):
            apply(code="", discount_ids=ids, caller=promoter)


def test_refused_when_there_is_no_such_discount(promotions, create_discount, apply, other_org_id, other_org_owner):
    foreign = promotions.createDiscount(other_org_id, "x", 1, 0, OPEN, sender=other_org_owner)
    for discount_id in (foreign, foreign + 1, 2**256 - 1):
        with refused(promotions, "NoSuchDiscount(uint256)", discount_id):
            apply(code="", discount_ids=(discount_id,))


def test_refused_when_switched_off(promotions, create_discount, apply, promoter):
    discount_id = create_discount()
    promotions.setDiscount(discount_id, False, 0, sender=promoter)
    with refused(promotions, "DiscountInactive(uint256)", discount_id):
        apply(code="", discount_ids=(discount_id,))


def test_refused_when_used_up(promotions, create_discount, apply, promoter):
    discount_id = create_discount(max_mints=1)
    apply(code="", discount_ids=(discount_id,))
    with refused(promotions, "DiscountUsedUp(uint256,uint256)", discount_id, 1):
        apply(code="", discount_ids=(discount_id,), product_pass_id=2)
    promotions.setDiscount(discount_id, True, 2, sender=promoter)
    apply(code="", discount_ids=(discount_id,), product_pass_id=2)


def test_listed_wallet_mints_once(promotions, create_discount, apply, promoter, buyer, other_buyer):
    discount_id = create_discount(mode=LISTED)
    promotions.setDiscountAccess(discount_id, [buyer], True, sender=promoter)
    apply(code="", discount_ids=(discount_id,))
    for wallet in (buyer, other_buyer):
        with refused(promotions, "DiscountRestricted(uint256,address)", discount_id, wallet):
            apply(code="", discount_ids=(discount_id,), caller=wallet, product_pass_id=2)


def test_refused_when_the_right_was_taken_back(promotions, create_discount, apply, promoter, buyer):
    discount_id = create_discount(mode=LISTED)
    promotions.setDiscountAccess(discount_id, [buyer], True, sender=promoter)
    promotions.setDiscountAccess(discount_id, [buyer], False, sender=promoter)
    with refused(promotions, "DiscountRestricted(uint256,address)", discount_id, buyer):
        apply(code="", discount_ids=(discount_id,))


@pytest.mark.parametrize("mode", [LISTED, ORG_ONLY])
def test_organization_mints_any_mode(create_discount, apply, promoter, org_owner, mode):
    discount_id = create_discount(mode=mode)
    for pass_id, wallet in enumerate((promoter, org_owner, promoter), start=1):
        assert apply(code="", discount_ids=(discount_id,), caller=wallet, product_pass_id=pass_id).discountBps == 500


def test_right_on_the_list_is_no_use_when_the_org_alone_may_mint(promotions, create_discount, apply, promoter, buyer):
    discount_id = create_discount(mode=ORG_ONLY)
    promotions.setDiscountAccess(discount_id, [buyer], True, sender=promoter)
    with refused(promotions, "DiscountRestricted(uint256,address)", discount_id, buyer):
        apply(code="", discount_ids=(discount_id,))


def test_refused_when_one_of_several_is_not_allowed(promotions, create_discount, apply, clerk):
    ids = (create_discount(), create_discount(mode=ORG_ONLY), create_discount(mode=LISTED))
    with refused(promotions, "DiscountRestricted(uint256,address)", ids[1], clerk):
        apply(code="", discount_ids=ids[:2], caller=clerk)
    with refused(promotions, "DiscountRestricted(uint256,address)", ids[2], clerk):
        apply(code="", discount_ids=ids, caller=clerk)


def test_w17_second_open_discount_is_refused(promotions, create_discount, apply, promoter):
    ids = (create_discount(bps=4_000), create_discount(bps=4_000))
    for wallet in ({}, {"caller": promoter}):
        with refused(promotions, "SecondOpenDiscount(uint256)", ids[1]):
            apply(code="", discount_ids=ids, **wallet)


def test_refused_when_the_pass_is_not_new(promotions, create_discount, cart, manager, buyer):
    """PurchaseManager never asks for that; nobody else can."""
    application = list(cart.abi())
    application[3:6] = [False, [create_discount()], ""]
    with pytest.raises(Exception, match="assert"):
        promotions.apply(tuple(application), sender=manager)


# --- later, by the organization --------------------------------------------------------------------


@pytest.mark.parametrize("mode", [LISTED, OPEN, ORG_ONLY])
def test_organization_mints_later_in_any_mode(promotions, create_discount, mint_pass, discount_bps, promoter, mode):
    pass_id, discount_id = mint_pass(discount_bps=300), create_discount(mode=mode)
    promotions.mintDiscounts(pass_id, [discount_id], sender=promoter)
    assert discount_bps(pass_id) == 800
    assert promotions.discountsOf(pass_id) == [discount_id]


def test_later_mint_emits_the_sum_with_what_was_there(promotions, create_discount, mint_pass, promoter, org_id):
    pass_id, ids = mint_pass(discount_bps=300), [create_discount(mode=ORG_ONLY) for _ in range(2)]
    promotions.mintDiscounts(pass_id, ids, sender=promoter)
    first, second = events(promotions, "DiscountMinted")
    assert (first.orgId, first.productPassId, first.bps, first.totalBps) == (org_id, pass_id, 500, 800)
    assert (second.discountId, second.totalBps) == (ids[1], 1_300)


def test_w17_sum_is_cut_when_minted_later(promotions, create_discount, mint_pass, discount_bps, promoter):
    pass_id = mint_pass(discount_bps=9_900)
    promotions.mintDiscounts(pass_id, [create_discount()], sender=promoter)
    assert discount_bps(pass_id) == 10_000
    promotions.mintDiscounts(pass_id, [create_discount(mode=ORG_ONLY)], sender=promoter)
    assert discount_bps(pass_id) == 10_000


def test_w17_holder_cannot_take_a_discount_later(promotions, create_discount, mint_pass, org_id, outsiders, buyer):
    pass_id, discount_id = mint_pass(), create_discount(mode=OPEN)
    assert buyer in outsiders
    for caller in outsiders:
        with refused(promotions, "NotAuthorized(uint256,address,uint256)", org_id, caller, PROMOTIONS):
            promotions.mintDiscounts(pass_id, [discount_id], sender=caller)


def test_w17_minted_discount_stays_when_it_is_switched_off(
    promotions, create_discount, mint_pass, discount_bps, promoter
):
    pass_id, discount_id = mint_pass(), create_discount()
    promotions.mintDiscounts(pass_id, [discount_id], sender=promoter)
    promotions.setDiscount(discount_id, False, 1, sender=promoter)
    assert discount_bps(pass_id) == 500
    assert promotions.discountsOf(pass_id) == [discount_id]


def test_refused_when_the_pass_has_it(promotions, create_discount, mint_pass, promoter):
    pass_id, discount_id = mint_pass(), create_discount()
    promotions.mintDiscounts(pass_id, [discount_id], sender=promoter)
    with refused(promotions, "DiscountAlreadyMinted(uint256)", discount_id):
        promotions.mintDiscounts(pass_id, [discount_id], sender=promoter)


def test_refused_when_the_pass_has_an_open_one_from_its_purchase(
    promotions, create_discount, apply, mint_pass, promoter
):
    pass_id, first, second = mint_pass(), create_discount(), create_discount()
    apply(code="", discount_ids=(first,), product_pass_id=pass_id)
    with refused(promotions, "SecondOpenDiscount(uint256)", second):
        promotions.mintDiscounts(pass_id, [second], sender=promoter)


def test_refused_when_there_is_no_such_pass(promotions, system, create_discount, mint_pass, promoter, buyer):
    discount_id = create_discount()
    for pass_id in (0, 999, 2**256 - 1):
        with refused(promotions, "NoSuchPass(uint256)", pass_id):
            promotions.mintDiscounts(pass_id, [discount_id], sender=promoter)
    burned = mint_pass()
    promotions.mintDiscounts(burned, [discount_id], sender=promoter)
    system.product_pass.burn(burned, sender=buyer)
    with refused(promotions, "NoSuchPass(uint256)", burned):
        promotions.mintDiscounts(burned, [discount_id], sender=promoter)
    assert promotions.discountsOf(burned) == []


def test_refused_when_the_pass_is_another_organizations(
    promotions, create_discount, mint_pass, promoter, other_org_id, other_org_owner
):
    pass_id, discount_id = mint_pass(org=other_org_id), create_discount()
    with refused(promotions, "NotAuthorized(uint256,address,uint256)", other_org_id, promoter, PROMOTIONS):
        promotions.mintDiscounts(pass_id, [discount_id], sender=promoter)
    with refused(promotions, "NoSuchDiscount(uint256)", discount_id):
        promotions.mintDiscounts(pass_id, [discount_id], sender=other_org_owner)


def test_refused_when_no_discount_is_given(promotions, mint_pass, promoter):
    with refused(promotions, "EmptyList()"):
        promotions.mintDiscounts(mint_pass(), [], sender=promoter)


def test_later_mints_count_towards_the_limit(promotions, create_discount, mint_pass, promoter):
    discount_id = create_discount(max_mints=1)
    promotions.mintDiscounts(mint_pass(), [discount_id], sender=promoter)
    with refused(promotions, "DiscountUsedUp(uint256,uint256)", discount_id, 1):
        promotions.mintDiscounts(mint_pass(), [discount_id], sender=promoter)


# --- views -----------------------------------------------------------------------------------------


def test_discounts_of_a_pass_are_those_minted(promotions, create_discount, mint_pass, promoter):
    ids = [create_discount(bps=1, mode=OPEN if i == 4 else ORG_ONLY) for i in range(12)]
    pass_id = mint_pass()
    assert promotions.discountsOf(pass_id) == []
    promotions.mintDiscounts(pass_id, ids[3:11], sender=promoter)
    promotions.mintDiscounts(pass_id, ids[:1], sender=promoter)
    assert promotions.discountsOf(pass_id) == [ids[0], *ids[3:11]]


def test_peers_are_those_of_the_deployment(system, promotions):
    assert promotions.organizationNFT() == system.org_nft.address
    assert promotions.purchaseManager() == system.manager.address
    assert promotions.productPass() == system.product_pass.address
    assert promotions.catalog() == system.catalog.address
