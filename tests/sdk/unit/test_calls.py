import pytest
from eth_abi import decode, encode

from passmanager.abi import artifact
from passmanager.abi.structs import InitialPurchaseParams, PricingTerms, Tier
from passmanager.core.calls import build_call
from passmanager.core.contracts import CatalogCalls, OrganizationNFTCalls, PassLensCalls, PurchaseManagerCalls
from passmanager.errors import BadArgument, UnexpectedAnswer
from passmanager.units import NATIVE, Address, checksum

AT: Address = checksum("0x" + "11" * 20)
CART = InitialPurchaseParams(
    to=AT,
    organization_id=1,
    product_ids=[1, 2],
    pricing_ids=[3, 4],
    quantities=[0, 5],
    discount_ids=[],
    coupon_code="SUMMER",
    airdrop=False,
    pause=True,
)


def test_purchase_has_the_selector_of_the_specification():
    call = PurchaseManagerCalls(AT).purchase_products(CART, value=7)
    assert call.data[:4].hex() == "16b85d1c"
    assert (call.to, call.value, call.name) == (AT, 7, "PurchaseManager.purchaseProducts")


def test_arguments_are_encoded_in_the_order_of_the_abi():
    call = PurchaseManagerCalls(AT).purchase_products(CART)
    (cart,) = decode(["(address,uint256,uint256[],uint256[],uint256[],uint256[],string,bool,bool)"], call.data[4:])
    assert cart == (AT, 1, (1, 2), (3, 4), (0, 5), (), "SUMMER", False, True)


def test_nested_structs_are_encoded():
    terms = PricingTerms(
        charge_style=2,
        frequency=3,
        token=NATIVE,
        flat_price=0,
        meter_id=0,
        restricted=False,
        tiers=[Tier(lower=1, upper=0, unit_price=5, flat_price=1)],
    )
    by_name = build_call("Catalog", "createPricing", [9, terms.to_abi()], to=AT)
    assert by_name.data == CatalogCalls(AT).create_pricing(9, terms).data
    assert PricingTerms.from_abi(terms.to_abi()) == PricingTerms.from_abi(
        (2, 3, NATIVE, 0, 0, False, (terms.tiers[0].to_abi(),))
    )


def test_answers_become_structs():
    call = PassLensCalls(AT).pricing_of(1)
    terms = (1, 3, NATIVE, 10, 0, False, [])
    answer = encode(
        ["(uint256,bool,bool,(uint256,uint256,address,uint256,uint256,bool,(uint256,uint256,uint256,uint256)[]))"],
        [(4, True, False, terms)],
    )
    pricing = call.decode(answer)
    assert (pricing.org_id, pricing.active, pricing.terms.flat_price, pricing.terms.tiers) == (4, True, 10, ())


def test_functions_with_optional_arguments_are_one_method():
    call = OrganizationNFTCalls(AT).safe_transfer_from(AT, receiver=AT, token_id=1)
    assert call.data[:4].hex() == "b88d4fde"


@pytest.mark.parametrize("org_id", [-1, 2**256, "1"])
def test_refused_when_an_argument_does_not_fit(org_id):
    with pytest.raises(BadArgument) as refusal:
        PassLensCalls(AT).sale_rules_of(org_id)
    assert str(refusal.value).startswith("PassLens.saleRulesOf: ")


def test_refused_when_the_answer_is_too_short():
    with pytest.raises(UnexpectedAnswer):
        PassLensCalls(AT).pricing_of(1).decode(b"")


def test_refused_when_there_is_no_such_function():
    with pytest.raises(BadArgument, match="no such function with 1 arguments"):
        build_call("Catalog", "nothing", [1], to=AT)


def test_every_function_of_the_abi_has_a_builder():
    for name, made in (("Catalog", CatalogCalls(AT)), ("PurchaseManager", PurchaseManagerCalls(AT))):
        functions = {entry["name"] for entry in artifact(name)["abi"] if entry["type"] == "function"}
        assert len(functions) == len([part for part in dir(made) if not part.startswith("_") and part != "address"])
