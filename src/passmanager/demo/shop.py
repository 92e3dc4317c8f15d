"""What the merchant of the demo sells, and for how much."""

from dataclasses import dataclass
from decimal import Decimal

from passmanager.abi.structs import Product
from passmanager.demo.world import World
from passmanager.specs import (
    Band,
    Currency,
    DiscountMode,
    Flat,
    Frequency,
    OneTime,
    PricingSpec,
    TieredVolume,
    UsageGraduated,
    coupon,
    sale_rules,
)

ONE = 1_000_000  # of the demo's ERC-20
CODE = "WELCOME20"


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
    world.act("merchant", "allow pausing", lambda m: m.catalog.set_sale_rules(org, sale_rules(pausing=True)))
    meter: int = world.act("merchant", "create a usage meter", lambda m: m.catalog.create_meter(org)).simulated
    names = ("Handbook", "Membership", "Team seats", "Sticker", "API calls")
    handbook, plan, seats, sticker, api = (_product(world, org, name) for name in names)
    usd, coin = Currency(world.token, 6), Currency()
    once = _pricing(world, org, "20 once", OneTime(currency=usd, price=Decimal(20)))
    monthly = _pricing(world, org, "10 a month", Flat(currency=usd, price=Decimal(10), frequency=Frequency.MONTHLY))
    yearly = _pricing(world, org, "100 a year", Flat(currency=usd, price=Decimal(100), frequency=Frequency.YEARLY))
    seat_tiers = _pricing(world, org, "seats: 5 each, 4 from 10", _seats(usd))
    native = _pricing(world, org, "0.01 of the native coin", OneTime(currency=coin, price=Decimal("0.01")))
    metered = _pricing(world, org, "API: 100 calls free, then 0.01", _metered(usd, meter))
    offers = {handbook: [once], plan: [monthly, yearly], seats: [seat_tiers], sticker: [native], api: [metered]}
    for product, pricings in offers.items():
        _offer(world, org, product, pricings)
    welcome = coupon(CODE, organization_id=org, bps=2_000)
    world.act(
        "merchant",
        f"coupon {CODE}: 20 %, once",
        lambda m: m.promotions.create_coupon(org, code_hash=welcome.code_hash, terms=welcome.terms, product_ids=[]),
    )
    early = world.act(
        "merchant",
        "discount for early birds: 5 %, for good",
        lambda m: m.promotions.create_discount(
            org, name="Early bird", bps=500, max_mints=0, mode=DiscountMode.EVERYBODY
        ),
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


def _pricing(world: World, org: int, what: str, spec: PricingSpec) -> int:
    return world.act("merchant", f"pricing: {what}", lambda m: m.catalog.create_pricing(org, spec.terms())).simulated


def _offer(world: World, org: int, product: int, pricings: list[int]) -> None:
    world.act(
        "merchant",
        f"offer product {product} at {len(pricings)} pricing(s)",
        lambda m: m.catalog.link_pricings(org, product_id=product, pricing_ids=pricings, linked=True),
    )


def _seats(currency: Currency) -> TieredVolume:
    return TieredVolume(
        currency=currency, frequency=Frequency.MONTHLY, tiers=[Band(9, Decimal(5)), Band(None, Decimal(4))]
    )


def _metered(currency: Currency, meter: int) -> UsageGraduated:
    tiers = [Band(100), Band(None, Decimal("0.01"))]
    return UsageGraduated(currency=currency, frequency=Frequency.MONTHLY, meter_id=meter, tiers=tiers)
