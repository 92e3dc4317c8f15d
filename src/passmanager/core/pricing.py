"""What a pricing costs, in the contracts' own arithmetic: contracts/modules/pricing.vy and catalog_store.vy.

Amounts are in the token's smallest unit. `ProductsPurchased` has the sum of a cart only; with these functions
and the terms of `PricingCreated` its lines are worked out again, exactly.
"""

from typing import Final

from passmanager.abi.structs import PricingTerms, Tier

ONE_TIME: Final = 0
FLAT: Final = 1
TIERED_VOLUME: Final = 2
TIERED_GRADUATED: Final = 3
USAGE_VOLUME: Final = 4
USAGE_GRADUATED: Final = 5
BPS: Final = 10_000


def is_usage(terms: PricingTerms) -> bool:
    """Is it billed at the end of a period, by what was used?"""
    return terms.charge_style >= USAGE_VOLUME


def is_tiered(terms: PricingTerms) -> bool:
    """Is it bought in a quantity?"""
    return terms.charge_style in (TIERED_VOLUME, TIERED_GRADUATED)


def list_cost(terms: PricingTerms, units: int) -> int:
    """Price of one cycle, or of the usage of one, before coupons and discounts.

    Args:
        terms: Of the pricing.
        units: Seats or used units; of one-time and flat pricings it does not matter.
    """
    if terms.charge_style in (ONE_TIME, FLAT):
        return terms.flat_price
    if terms.charge_style in (TIERED_VOLUME, USAGE_VOLUME):
        return _volume_cost(terms, units)
    return _graduated_cost(terms, units)


def _volume_cost(terms: PricingTerms, units: int) -> int:
    """All units at the price of the tier that the whole number falls in."""
    if not units:
        return 0
    tier = next((tier for tier in terms.tiers if units <= tier.upper), terms.tiers[-1])
    return units * tier.unit_price + tier.flat_price


def _graduated_cost(terms: PricingTerms, units: int) -> int:
    """Each unit at the price of its own tier, and the flat price of every tier reached."""
    cost = below = 0
    for tier in terms.tiers:
        if units <= below:
            break
        reached = units if not tier.upper else min(units, tier.upper)
        cost += (reached - below) * tier.unit_price + tier.flat_price
        below = reached
    return cost


def purchase_cost(terms: PricingTerms, quantity: int) -> int:
    """What a line adds to the subtotal of a cart: usage is billed later."""
    return 0 if is_usage(terms) else list_cost(terms, quantity)


def after(cost: int, bps: int) -> int:
    """`cost` less `bps`, rounded in the merchant's favor: the coupon first, the discounts on the rest."""
    return cost - cost * bps // BPS


def terms_to_json(terms: PricingTerms) -> dict[str, object]:
    """For a database: amounts as texts, because they do not fit every JSON reader."""
    tiers = [[str(part) for part in tier.to_abi()] for tier in terms.tiers]
    return {
        "charge_style": terms.charge_style, "frequency": terms.frequency, "token": terms.token,
        "flat_price": str(terms.flat_price), "meter_id": terms.meter_id, "tiers": tiers,
        "restricted": terms.restricted,
    }  # fmt: skip


def terms_from_json(found: dict[str, object]) -> PricingTerms:
    """What `terms_to_json` made."""
    values: dict[str, object] = dict(found)
    tiers: list[list[str]] = values.pop("tiers")  # type: ignore[assignment] - our own JSON
    flat_price = int(str(values.pop("flat_price")))
    made = tuple(Tier.from_abi(tuple(int(part) for part in tier)) for tier in tiers)
    return PricingTerms(tiers=made, flat_price=flat_price, **values)  # type: ignore[arg-type] - same
