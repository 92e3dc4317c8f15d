"""Renewals by anyone, by the holder and by the org; restarts; last bills (R11, R12, R14)."""

from dataclasses import dataclass

from .items import ACTIVE, CANCELLED, EXPIRED, PAUSED, Item, Usage
from .orgs import AIRDROP
from .periods import Step, early, early_free, next_period, price, restart, restart_free
from .pricing import NATIVE, list_cost
from .refusal import Refusal, refuse_if
from .shop import Shop, require_enough_value

OUTCOMES = [
    "renewed",
    "NotDue",
    "SubscriptionCancelled",
    "SubscriptionPaused",
    "NoConsent",
    "PastGrace",
    "PricingRetired",
    "UsageCapExceeded",
    "InsufficientAllowance",
    "InsufficientBalance",
    "NativeCoinNotAccepted",
    "PaymentFailed",
    "NoSuchItem",
]
MAX_PAIRS = 100


@dataclass(frozen=True)
class Due:
    """What a renewal would do: the new words and the charge."""

    item: Item
    usage: Usage | None
    amount: int
    token: str


def renew(shop: Shop, caller: str, pass_id: int, product_id: int, airdrop: bool, value: int = 0) -> Due:
    holder = shop.holder(pass_id)
    if airdrop:
        shop.require_role(pass_id, caller, AIRDROP)
    item = shop.subscription(pass_id, product_id)
    plan = by_org if airdrop else by_holder if caller == holder else by_anyone
    due = plan(shop, pass_id, product_id, item)
    require_enough_value(due.token, due.amount, value)
    pay(shop, pass_id, due, caller)
    return write(shop, pass_id, product_id, due)


def renew_batch(shop: Shop, caller: str, pass_id: int, product_ids: list[int], airdrop: bool) -> None:
    refuse_if(not product_ids, "EmptyList")
    shop.holder(pass_id)
    for product_id in product_ids:
        if not airdrop:
            _refuse_native(shop, caller, pass_id, product_id, shop.subscription(pass_id, product_id))
        renew(shop, caller, pass_id, product_id, airdrop)


def _refuse_native(shop: Shop, caller: str, pass_id: int, product_id: int, item: Item) -> None:
    plan = by_holder if caller == shop.holder(pass_id) else by_anyone
    due = plan(shop, pass_id, product_id, item)
    refuse_if(due.token == NATIVE and due.amount > 0, "NativeCoinNotAccepted")


def renew_many(shop: Shop, pass_ids: list[int], product_ids: list[int]) -> list[int]:
    """One bad pair stops nothing; the holder's own pairs are treated like everybody's."""
    refuse_if(not pass_ids, "EmptyList")
    refuse_if(len(pass_ids) != len(product_ids), "LengthMismatch")
    return [outcome(shop, *pair) for pair in zip(pass_ids, product_ids, strict=True)]


def outcome(shop: Shop, pass_id: int, product_id: int) -> int:
    try:
        due = by_anyone(shop, pass_id, product_id, shop.subscription(pass_id, product_id))
        refuse_if(due.token == NATIVE and due.amount > 0, "NativeCoinNotAccepted")
    except Refusal as refusal:
        missing = refusal.name in ("NoSuchPass", "NotASubscription")
        return 12 if missing else OUTCOMES.index(refusal.name)
    try:
        pay(shop, pass_id, due, NATIVE)
    except Refusal:  # what the reads say, whatever the token said
        return OUTCOMES.index(
            shop.state.escrow.obstacle(due.token, shop.holder(pass_id), due.amount) or "PaymentFailed"
        )
    write(shop, pass_id, product_id, due)
    return 0


def by_anyone(shop: Shop, pass_id: int, product_id: int, item: Item) -> Due:
    now = shop.state.now
    bill_due = item.bill_due(now)
    refuse_if(item.paused, "SubscriptionPaused")
    refuse_if(item.cancelled and not bill_due, "SubscriptionCancelled")
    refuse_if(item.revoked, "PastGrace")
    refuse_if(now < item.end, "NotDue")
    refuse_if(not item.in_grace(now), "PastGrace")
    goes_on = item.auto_renew and not item.cancelled
    retired = shop.pricing_of(item).retired
    if bill_due:
        return _bill(shop, pass_id, product_id, item, goes_on and not retired)
    refuse_if(not goes_on, "NoConsent")
    refuse_if(retired, "PricingRetired")
    return _next(shop, pass_id, product_id, item)


def by_holder(shop: Shop, pass_id: int, product_id: int, item: Item) -> Due:
    state, pricing, status = shop.state, shop.pricing_of(item), item.status(shop.state.now)
    refuse_if(status == CANCELLED, "SubscriptionCancelled")
    refuse_if(status == PAUSED, "SubscriptionPaused")
    refuse_if(status == ACTIVE and item.usage, "NotDue")
    if item.bill_due(state.now) and pricing.retired:
        return _bill(shop, pass_id, product_id, item, goes_on=False)
    if status == EXPIRED:
        return by_restart(shop, pass_id, product_id, item)
    refuse_if(pricing.retired, "PricingRetired")
    state.catalog.check_access(item.pricing_id, shop.holder(pass_id))
    if status == ACTIVE:
        step = early(item, pricing.terms, shop.state.passes[pass_id].discount_bps, state.now)
        return Due(step.item, None, step.amount, pricing.terms.token)
    if item.bill_due(state.now):
        return _bill(shop, pass_id, product_id, item, goes_on=True)
    return _next(shop, pass_id, product_id, item)


def by_restart(shop: Shop, pass_id: int, product_id: int, item: Item) -> Due:
    """Full purchase checks; usage within grace bills first, at the coupon it still has."""
    state, pricing, holder = shop.state, shop.pricing_of(item), shop.holder(pass_id)
    owned = state.passes[pass_id]
    state.catalog.check_sale(owned.org_id, holder)
    refuse_if(not state.catalog.products[product_id].active, "ProductInactive")
    refuse_if((product_id, item.pricing_id) not in state.catalog.links, "PricingNotLinked")
    refuse_if(pricing.retired, "PricingRetired")
    refuse_if(not pricing.active, "PricingInactive")
    state.catalog.check_access(item.pricing_id, holder)
    step = restart(item, pricing.terms, owned.discount_bps, state.now)
    if not item.usage:
        return Due(step.item, None, step.amount, pricing.terms.token)
    old = shop.usage(pass_id, product_id)
    if not item.bill_due(state.now):
        fresh = old.having(bill=0, mark=meter_total(shop, pass_id, item))
        return Due(step.item, fresh, 0, pricing.terms.token)
    billed = _bill(shop, pass_id, product_id, item, goes_on=False)
    return Due(step.item, billed.usage, billed.amount, pricing.terms.token)


def by_org(shop: Shop, pass_id: int, product_id: int, item: Item) -> Due:
    now, pricing = shop.state.now, shop.pricing_of(item)
    status = item.status(now)
    refuse_if(status == PAUSED, "SubscriptionPaused")
    refuse_if(item.cancelled, "SubscriptionCancelled")
    refuse_if(status == ACTIVE and item.usage, "NotDue")
    refuse_if(pricing.retired, "PricingRetired")
    usage = None
    if item.usage:
        usage = shop.usage(pass_id, product_id).having(bill=0, mark=meter_total(shop, pass_id, item))
    return Due(_free(item, shop, status).item, usage, 0, pricing.terms.token)


def _free(item: Item, shop: Shop, status: int) -> Step:
    terms, now = shop.pricing_of(item).terms, shop.state.now
    if status == ACTIVE:
        return early_free(item, terms, now)
    if status == EXPIRED:
        return restart_free(item, terms, now)
    follows = item.having(start=item.end, end=item.end + terms.cycle, rate=0, billed=False, auto_renew=False)
    return Step(follows)


def _next(shop: Shop, pass_id: int, product_id: int, item: Item) -> Due:
    """Choice: a usage period that was billed without a new one goes on without a charge, from the mark."""
    terms = shop.pricing_of(item).terms
    if item.usage:
        follows = item.having(start=item.end, end=item.end + terms.cycle, billed=False)
        return Due(follows, None, 0, terms.token)
    step = next_period(item, terms, shop.state.passes[pass_id].discount_bps)
    return Due(step.item, None, step.amount, terms.token)


def meter_total(shop: Shop, pass_id: int, item: Item) -> int:
    return shop.state.catalog.total(shop.pricing_of(item).terms.meter_id, pass_id)


def usage_bill(shop: Shop, pass_id: int, product_id: int, item: Item) -> tuple[int, int]:
    """Units since the mark and what they cost, coupon and discounts taken off."""
    terms = shop.pricing_of(item).terms
    units = meter_total(shop, pass_id, item) - shop.usage(pass_id, product_id).mark
    amount = price(item.having(quantity=units), terms, shop.state.passes[pass_id].discount_bps)
    assert amount <= list_cost(terms, units)
    return units, amount


def _bill(shop: Shop, pass_id: int, product_id: int, item: Item, goes_on: bool) -> Due:
    terms, usage = shop.pricing_of(item).terms, shop.usage(pass_id, product_id)
    _, amount = usage_bill(shop, pass_id, product_id, item)
    refuse_if(amount > usage.cap, "UsageCapExceeded")
    paid = item.coupon_used()
    if goes_on:
        paid = paid.having(start=item.end, end=item.end + terms.cycle, billed=False)
    else:
        paid = paid.having(billed=True)
    return Due(paid, usage.having(bill=amount, mark=meter_total(shop, pass_id, item)), amount, terms.token)


def pay(shop: Shop, pass_id: int, due: Due, caller: str) -> None:
    """ERC-20s come from the holder, the native coin from whoever calls."""
    payer = caller if due.token == NATIVE else shop.holder(pass_id)
    shop.collect(shop.state.passes[pass_id].org_id, due.token, payer, due.amount)


def write(shop: Shop, pass_id: int, product_id: int, due: Due) -> Due:
    shop.state.items[pass_id, product_id] = due.item
    if due.usage is not None:
        shop.state.usages[pass_id, product_id] = due.usage
    return due
