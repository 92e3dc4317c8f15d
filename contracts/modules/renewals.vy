# pragma version ~=0.4.3
"""
@title renewals
@license Apache-2.0
@notice What a renewal costs, whether it may go ahead, and the item's word after it (rules R11, R12, R14).
@dev Reads Catalog's storage, writes nothing. Refusals that a batch must survive are reasons, not reverts.
"""
from ..interfaces import ICatalog
from . import catalog_store
from . import catalog_words
from . import errors
from . import packing
from . import pricing

uses: catalog_store

# Who renews.
BY_ANYBODY: constant(uint256) = 0
BY_HOLDER: constant(uint256) = 1
BY_ORG: constant(uint256) = 2

# Reasons, also the outcomes of `renewSubscriptions`.
GOES_AHEAD: constant(uint256) = 0
NOT_DUE: constant(uint256) = 1
IS_CANCELLED: constant(uint256) = 2
IS_PAUSED: constant(uint256) = 3
NO_CONSENT: constant(uint256) = 4
PAST_GRACE: constant(uint256) = 5
IS_RETIRED: constant(uint256) = 6
CAP_EXCEEDED: constant(uint256) = 7
NO_SUBSCRIPTION: constant(uint256) = 12


@internal
@view
def _renewal(item: ICatalog.Item, by: uint256) -> ICatalog.Renewal:
    renewed: ICatalog.Renewal = empty(ICatalog.Renewal)
    word: uint256 = item.word
    renewed.word = word
    renewed.usage = item.usage
    if word == 0 or (word >> packing.ONE_TIME_BIT) & 1 != 0:
        renewed.reason = NO_SUBSCRIPTION
        return renewed
    terms: catalog_words.Terms = catalog_store._terms(packing._item_pricing(word))
    renewed.token = terms.token
    retired: bool = terms.flags & catalog_words.PRICING_RETIRED != 0
    status: uint256 = packing._item_status(word, block.timestamp)
    bill_due: bool = self._is_bill_due(word)
    renewed.reason = self._refusal(word, status, bill_due, retired, by)
    if renewed.reason != GOES_AHEAD:
        return renewed
    if by == BY_HOLDER and not (bill_due and retired):  # anyone may pay a last bill
        self._check_holder(item, terms, status)
    usage: bool = (word >> packing.USAGE_BIT) & 1 != 0
    if usage:
        renewed.amount, renewed.units, renewed.usage = self._settle_usage(
            item, terms, bill_due and by != BY_ORG, by == BY_ORG or status == packing.STATUS_EXPIRED
        )
        if renewed.amount > packing._usage_cap(item.usage):
            renewed.reason = CAP_EXCEEDED
            return renewed
        if bill_due:
            if by != BY_ORG:
                word = self._use_coupon(word)
            goes_on: bool = by != BY_ANYBODY or (word >> packing.AUTO_RENEW_BIT) & 3 == 1  # on, not cancelled
            if retired or not goes_on:
                renewed.word = word | packing.BILLED  # a last bill; no new period starts
                return renewed
    word = self._consent(word, status, by) & ~packing.BILLED
    rate: uint256 = 0
    if not usage and by != BY_ORG:
        list_cost: uint256 = catalog_store._list_cost(terms, packing._item_quantity(word))
        renewed.amount = pricing._after(list_cost, packing._item_coupon_bps(word))
        renewed.amount = pricing._after(renewed.amount, item.discountBps)
        rate = pricing._rate(renewed.amount, list_cost)
        word = self._use_coupon(word)
    start: uint256 = packing._item_end(word)
    renewed.periodStart = start
    end: uint256 = start + terms.cycle
    if status == packing.STATUS_ACTIVE:  # early: one rate for all the time left, from now
        rate = pricing._blend(start - block.timestamp, packing._item_rate(word), terms.cycle, rate)
        start = block.timestamp
        if end > start + pricing.MAX_AHEAD:
            errors._too_far_ahead(end, start + pricing.MAX_AHEAD)
    elif status == packing.STATUS_EXPIRED:
        start = block.timestamp
        end = start + terms.cycle
        renewed.periodStart = start
    renewed.word = packing._item_with_rate(packing._item_with_times(word, start, end), rate)
    return renewed


@internal
@view
def _is_bill_due(word: uint256) -> bool:
    """
    @notice From `end` until the end of grace a usage period can be billed, once.
    """
    if (word >> packing.USAGE_BIT) & 1 == 0 or ((word >> packing.REVOKED_BIT) | (word >> packing.BILLED_BIT)) & 1 != 0:
        return False
    return (
        packing._item_end(word) <= block.timestamp
        and block.timestamp < packing._item_grace_end(word)
    )


@internal
@view
def _refusal(word: uint256, status: uint256, bill_due: bool, retired: bool, by: uint256) -> uint256:
    """
    @notice The status and action matrix of a renewal.
    """
    if status == packing.STATUS_PAUSED:
        return IS_PAUSED
    if bill_due:
        if by != BY_ORG or ((word >> packing.CANCELLED_BIT) & 1 == 0 and not retired):
            return GOES_AHEAD
    if (word >> packing.CANCELLED_BIT) & 1 != 0 and (by != BY_HOLDER or status == packing.STATUS_CANCELLED):
        return IS_CANCELLED
    if by == BY_ANYBODY:
        if status == packing.STATUS_ACTIVE:
            return NOT_DUE
        if status == packing.STATUS_EXPIRED:
            return PAST_GRACE
        if (word >> packing.AUTO_RENEW_BIT) & 1 == 0:
            return NO_CONSENT
    elif status == packing.STATUS_ACTIVE and (word >> packing.USAGE_BIT) & 1 != 0:
        return NOT_DUE
    if retired:
        return IS_RETIRED
    return GOES_AHEAD


@internal
@view
def _check_holder(item: ICatalog.Item, terms: catalog_words.Terms, status: uint256):
    """
    @notice The holder must be on the pricing's list; a restart is a purchase and passes all its checks.
    """
    if status != packing.STATUS_EXPIRED:
        catalog_store._check_access(terms, item.holder)
        return
    catalog_store._check_open(item.orgId, catalog_store.saleRuleWords[item.orgId], item.holder)
    catalog_store._check_linked(item.productId, terms.pricingId)
    catalog_store._check_on_sale(
        item.productId, catalog_store.productWords[item.productId], terms, item.holder
    )


@internal
@view
def _bill(item: ICatalog.Item, terms: catalog_words.Terms) -> (uint256, uint256, uint256):
    """
    @notice Units since the mark, what they cost this holder, and the reading.
    """
    total: uint256 = catalog_store.usageTotal[terms.meterId][item.productPassId]
    units: uint256 = total - min(total, packing._usage_mark(item.usage))
    cost: uint256 = catalog_store._list_cost(terms, units)
    cost = pricing._after(cost, packing._item_coupon_bps(item.word))
    return units, pricing._after(cost, item.discountBps), total


@internal
@view
def _settle_usage(
    item: ICatalog.Item, terms: catalog_words.Terms, bill_due: bool, forgive: bool
) -> (uint256, uint256, uint256):
    """
    @notice The bill that is due with its units, and the usage word after it. `forgive` moves the mark where
            nothing more can be billed: the org gives it away, or the time to bill is over.
    """
    units: uint256 = 0
    bill: uint256 = 0
    total: uint256 = 0
    units, bill, total = self._bill(item, terms)
    cap: uint256 = packing._usage_cap(item.usage)
    if bill_due:
        # A bill above the cap is not collected; the caller refuses it.
        return bill, units, packing._pack_usage(cap, min(bill, cap), total)
    if forgive:
        return 0, 0, packing._pack_usage(cap, 0, total)
    return 0, 0, item.usage


@internal
@pure
def _consent(word: uint256, status: uint256, by: uint256) -> uint256:
    """
    @notice A restart clears how the last period ended, with its coupon. By the holder it is consent; a gift
            of the org to somebody who did not pay ends consent (W2, W6, W7).
    """
    after: uint256 = word
    if status == packing.STATUS_EXPIRED:
        after = packing._item_with_coupon(word & ~(packing.CANCELLED | packing.REVOKED), 0, 0)
        if by == BY_HOLDER:
            return after | packing.AUTO_RENEW
    if by == BY_ORG and status != packing.STATUS_ACTIVE:
        return after & ~packing.AUTO_RENEW
    return after


@internal
@pure
def _use_coupon(word: uint256) -> uint256:
    """
    @notice One charge at the coupon's rate is used up.
    """
    left: uint256 = packing._item_coupon_left(word)
    if left == 0 or left == packing.COUPON_FOR_EVER:
        return word
    if left == 1:
        return packing._item_with_coupon(word, 0, 0)
    return packing._item_with_coupon(word, packing._item_coupon_bps(word), left - 1)
