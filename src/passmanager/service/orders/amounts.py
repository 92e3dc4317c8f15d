"""Amounts of an order's lines: worked out from the chain's terms, or spread over the lines to the last unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from passmanager.abi.structs import PricingTerms
from passmanager.core.pricing import purchase_cost
from passmanager.service.http.shapes import value36

__all__ = ["LineAmounts", "cart_lines", "priced_line", "spread", "value36"]


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """One line, in base units of the order's currency.

    Attributes:
        quantity: Units; 1 for what the chain sells without a quantity.
        price: Of one unit; with flat fees in tiers price times quantity may be less than the subtotal.
        total: Subtotal less discount.
    """

    quantity: int
    price: int
    subtotal: int
    discount: int
    total: int


def priced_line(quantity: int, subtotal: int, discount: int) -> LineAmounts:
    """A line by its sum; a quantity of 0 is one unit."""
    units = max(quantity, 1)
    return LineAmounts(units, subtotal // units, subtotal, discount, subtotal - discount)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in proportion to `weights`, by largest remainder: the parts add up to it exactly.

    Of equal remainders the first gets the unit. No part of an amount up to the sum of the weights is larger
    than its weight.

    Raises:
        ValueError: All weights are 0, and the amount is not.
    """
    whole = sum(weights)
    if not whole:
        if amount:
            raise ValueError(f"{amount} cannot be spread over lines that cost nothing")
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % whole))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def cart_lines(
    terms: Sequence[PricingTerms | None], quantities: Sequence[int], subtotal: int, paid: int
) -> tuple[list[LineAmounts], bool]:
    """The lines of a purchase on the chain, and whether they add up to its subtotal.

    If they do not, or the terms of a line are not known, the subtotal itself is spread over them, so that
    the order's sums are those of the event in any case.

    Args:
        terms: Of each line's pricing.
        quantities: Of the event: 0 for what has no quantity.
        subtotal: Of the event, before coupon and discounts.
        paid: Of the event.
    """
    costs = [0 if one is None else purchase_cost(one, units) for one, units in zip(terms, quantities, strict=True)]
    exact = None not in terms and sum(costs) == subtotal
    if not exact:
        costs = spread(subtotal, costs if any(costs) else [1] * len(costs))
    discounts = spread(subtotal - paid, costs)
    lines = [priced_line(*line) for line in zip(quantities, costs, discounts, strict=True)]
    return lines, exact
