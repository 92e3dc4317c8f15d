# pragma version ~=0.4.3
# pragma nonreentrancy on
"""
@title holding
@license Apache-2.0
@notice What a holder does with his subscriptions: pause, cancel, agree to renewals and bills, give up.
@dev Role support may cancel for a customer; nothing here charges but the restart of a cancelled subscription.
"""
from ..interfaces import ICatalog
from . import errors
from . import packing
from . import pass_items
from . import payments
from . import peers
from . import renewing

uses: peers
uses: pass_items
uses: renewing

ROLE_SUPPORT: constant(uint256) = 32


@external
def pauseSubscription(productPassId: uint256, productId: uint256, pause: bool):
    """
    @notice Stops the clock of a subscription (time used and left are kept to the second), or starts it again.
    @dev Holder. Emits SubscriptionStateChanged.
    @param productPassId Pass.
    @param productId Subscription on it, sold while the organization allowed pausing.
    @param pause Pause or take up again.
    """
    self._pause(productPassId, productId, pause)


@external
def pauseSubscriptionBatch(
    productPassId: uint256, productIds: DynArray[uint256, 64], pauses: DynArray[bool, 64]
):
    """
    @notice pauseSubscription for several products of one pass, all or nothing.
    @dev Holder.
    @param productPassId Pass.
    @param productIds Subscriptions on it.
    @param pauses Pause or take up again, for each.
    """
    pass_items._check_lists(len(productIds), len(pauses))
    for i: uint256 in range(len(productIds), bound=64):
        self._pause(productPassId, productIds[i], pauses[i])


@external
@payable
def cancelSubscription(productPassId: uint256, productId: uint256, cancel: bool):
    """
    @notice Cancels a subscription: access runs to the end of the period, nothing is charged any more. Or undoes
            that: free while the period runs, a restart with its charge afterwards.
    @dev Holder; role support may cancel. Cancelling twice changes nothing. Emits SubscriptionStateChanged.
    @param productPassId Pass.
    @param productId Subscription on it.
    @param cancel Cancel or undo.
    """
    self._cancel(productPassId, productId, cancel, msg.value, True)


@external
def cancelSubscriptionBatch(
    productPassId: uint256, productIds: DynArray[uint256, 64], cancels: DynArray[bool, 64]
):
    """
    @notice cancelSubscription for several products of one pass, all or nothing, none in the native coin.
    @dev As cancelSubscription.
    @param productPassId Pass.
    @param productIds Subscriptions on it.
    @param cancels Cancel or undo, for each.
    """
    pass_items._check_lists(len(productIds), len(cancels))
    for i: uint256 in range(len(productIds), bound=64):
        self._cancel(productPassId, productIds[i], cancels[i], 0, False)


@external
def setAutoRenew(productPassId: uint256, productId: uint256, autoRenew: bool):
    """
    @notice Agrees to the renewal of this subscription at its pricing, or takes that back.
    @dev Holder. Emits SubscriptionStateChanged.
    @param productPassId Pass.
    @param productId Subscription on it.
    @param autoRenew On or off.
    """
    pass_word: uint256 = 0
    item: ICatalog.Item = empty(ICatalog.Item)
    item, pass_word = pass_items._own_subscription(productPassId, productId)
    if autoRenew:
        pricing_id: uint256 = packing._item_pricing(item.word)
        if not staticcall ICatalog(peers.catalog).mayHold(pricing_id, msg.sender):
            errors._pricing_restricted(pricing_id, msg.sender)
        pass_items._update(item, pass_word, item.word | packing.AUTO_RENEW)
    else:
        pass_items._update(item, pass_word, item.word & ~packing.AUTO_RENEW)


@external
def setUsageCap(productPassId: uint256, productId: uint256, amount: uint256):
    """
    @notice Agrees to usage bills up to an amount, for each period.
    @dev Holder. Not below what is already recorded. Emits UsageCapSet.
    @param productPassId Pass.
    @param productId Usage subscription on it.
    @param amount Largest bill, in the token's smallest unit, below 2^96.
    """
    pass_word: uint256 = 0
    item: ICatalog.Item = empty(ICatalog.Item)
    item, pass_word = pass_items._own_subscription(productPassId, productId)
    if amount > packing.MASK_96:
        errors._number_too_large(amount, packing.MASK_96)
    units: uint256 = 0
    recorded: uint256 = 0
    units, recorded = staticcall ICatalog(peers.catalog).usageBill(item)
    if amount < recorded:
        errors._usage_cap_too_low(amount, recorded)
    pass_items._set_cap(productPassId, productId, item.usage, amount, msg.sender)


@external
def endSubscription(productPassId: uint256, productId: uint256):
    """
    @notice Gives up a subscription at once, with the time left. A usage subscription can still be billed once.
    @dev Holder. Changes nothing once it has expired. Emits SubscriptionStateChanged.
    @param productPassId Pass.
    @param productId Subscription on it.
    """
    pass_word: uint256 = 0
    item: ICatalog.Item = empty(ICatalog.Item)
    item, pass_word = pass_items._own_subscription(productPassId, productId)
    word: uint256 = item.word
    if packing._item_status(word, block.timestamp) == packing.STATUS_EXPIRED:
        return
    if (word >> packing.USAGE_BIT) & 1 == 0:
        word = packing._item_revoked(word, block.timestamp)
    else:
        end: uint256 = min(packing._item_end(word), block.timestamp)
        word = packing._item_with_times(word, packing._item_start(word), end)
        word = (word | packing.CANCELLED) & ~packing.AUTO_RENEW
    pass_items._update(item, pass_word, word)


@internal
def _pause(pass_id: uint256, product_id: uint256, pause: bool):
    pass_word: uint256 = 0
    item: ICatalog.Item = empty(ICatalog.Item)
    item, pass_word = pass_items._own_subscription(pass_id, product_id)
    word: uint256 = item.word
    start: uint256 = packing._item_start(word)
    end: uint256 = packing._item_end(word)
    now: uint256 = block.timestamp
    paused: bool = (word >> packing.PAUSED_BIT) & 1 != 0
    if pause:
        if paused:
            errors._already_paused(pass_id, product_id)
        if (word >> packing.USAGE_BIT) & 1 != 0:
            errors._cannot_pause_usage(product_id)
        if (word >> packing.PAUSABLE_BIT) & 1 == 0:
            errors._not_pausable(pass_id, product_id)
        status: uint256 = packing._item_status(word, now)
        if status > packing.STATUS_CANCELLED:
            errors._not_active(pass_id, product_id, status)
        word = packing._item_with_times(word | packing.PAUSED, now - start, end - now)
    else:
        if not paused:
            errors._not_paused(pass_id, product_id)
        word = packing._item_with_times(word & ~packing.PAUSED, now - start, now + end)
    pass_items._update(item, pass_word, word)


@internal
def _cancel(pass_id: uint256, product_id: uint256, cancel: bool, sent: uint256, single: bool):
    pass_word: uint256 = pass_items._pass_word(pass_id)
    item: ICatalog.Item = pass_items._item(pass_id, product_id, pass_word)
    word: uint256 = item.word
    cancelled: bool = (word >> packing.CANCELLED_BIT) & 1 != 0
    if cancel:
        if msg.sender != item.holder:
            pass_items._check_role(item.orgId, ROLE_SUPPORT)
        pass_items._check_subscription(item)
        if sent != 0:
            errors._wrong_value(sent, 0)
        if not cancelled:
            pass_items._update(item, pass_word, word | packing.CANCELLED)
        return
    pass_items._check_holder(pass_id, pass_word)
    pass_items._check_subscription(item)
    if not cancelled:
        errors._not_cancelled(pass_id, product_id)
    if packing._item_status(word, block.timestamp) == packing.STATUS_EXPIRED:
        renewing._renew(pass_id, product_id, False, sent, single)
        return
    pass_items._update(item, pass_word, word & ~packing.CANCELLED)
    if sent != 0 and (word >> packing.NATIVE_BIT) & 1 == 0:
        errors._wrong_value(sent, 0)
    payments._give_back(sent)
