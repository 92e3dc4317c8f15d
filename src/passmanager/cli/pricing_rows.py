"""A pricing as it is shown."""

from typing import Any, Final

from passmanager.abi.structs import PricingTerms
from passmanager.cli.reading import Reader
from passmanager.specs import Frequency
from passmanager.units import Address

STYLES: Final = ("one-time", "flat", "tiered-volume", "tiered-graduated", "usage-volume", "usage-graduated")
"""By the number of the ABI, and by the name of their command."""


def described(desk: Reader, terms: PricingTerms) -> dict[str, Any]:
    """Terms with amounts in the token's decimals."""
    every = Frequency(terms.frequency)
    prices = {"tiers": _tiers(desk, terms)} if terms.tiers else {"price": desk.money(terms.flat_price, terms.token)}
    return {
        "style": STYLES[terms.charge_style],
        "every": every or None,
        **prices,
        "token": terms.token,
        **({"meterId": terms.meter_id} if terms.meter_id else {}),
        "restricted": terms.restricted,
    }


def _tiers(desk: Reader, terms: PricingTerms) -> list[dict[str, Any]]:
    return [
        {
            "from": tier.lower,
            "to": tier.upper or None,
            "unit": desk.money(tier.unit_price, terms.token),
            "flat": desk.money(tier.flat_price, terms.token),
        }
        for tier in terms.tiers
    ]


def price_text(desk: Reader, terms: PricingTerms) -> str:
    """All prices in one cell: `19.99 USDC`, or `1-9: 5 USDC, 10-: 4 USDC + 10 USDC`."""
    return (
        ", ".join(_tier_text(desk, terms.token, tier) for tier in terms.tiers)
        or desk.money(terms.flat_price, terms.token).text()
    )


def _tier_text(desk: Reader, token: Address, tier: Any) -> str:
    flat = f" + {desk.money(tier.flat_price, token).text()}" if tier.flat_price else ""
    return f"{tier.lower}-{tier.upper or ''}: {desk.money(tier.unit_price, token).text()}{flat}"
