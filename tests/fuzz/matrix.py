"""The status and action matrix (contracts.md 4): which cell a call was in, and what must come of each cell.

The tables say it once more, apart from model and contracts: every outcome in them must occur in a run of the
machine, and in a cell without "done" (or outcome 0 of a keeper's pair) no call may ever go through.
"""

from typing import Any

from tests.fuzz.model.shop import Shop

STATUSES = ["ACTIVE", "CANCELLED", "PAST_DUE", "PAUSED", "EXPIRED"]
PLAIN = {
    "setAutoRenew": "set auto-renew",
    "setUsageCap": "set cap",
    "endSubscription": "end",
    "refundProduct": "refund",
}
SWITCHED = {  # by their last argument
    "renewSubscription": ("renew free", "renew"),
    "cancelSubscription": ("cancel", "undo"),
    "pauseSubscription": ("pause", "unpause"),
}

# action and caller | ACTIVE | CANCELLED | PAST_DUE | PAUSED | EXPIRED
OF_PERIODS = """
renew by holder | done | SubscriptionCancelled | done | SubscriptionPaused | done
renew by another | NotDue | SubscriptionCancelled | done NoConsent | SubscriptionPaused | PastGrace
renew free by another | done | SubscriptionCancelled | done | SubscriptionPaused | done SubscriptionCancelled
pair by keeper | 1 | 2 | 0 4 | 3 | 2 5
cancel by holder | done | done | done | done | done
cancel by another | done | done | done | done | done
undo by holder | NotCancelled | done | NotCancelled | done NotCancelled | done NotCancelled
undo by another | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder
pause by holder | done | done | NotActive | AlreadyPaused | NotActive
pause by another | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder
unpause by holder | NotPaused | NotPaused | NotPaused | done | NotPaused
unpause by another | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder
change by holder | done SurplusTooLong DifferentToken | NotActive | NotActive | NotActive | NotActive
change by another | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder
change free by another | done ChangeWouldTakeAway SurplusTooLong | NotActive | NotActive | NotActive | NotActive
quantity by holder | done QuantityNotTiered InvalidQuantity | NotActive | NotActive | NotActive | NotActive
quantity by another | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder
quantity free by another | done ChangeWouldTakeAway | NotActive | NotActive | NotActive | NotActive
set auto-renew by holder | done | done | done | done | done
set auto-renew by another | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder
end by holder | done | done | done | done | done
end by another | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder | NotPassHolder
buy again by holder | AlreadyOnPass | AlreadyOnPass | AlreadyOnPass | AlreadyOnPass | done
buy again free by another | AlreadyOnPass | AlreadyOnPass | AlreadyOnPass | AlreadyOnPass | done
"""
# No usage subscription is ever paused.
OF_USAGE = """
renew of usage by holder | NotDue | SubscriptionCancelled | done | | done
renew of usage by another | NotDue | SubscriptionCancelled | done | | done PastGrace SubscriptionCancelled
renew free of usage by another | NotDue | SubscriptionCancelled | done | | done SubscriptionCancelled
pair of usage by keeper | 1 | 2 | 0 7 | | 0 2 5
cancel of usage by holder | done | done | done | | done
cancel of usage by another | done | done | done | | done
undo of usage by holder | NotCancelled | done | NotCancelled | | done NotCancelled
pause of usage by holder | CannotPauseUsage | CannotPauseUsage | CannotPauseUsage | | CannotPauseUsage
unpause of usage by holder | NotPaused | NotPaused | NotPaused | | NotPaused
change of usage by holder | done UsageCapExceeded | NotActive | NotActive | | NotActive
change free of usage by another | done | NotActive | NotActive | | NotActive
set auto-renew of usage by holder | done | done | done | | done
set cap of usage by holder | done UsageCapTooLow | done | done | | done
end of usage by holder | done | done | done | | done
buy again of usage by holder | AlreadyOnPass | AlreadyOnPass | AlreadyOnPass | | done LastBillUnpaid
buy again free of usage by another | AlreadyOnPass | AlreadyOnPass | AlreadyOnPass | | done LastBillUnpaid
"""
OF_REFUNDS = """
refund by another | done RefundTooLarge | done | done | done | done
"""
_LINES = [line.split(" | ") for table in (OF_PERIODS, OF_USAGE, OF_REFUNDS) for line in table.strip().splitlines()]
WENT_THROUGH = ("done", "0")


def cells(table: str) -> list[str]:
    """All that must occur: "renew by holder at ACTIVE: done" and so on."""
    found = []
    for line in table.strip().splitlines():
        action, *outcomes = line.split("|")
        for status, some in zip(STATUSES, outcomes, strict=True):
            found += [f"{action.strip()} at {status}: {outcome}" for outcome in some.split()]
    return found


_KNOWN = {action.strip() for action, *_ in _LINES}
_OPEN = {cell for table in (OF_PERIODS, OF_USAGE, OF_REFUNDS) for cell in cells(table)}


def forbidden(occurred: dict[str, int]) -> list[str]:
    """Calls that went through in a cell where the matrix lets none."""
    through = [cell for cell in occurred if cell.endswith(tuple(f": {word}" for word in WENT_THROUGH))]
    return [cell for cell in through if cell.rpartition(" at ")[0] in _KNOWN and cell not in _OPEN]


def cell_of(name: str, args: tuple, by: str, shop: Shop) -> str | None:
    """For instance "renew by holder at PAST_DUE"; None for calls that are not about one item."""
    found = _action(name, args)
    if found is None:
        return None
    action, key = found
    who = "holder" if key[0] in shop.state.passes and by == shop.holder(key[0]) else "another"
    return cell(action, key, who, shop)


def cell(action: str, key: tuple[int, int], who: str, shop: Shop) -> str | None:
    """The cell of one item, if it is a subscription of a pass that is there."""
    item = shop.state.items.get(key)
    if item is None or key[0] not in shop.state.passes or item.one_time:
        return None
    kind = " of usage" if item.usage else ""
    return f"{action}{kind} by {who} at {STATUSES[item.status(shop.state.now)]}"


def _action(name: str, args: tuple) -> tuple[str, Any] | None:
    if name in PLAIN:
        return PLAIN[name], args[:2]
    if name in SWITCHED:
        return SWITCHED[name][0 if args[2] else 1], args[:2]
    if name == "changeSubscriptionPricing":
        return ("change free" if args[0][4] else "change"), args[0][1:3]
    if name == "changeTieredSubscriptionUnitQuantity":
        return ("quantity free" if args[3] else "quantity"), args[:2]
    return _one_line(*args[0]) if name == "purchaseAdditionalProducts" else None


def _one_line(pass_id: int, products: list, pricings: list, quantities: list, *rest: Any) -> tuple[str, Any] | None:
    """A cart of one product; of more it would not be clear what refused it."""
    if not len(products) == len(pricings) == len(quantities) == 1:
        return None
    free = rest[1]
    return ("buy again free" if free else "buy again"), (pass_id, products[0])
