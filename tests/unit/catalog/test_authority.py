"""Who may call the settings of an organization (R1): its holder, and whoever has the one role for it."""

import pytest

from tests.support.shop import CATALOG, USAGE, USAGE_VOLUME
from tests.support.system import refused

NOT_AUTHORIZED = "NotAuthorized(uint256,address,uint256)"
ALL_ROLES = 63
ROLES = [1, 2, 4, 8, 16, 32]
PRODUCT = ("Course", "", "", "", True, True, 0)
RULES = (False, False, False, False, False, 0, 0, False)
ROLE_OF = {
    "setProduct": CATALOG,
    "createPricing": CATALOG,
    "setPricingFlags": CATALOG,
    "linkPricings": CATALOG,
    "setPricingAccess": CATALOG,
    "setSaleRules": CATALOG,
    "setAllowList": CATALOG,
    "createMeter": CATALOG,
    "setMeterActive": CATALOG,
    "recordUsage": USAGE,
    "adjustUsage": USAGE,
}
NAME_THE_ORGANIZATION = ["setProduct", "createPricing", "linkPricings", "setSaleRules", "setAllowList", "createMeter"]

every_function = pytest.mark.parametrize("function", ROLE_OF)


@pytest.fixture
def call(catalog, shop, product, meter, pass_id):
    """Calls a function with arguments that are right for the organization."""
    pricing = shop.offer(product, USAGE_VOLUME, meter=meter)
    shop.record(meter, pass_id, 5)
    arguments = {
        "setProduct": (shop.org, product, PRODUCT),
        "createPricing": (shop.org, shop.terms(price=1)),
        "setPricingFlags": (pricing, True, False, False),
        "linkPricings": (shop.org, product, [pricing], False),
        "setPricingAccess": (pricing, [shop.merchant], True),
        "setSaleRules": (shop.org, RULES),
        "setAllowList": (shop.org, [shop.merchant], True),
        "createMeter": (shop.org,),
        "setMeterActive": (meter, True),
        "recordUsage": (meter, [pass_id], [1]),
        "adjustUsage": (meter, pass_id, 4),
    }
    return lambda function, by: getattr(catalog, function)(*arguments[function], sender=by)


def test_asks_for_a_role_when_a_setting_changes(catalog):
    """Every function that writes is in this file, but `sell`, which counts for PurchaseManager only."""
    writing = {
        entry["name"] for entry in catalog.abi if entry.get("stateMutability") == "nonpayable" and "name" in entry
    }
    assert writing == {*ROLE_OF, "sell"}


@every_function
def test_goes_ahead_when_the_holder_calls(call, function, merchant):
    call(function, by=merchant)


@every_function
def test_r01_goes_ahead_when_the_caller_has_the_role_alone(call, function, shop):
    call(function, by=shop.role("clerk", ROLE_OF[function]))


@every_function
def test_refuses_when_a_stranger_calls(catalog, call, function, shop, stranger):
    with refused(catalog, NOT_AUTHORIZED, shop.org, stranger, ROLE_OF[function]):
        call(function, by=stranger)


@every_function
@pytest.mark.parametrize("role", ROLES)
def test_r01_refuses_when_the_caller_has_another_role(catalog, call, function, role, shop):
    clerk = shop.role("clerk", role)
    if role == ROLE_OF[function]:
        clerk = shop.role("clerk", ALL_ROLES - role)
    with refused(catalog, NOT_AUTHORIZED, shop.org, clerk, ROLE_OF[function]):
        call(function, by=clerk)


@every_function
def test_refuses_when_the_holder_of_another_organization_calls(catalog, call, function, shop, rival):
    with refused(catalog, NOT_AUTHORIZED, shop.org, rival.merchant, ROLE_OF[function]):
        call(function, by=rival.merchant)


@every_function
def test_refuses_when_an_erc721_operator_calls(catalog, call, function, system, shop, stranger):
    system.org_nft.setApprovalForAll(stranger, True, sender=shop.merchant)
    with refused(catalog, NOT_AUTHORIZED, shop.org, stranger, ROLE_OF[function]):
        call(function, by=stranger)


@every_function
def test_w25_refuses_old_roles_when_the_organization_has_a_new_holder(catalog, call, function, shop):
    clerk = shop.role("clerk", ALL_ROLES)
    former = shop.sell_organization(to="new_merchant")
    for person in (clerk, former):
        with refused(catalog, NOT_AUTHORIZED, shop.org, person, ROLE_OF[function]):
            call(function, by=person)
    call(function, by=shop.merchant)


@pytest.mark.parametrize("function", NAME_THE_ORGANIZATION)
@pytest.mark.parametrize("missing", [0, 2**32, 2**256 - 1])
def test_refuses_when_there_is_no_such_organization(catalog, function, missing, shop, merchant):
    arguments = {
        "setProduct": (0, PRODUCT),
        "createPricing": (shop.terms(),),
        "linkPricings": (1, [1], True),
        "setSaleRules": (RULES,),
        "setAllowList": ([merchant], True),
        "createMeter": (),
    }
    with refused(catalog, NOT_AUTHORIZED, missing, merchant, CATALOG):
        getattr(catalog, function)(missing, *arguments[function], sender=merchant)
