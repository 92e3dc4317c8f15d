# pragma version ~=0.4.3
"""
@title changes
@license Apache-2.0
@notice Changes of plan and quantity, the value of time left, and refunds (rules R17 to R19).
@dev Reads Catalog's storage, writes nothing.
"""
from ..interfaces import ICatalog
from . import catalog_store
from . import catalog_words
from . import errors
from . import packing
from . import pricing
from . import renewals

uses: catalog_store
uses: renewals


# What a subscription moves to.
struct Target:
    terms: catalog_words.Terms
    quantity: uint256
    couponBps: uint256
    airdrop: bool


@internal
@view
def _plan_change(item: ICatalog.Item, new_pricing_id: uint256, airdrop: bool) -> ICatalog.Change:
    self._check_changeable(item)
    old: catalog_words.Terms = catalog_store._terms(packing._item_pricing(item.word))
    new: catalog_words.Terms = catalog_store._terms_of_org(new_pricing_id, item.orgId)
    if new_pricing_id == old.pricingId:
        errors._nothing_to_change(item.productPassId, item.productId)
    self._check_kinds(old, new)
    catalog_store._check_linked(item.productId, new_pricing_id)
    catalog_store._check_not_retired(new)
    rules: uint256 = catalog_store.saleRuleWords[item.orgId]
    if not airdrop:
        if rules & catalog_words.RULE_PLAN_CHANGE_OFF != 0:
            errors._plan_change_off(item.orgId)
        catalog_store._check_on_sale(
            item.productId, catalog_store.productWords[item.productId], new, item.holder
        )
    quantity: uint256 = packing._item_quantity(item.word)
    if new.style != pricing.TIERED_VOLUME and new.style != pricing.TIERED_GRADUATED:
        quantity = 0
    elif quantity == 0:
        quantity = 1
    word: uint256 = packing._item_with_grace(
        packing._item_with_coupon(item.word, 0, 0), catalog_words._rules_grace_days(rules, new.cycle)
    )
    target: Target = Target(terms=new, quantity=quantity, couponBps=0, airdrop=airdrop)
    return self._move(item, word, old, target)


@internal
@view
def _quantity_change(item: ICatalog.Item, quantity: uint256, airdrop: bool) -> ICatalog.Change:
    self._check_changeable(item)
    terms: catalog_words.Terms = catalog_store._terms(packing._item_pricing(item.word))
    if packing._item_quantity(item.word) == 0:
        errors._quantity_not_tiered(terms.pricingId)
    if quantity == packing._item_quantity(item.word):
        errors._nothing_to_change(item.productPassId, item.productId)
    catalog_store._check_quantity(terms, quantity)
    catalog_store._check_not_retired(terms)
    if airdrop:
        target: Target = Target(terms=terms, quantity=quantity, couponBps=0, airdrop=True)
        return self._move(item, item.word, terms, target)
    catalog_store._check_access(terms, item.holder)
    own: Target = Target(
        terms=terms, quantity=quantity, couponBps=packing._item_coupon_bps(item.word), airdrop=False
    )
    return self._move(item, renewals._use_coupon(item.word), terms, own)


@internal
@view
def _check_changeable(item: ICatalog.Item):
    if item.word == 0:
        errors._no_such_item(item.productPassId, item.productId)
    if (item.word >> packing.ONE_TIME_BIT) & 1 != 0:
        errors._not_a_subscription(item.productPassId, item.productId)
    status: uint256 = packing._item_status(item.word, block.timestamp)
    if status != packing.STATUS_ACTIVE:
        errors._not_active(item.productPassId, item.productId, status)


@internal
@pure
def _check_kinds(old: catalog_words.Terms, new: catalog_words.Terms):
    if new.style == pricing.ONE_TIME:
        errors._not_recurring(new.pricingId)
    if new.token != old.token:
        errors._different_token(old.token, new.token)
    if (new.style >= pricing.USAGE_VOLUME) != (old.style >= pricing.USAGE_VOLUME):
        errors._usage_mismatch(new.pricingId)


@internal
@view
def _move(
    item: ICatalog.Item, word: uint256, old: catalog_words.Terms, target: Target
) -> ICatalog.Change:
    """
    @notice The new plan starts now. `word` has its coupon and grace already.
    """
    change: ICatalog.Change = empty(ICatalog.Change)
    change.usage = item.usage
    change.token = old.token
    after: uint256 = packing._item_with_pricing(word, target.terms.pricingId, target.quantity)
    if target.airdrop:
        after &= ~packing.AUTO_RENEW
        if target.quantity < packing._item_quantity(item.word):
            errors._change_would_take_away(item.productPassId, item.productId)
    list_cost: uint256 = 0
    cost: uint256 = 0
    if (after >> packing.USAGE_BIT) & 1 != 0:
        change = self._settle_usage(item, old, change, target)
    else:
        list_cost = catalog_store._list_cost(old, packing._item_quantity(item.word))
        change.valueLeft = self._value_left(item.word, list_cost, old.cycle)
        list_cost = catalog_store._list_cost(target.terms, target.quantity)
        cost = pricing._after(pricing._after(list_cost, target.couponBps), item.discountBps)
    duration: uint256 = self._duration(item, change.valueLeft, cost, target)
    rate: uint256 = 0
    if target.airdrop and change.valueLeft <= cost:
        # Nothing is charged: the value left, spread over the time given.
        if list_cost != 0:
            rate = (
                change.valueLeft * target.terms.cycle * packing.RATE_ONE // (list_cost * duration)
            )
    else:
        rate = pricing._rate(cost, list_cost)
        if change.valueLeft < cost:
            change.amount = cost - change.valueLeft
    change.word = packing._item_with_rate(
        packing._item_with_times(after, block.timestamp, block.timestamp + duration), rate
    )
    return change


@internal
@view
def _duration(
    item: ICatalog.Item, value_left: uint256, cost: uint256, target: Target
) -> uint256:
    """
    @notice Seconds from now: a full cycle, or what a larger value buys. The org never shortens the time left.
    """
    cycle: uint256 = target.terms.cycle
    left: uint256 = packing._item_end(item.word) - block.timestamp
    if value_left <= cost:
        return max(cycle, left) if target.airdrop else cycle
    if cost == 0 or cycle * value_left // cost > pricing.MAX_AHEAD:
        errors._surplus_too_long(value_left, cost)
    duration: uint256 = cycle * value_left // cost
    if target.airdrop and duration < left:
        errors._change_would_take_away(item.productPassId, item.productId)
    return duration


@internal
@view
def _settle_usage(
    item: ICatalog.Item, old: catalog_words.Terms, before: ICatalog.Change, target: Target
) -> ICatalog.Change:
    """
    @notice A usage plan is billed before it changes; the new plan counts from its own meter's reading. The
            org's change forgives what is recorded, and the holder, who has not agreed to the new pricing,
            sets a new cap.
    """
    settled: ICatalog.Change = before
    units: uint256 = 0
    bill: uint256 = 0
    total: uint256 = 0
    units, bill, total = renewals._bill(item, old)
    mark: uint256 = catalog_store.usageTotal[target.terms.meterId][item.productPassId]
    if target.airdrop:
        settled.usage = packing._pack_usage(0, 0, mark)
        return settled
    cap: uint256 = packing._usage_cap(item.usage)
    if bill > cap:
        errors._usage_cap_exceeded(bill, cap)
    settled.amount = bill
    settled.units = units
    settled.usage = packing._pack_usage(cap, bill, mark)
    return settled


@internal
@view
def _value_left(word: uint256, list_cost: uint256, cycle: uint256) -> uint256:
    """
    @notice What the time left of an ACTIVE, CANCELLED or PAUSED subscription is worth.
    """
    left: uint256 = packing._item_end(word)  # of a paused one: seconds left
    if (word >> packing.PAUSED_BIT) & 1 == 0:
        left -= min(left, block.timestamp)
    return pricing._value(list_cost, packing._item_rate(word), left, cycle)


# --- refunds ---


# What a refund is about.
struct Bounds:
    most: uint256  # really paid and not refunded yet
    least: uint256  # of a revocation: the value left
    token: address
    lowered: uint256  # 10^-8 of rate per unit refunded: numerator and denominator
    per: uint256


@internal
@view
def _bounds(item: ICatalog.Item) -> Bounds:
    if item.word == 0:
        errors._no_such_item(item.productPassId, item.productId)
    word: uint256 = item.word
    terms: catalog_words.Terms = catalog_store._terms(packing._item_pricing(word))
    bounds: Bounds = empty(Bounds)
    bounds.token = terms.token
    if (word >> packing.USAGE_BIT) & 1 != 0:
        bounds.most = packing._usage_bill(item.usage)
        return bounds
    list_cost: uint256 = catalog_store._list_cost(terms, packing._item_quantity(word))
    duration: uint256 = self._period(word)
    cycle: uint256 = terms.cycle
    if duration == 0:  # one-time: all of it, as if the period were the cycle
        duration = 1
        cycle = 1
    bounds.lowered = cycle * packing.RATE_ONE
    bounds.per = list_cost * duration
    bounds.most = pricing._value(list_cost, packing._item_rate(word), duration, cycle)
    if (word >> packing.REVOKED_BIT) & 1 == 0:
        if terms.cycle == 0:
            bounds.least = bounds.most
        else:
            bounds.least = self._value_left(word, list_cost, cycle)
    return bounds


@internal
@pure
def _period(word: uint256) -> uint256:
    """
    @notice Seconds of the period in the word, 0 = one-time.
    """
    if (word >> packing.ONE_TIME_BIT) & 1 != 0:
        return 0
    if (word >> packing.PAUSED_BIT) & 1 != 0:
        return packing._item_start(word) + packing._item_end(word)
    return packing._item_end(word) - packing._item_start(word)


@internal
@view
def _refund_change(item: ICatalog.Item, amount: uint256, revoke: bool) -> ICatalog.Change:
    bounds: Bounds = self._bounds(item)
    if amount > bounds.most:
        errors._refund_too_large(amount, bounds.most)
    if revoke and amount < bounds.least:
        errors._refund_too_small(amount, bounds.least)
    if amount == 0 and not revoke:
        errors._zero_amount()
    change: ICatalog.Change = empty(ICatalog.Change)
    change.token = bounds.token
    change.usage = item.usage
    change.word = item.word
    kept: uint256 = bounds.most - amount
    if (item.word >> packing.USAGE_BIT) & 1 != 0:
        change.usage = packing._pack_usage(
            packing._usage_cap(item.usage), kept, packing._usage_mark(item.usage)
        )
    elif amount != 0:
        # The rate that leaves at most what was kept.
        change.word = packing._item_with_rate(item.word, kept * bounds.lowered // bounds.per)
    if revoke:
        change.word = packing._item_revoked(change.word, block.timestamp)
    return change
