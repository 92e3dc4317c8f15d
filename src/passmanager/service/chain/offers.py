"""What a purchase on the chain would cost, by the offers that its logs told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.core.pricing import after, is_tiered, purchase_cost
from passmanager.service.chain.models import ChainOffer
from passmanager.service.chain.repository import terms_of
from passmanager.service.http.problems import bad_field
from passmanager.specs import coupon_hash


def sold_by_quantity(session: Session, chain_id: int, pricing_id: int) -> bool | None:
    """Is a pricing bought in a number of units? None if its terms are not known."""
    terms = terms_of(session, chain_id, [pricing_id]).get(pricing_id)
    return None if terms is None else is_tiered(terms)


def cost_of(session: Session, chain_id: int, pricing_id: int, quantity: int, where: str) -> int | None:
    """Price of a line at list price; None if the terms of the pricing are not known.

    Args:
        session: Read only.
        chain_id: Of the pricing.
        pricing_id: On the chain.
        quantity: Units; 1 for what is not sold by quantity.
        where: JSON pointer of the line, for the refusal.

    Raises:
        InvalidInput: More than one unit of what has no quantity.
    """
    terms = terms_of(session, chain_id, [pricing_id]).get(pricing_id)
    if terms is None:
        return None
    if quantity != 1 and not is_tiered(terms):
        raise bad_field(f"{where}/quantity", "quantity", f"pricing {pricing_id} has no quantity: buy 1, not {quantity}")
    return purchase_cost(terms, quantity)


def coupon_bps(session: Session, chain_id: int, org_id: int, code: str) -> int | None:
    """Basis points that a coupon takes off each line; None if the organization made no such coupon.

    The logs do not say whether it may still be used by this wallet: the quote before the purchase does.
    """
    wanted = f"0x{coupon_hash(org_id, code).hex()}"
    made = select(ChainOffer.data).where(
        ChainOffer.chain_id == chain_id, ChainOffer.kind == "coupon", ChainOffer.org_id == str(org_id)
    )
    return next((int(data["bps"]) for data in session.scalars(made) if data["code_hash"] == wanted), None)


def less_coupon(cost: int, bps: int) -> int:
    """What is left of a line, rounded as the contracts round."""
    return after(cost, bps)
