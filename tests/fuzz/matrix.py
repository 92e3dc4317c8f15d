"""Which cell of the status and action matrix (contracts.md 4) a call was in, as a line to count."""

from typing import Any

from tests.fuzz.model.shop import Shop

STATUSES = ["ACTIVE", "CANCELLED", "PAST_DUE", "PAUSED", "EXPIRED"]
PLAIN = {
    "setAutoRenew": "set auto-renew",
    "setUsageCap": "set cap",
    "endSubscription": "end",
    "refundProduct": "refund",
}


def cell_of(name: str, args: tuple, by: str, shop: Shop) -> str | None:
    """For instance "renew by holder at PAST_DUE"; None for calls that are not about one item."""
    found = _action(name, args)
    if found is None:
        return None
    action, key = found
    item = shop.state.items.get(key)
    if item is None or key[0] not in shop.state.passes or item.one_time:
        return None
    who = "holder" if by == shop.holder(key[0]) else "another"
    kind = " of usage" if item.usage else ""
    return f"{action}{kind} by {who} at {STATUSES[item.status(shop.state.now)]}"


def _action(name: str, args: tuple) -> tuple[str, Any] | None:
    if name == "renewSubscription":
        return ("renew free" if args[2] else "renew"), args[:2]
    if name == "cancelSubscription":
        return ("cancel" if args[2] else "undo"), args[:2]
    if name == "pauseSubscription":
        return ("pause" if args[2] else "unpause"), args[:2]
    if name == "changeSubscriptionPricing":
        return ("change free" if args[0][4] else "change"), args[0][1:3]
    if name == "changeTieredSubscriptionUnitQuantity":
        return ("quantity free" if args[3] else "quantity"), args[:2]
    return (PLAIN[name], args[:2]) if name in PLAIN else None
