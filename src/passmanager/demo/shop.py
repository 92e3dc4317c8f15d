"""What the merchant of the demo sells, and for how much."""

from dataclasses import dataclass

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from passmanager.abi.structs import CouponTerms, PricingTerms, Product, SaleRules, Tier
from passmanager.demo.world import World
from passmanager.units import NATIVE, Address

ONE = 1_000_000  # of the demo's ERC-20
CODE = "WELCOME20"
ONE_TIME, FLAT, TIERED_VOLUME, USAGE_GRADUATED = 0, 1, 2, 5
ONCE, MONTHLY, YEARLY = 0, 3, 5
EVERYBODY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Ids of everything on sale."""

    org: int
    handbook: int
    plan: int
    seats: int
    sticker: int
    api: int
    once: int
    monthly: int
    yearly: int
    seat_tiers: int
    native: int
    metered: int
    meter: int
    discount: int


def open_shop(world: World) -> Shop:
    """Creates the organization, its products and pricings, a coupon and a discount."""
    merchant = world.people["merchant"]
    org: int = world.act("merchant", "mint an organization", lambda m: m.org_nft.mint(merchant)).simulated
    rules = SaleRules(
        closed=False,
        allow_list=False,
        gifting_off=False,
        pausing=True,
        plan_change_off=False,
        grace_days=0,
        max_passes=0,
        count_passes=False,
    )
    world.act("merchant", "allow pausing", lambda m: m.catalog.set_sale_rules(org, rules))
    meter: int = world.act("merchant", "create a usage meter", lambda m: m.catalog.create_meter(org)).simulated
    names = ("Handbook", "Membership", "Team seats", "Sticker", "API calls")
    handbook, plan, seats, sticker, api = (_product(world, org, name) for name in names)
    once = _pricing(world, org, "20 once", _flat(world.token, 20 * ONE, ONE_TIME, ONCE))
    monthly = _pricing(world, org, "10 a month", _flat(world.token, 10 * ONE, FLAT, MONTHLY))
    yearly = _pricing(world, org, "100 a year", _flat(world.token, 100 * ONE, FLAT, YEARLY))
    seat_tiers = _pricing(world, org, "seats: 5 each, 4 from 10", _seats(world.token))
    native = _pricing(world, org, "0.01 of the native coin", _flat(NATIVE, 10**16, ONE_TIME, ONCE))
    metered = _pricing(world, org, "API: 100 calls free, then 0.01", _metered(world.token, meter))
    offers = {handbook: [once], plan: [monthly, yearly], seats: [seat_tiers], sticker: [native], api: [metered]}
    for product, pricings in offers.items():
        _offer(world, org, product, pricings)
    coupon = CouponTerms(
        bps=2_000,
        expiry=0,
        max_redemptions=0,
        renewals=0,
        once_per_wallet=False,
        first_pass_only=False,
        restricted=False,
        active=True,
    )
    code_hash = keccak(encode(["uint256", "string"], [org, CODE]))
    world.act(
        "merchant",
        f"coupon {CODE}: 20 %, once",
        lambda m: m.promotions.create_coupon(org, code_hash=code_hash, terms=coupon, product_ids=[]),
    )
    early = world.act(
        "merchant",
        "discount for early birds: 5 %, for good",
        lambda m: m.promotions.create_discount(org, name="Early bird", bps=500, max_mints=0, mode=EVERYBODY),
    )
    return Shop(
        org=org,
        handbook=handbook,
        plan=plan,
        seats=seats,
        sticker=sticker,
        api=api,
        once=once,
        monthly=monthly,
        yearly=yearly,
        seat_tiers=seat_tiers,
        native=native,
        metered=metered,
        meter=meter,
        discount=early.simulated,
    )


def _product(world: World, org: int, name: str) -> int:
    product = Product(
        name=name,
        description=f"{name} of the demo",
        image="",
        external_url="",
        transferable=True,
        active=True,
        max_supply=0,
    )
    return world.act("merchant", f"product: {name}", lambda m: m.catalog.set_product(org, 0, product=product)).simulated


def _pricing(world: World, org: int, what: str, terms: PricingTerms) -> int:
    return world.act("merchant", f"pricing: {what}", lambda m: m.catalog.create_pricing(org, terms)).simulated


def _offer(world: World, org: int, product: int, pricings: list[int]) -> None:
    world.act(
        "merchant",
        f"offer product {product} at {len(pricings)} pricing(s)",
        lambda m: m.catalog.link_pricings(org, product_id=product, pricing_ids=pricings, linked=True),
    )


def _flat(token: Address, price: int, style: int, frequency: int) -> PricingTerms:
    return PricingTerms(
        charge_style=style,
        frequency=frequency,
        token=token,
        flat_price=price,
        meter_id=0,
        restricted=False,
        tiers=[],
    )


def _seats(token: Address) -> PricingTerms:
    tiers = [
        Tier(lower=1, upper=9, unit_price=5 * ONE, flat_price=0),
        Tier(lower=10, upper=0, unit_price=4 * ONE, flat_price=0),
    ]
    return PricingTerms(
        charge_style=TIERED_VOLUME,
        frequency=MONTHLY,
        token=token,
        flat_price=0,
        meter_id=0,
        restricted=False,
        tiers=tiers,
    )


def _metered(token: Address, meter: int) -> PricingTerms:
    tiers = [
        Tier(lower=0, upper=100, unit_price=0, flat_price=0),
        Tier(lower=101, upper=0, unit_price=ONE // 100, flat_price=0),
    ]
    return PricingTerms(
        charge_style=USAGE_GRADUATED,
        frequency=MONTHLY,
        token=token,
        flat_price=0,
        meter_id=meter,
        restricted=False,
        tiers=tiers,
    )
