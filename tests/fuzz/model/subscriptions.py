"""Cancel, pause, consent, caps, the end, changes (R11, R12, R15, R16, R17)."""

from .items import ACTIVE, EXPIRED, PAST_DUE, Item, Usage, revoked
from .orgs import AIRDROP, SUPPORT
from .periods import Step, change, change_free, grace_days, price
from .pricing import NATIVE, Terms, after, list_cost
from .refusal import refuse_if
from .renewals import Due, by_holder, pay, usage_bill, write
from .shop import Shop, require_enough_value, require_no_value


def cancel(shop: Shop, caller: str, pass_id: int, product_id: int, on: bool, value: int = 0) -> None:
    holder = shop.holder(pass_id)
    if on and caller != holder:
        shop.require_role(pass_id, caller, SUPPORT)
    elif not on:
        shop.require_holder(pass_id, caller)
    item = shop.subscription(pass_id, product_id)
    if on:
        require_no_value(value)
        shop.state.items[pass_id, product_id] = item.having(cancelled=True)
        return
    refuse_if(not item.cancelled, "NotCancelled")
    if item.status(shop.state.now) == EXPIRED:
        due = by_holder(shop, pass_id, product_id, item)
        require_enough_value(due.token, due.amount, value)
        pay(shop, pass_id, due, caller)
        write(shop, pass_id, product_id, due)
        return
    require_enough_value(NATIVE if item.native else "ERC-20", 0, value)
    shop.state.items[pass_id, product_id] = item.having(cancelled=False)


def cancel_batch(shop: Shop, caller: str, pass_id: int, product_ids: list[int], ons: list[bool]) -> None:
    refuse_if(not product_ids, "EmptyList")
    refuse_if(len(product_ids) != len(ons), "LengthMismatch")
    for product_id, on in zip(product_ids, ons, strict=True):
        item = shop.state.items.get((pass_id, product_id))
        if not on and item and item.native and item.cancelled and not item.one_time:
            _refuse_native_restart(shop, caller, pass_id, product_id, item)
        cancel(shop, caller, pass_id, product_id, on)


def _refuse_native_restart(shop: Shop, caller: str, pass_id: int, product_id: int, item: Item) -> None:
    shop.require_holder(pass_id, caller)
    if item.status(shop.state.now) == EXPIRED:
        due = by_holder(shop, pass_id, product_id, item)
        refuse_if(due.amount > 0, "NativeCoinNotAccepted")


def pause(shop: Shop, caller: str, pass_id: int, product_id: int, on: bool) -> None:
    shop.require_holder(pass_id, caller)
    item, now = shop.subscription(pass_id, product_id), shop.state.now
    if on:
        refuse_if(item.usage, "CannotPauseUsage")
        refuse_if(item.paused, "AlreadyPaused")
        refuse_if(not item.pausable, "NotPausable")
        refuse_if(item.status(now) in (PAST_DUE, EXPIRED), "NotActive")
        item = item.having(paused=True, start=now - item.start, end=item.end - now)
    else:
        refuse_if(not item.paused, "NotPaused")
        item = item.having(paused=False, start=now - item.start, end=now + item.end)
    shop.state.items[pass_id, product_id] = item


def pause_batch(shop: Shop, caller: str, pass_id: int, product_ids: list[int], ons: list[bool]) -> None:
    refuse_if(not product_ids, "EmptyList")
    refuse_if(len(product_ids) != len(ons), "LengthMismatch")
    for product_id, on in zip(product_ids, ons, strict=True):
        pause(shop, caller, pass_id, product_id, on)


def set_auto_renew(shop: Shop, caller: str, pass_id: int, product_id: int, on: bool) -> None:
    shop.require_holder(pass_id, caller)
    item = shop.subscription(pass_id, product_id)
    if on:
        shop.state.catalog.check_access(item.pricing_id, caller)
    shop.state.items[pass_id, product_id] = item.having(auto_renew=on)


def set_usage_cap(shop: Shop, caller: str, pass_id: int, product_id: int, amount: int) -> None:
    shop.require_holder(pass_id, caller)
    item = shop.subscription(pass_id, product_id)
    refuse_if(amount >= 2**96, "NumberTooLarge")
    refuse_if(not item.usage, "NotUsageBased")
    recorded = usage_bill(shop, pass_id, product_id, item)[1]
    refuse_if(amount < recorded, "UsageCapTooLow")
    shop.state.usages[pass_id, product_id] = shop.usage(pass_id, product_id).having(cap=amount)


def end(shop: Shop, caller: str, pass_id: int, product_id: int) -> None:
    """Gives the rest up at once; of usage the last bill stays due."""
    shop.require_holder(pass_id, caller)
    item, now = shop.subscription(pass_id, product_id), shop.state.now
    if item.status(now) == EXPIRED:
        return
    ended_usage = item.having(cancelled=True, end=min(item.end, now), auto_renew=False)
    shop.state.items[pass_id, product_id] = ended_usage if item.usage else revoked(item, now)


def change_pricing(
    shop: Shop,
    caller: str,
    org_id: int,
    pass_id: int,
    product_id: int,
    pricing_id: int,
    airdrop: bool,
    value: int = 0,
) -> Step:
    shop.holder(pass_id)
    refuse_if(shop.state.passes[pass_id].org_id != org_id, "PassOfAnotherOrganization")
    item, catalog = _may_change(shop, caller, pass_id, product_id, airdrop), shop.state.catalog
    refuse_if(item.status(shop.state.now) != ACTIVE, "NotActive")
    refuse_if(item.pricing_id == pricing_id, "NothingToChange")
    new = catalog.pricing(pricing_id, org_id)
    refuse_if((product_id, pricing_id) not in catalog.links, "PricingNotLinked")
    refuse_if(new.retired, "PricingRetired")
    if not airdrop:
        refuse_if(catalog.rules_of(org_id).plan_change_off, "PlanChangeOff")
        refuse_if(not catalog.products[product_id].active, "ProductInactive")
        refuse_if(not new.active, "PricingInactive")
        catalog.check_access(pricing_id, caller)
    _check_mix(shop.pricing_of(item).terms, new.terms)
    moved = _on_new_plan(shop, org_id, item, pricing_id, new.terms)
    if item.usage:
        return _change_usage(shop, pass_id, product_id, moved, new.terms, airdrop, value)
    cost = price(moved, new.terms, shop.state.passes[pass_id].discount_bps)
    return _apply(shop, pass_id, product_id, moved, new.terms, cost, airdrop, value)


def _may_change(shop: Shop, caller: str, pass_id: int, product_id: int, airdrop: bool) -> Item:
    if airdrop:
        shop.require_role(pass_id, caller, AIRDROP)
    else:
        shop.require_holder(pass_id, caller)
    return shop.subscription(pass_id, product_id)


def _check_mix(old: Terms, new: Terms) -> None:
    refuse_if(new.one_time, "NotRecurring")
    refuse_if(old.token != new.token, "DifferentToken")
    refuse_if(old.usage != new.usage, "UsageMismatch")


def _on_new_plan(shop: Shop, org_id: int, item: Item, pricing_id: int, new: Terms) -> Item:
    """Flat to tiered starts with 1, tiered to flat drops to 0; the coupon ends; grace is the org's of today."""
    quantity = (item.quantity or 1) if new.tiered else 0
    days = grace_days(shop.state.catalog.rules_of(org_id).grace_days, new.cycle)
    return item.without_coupon().having(pricing_id=pricing_id, quantity=quantity, grace_days=days)


def _change_usage(
    shop: Shop, pass_id: int, product_id: int, moved: Item, new: Terms, airdrop: bool, value: int
) -> Step:
    """The holder pays what is recorded first, within his cap; the org forgives it and takes the cap back."""
    item, usage = shop.item(pass_id, product_id), shop.usage(pass_id, product_id)
    mark = shop.state.catalog.total(new.meter_id, pass_id)
    bill = 0 if airdrop else usage_bill(shop, pass_id, product_id, item)[1]
    refuse_if(bill > usage.cap, "UsageCapExceeded")
    now = shop.state.now
    if airdrop:
        kept = max(now + new.cycle, item.end)
        step = Step(moved.having(start=now, end=kept, auto_renew=False))
        fresh = Usage(cap=0, bill=0, mark=mark)
    else:
        step = Step(moved.having(start=now, end=now + new.cycle), bill)
        fresh = usage.having(bill=bill, mark=mark)
    require_enough_value(new.token, bill, value)
    due = Due(step.item, fresh, bill, new.token)
    pay(shop, pass_id, due, shop.holder(pass_id))
    write(shop, pass_id, product_id, due)
    return step


def _apply(
    shop: Shop, pass_id: int, product_id: int, moved: Item, new: Terms, cost: int, airdrop: bool, value: int
) -> Step:
    item, now = shop.item(pass_id, product_id), shop.state.now
    plan = change_free if airdrop else change
    step = plan(item, shop.pricing_of(item).terms, new, moved, cost, now)
    require_enough_value(new.token, step.amount, value)
    due = Due(step.item, None, step.amount, new.token)
    pay(shop, pass_id, due, shop.holder(pass_id))
    write(shop, pass_id, product_id, due)
    return step


def change_quantity(
    shop: Shop, caller: str, pass_id: int, product_id: int, quantity: int, airdrop: bool, value: int = 0
) -> Step:
    """By the holder it uses one renewal of the coupon; by the org the coupon stays out of it."""
    item = _may_change(shop, caller, pass_id, product_id, airdrop)
    pricing = shop.pricing_of(item)
    terms = pricing.terms
    refuse_if(item.status(shop.state.now) != ACTIVE, "NotActive")
    refuse_if(not terms.tiered, "QuantityNotTiered")
    refuse_if(not 1 <= quantity < 2**32, "InvalidQuantity")
    refuse_if(quantity == item.quantity, "NothingToChange")
    refuse_if(pricing.retired, "PricingRetired")
    if not airdrop:
        shop.state.catalog.check_access(item.pricing_id, caller)
    moved, discounts = item.having(quantity=quantity), shop.state.passes[pass_id].discount_bps
    if airdrop:
        cost = after(list_cost(terms, quantity), discounts)
    else:
        cost, moved = price(moved, terms, discounts), moved.coupon_used()
    return _apply(shop, pass_id, product_id, moved, terms, cost, airdrop, value)
