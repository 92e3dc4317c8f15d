# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title PurchaseManager
@license Apache-2.0
@author passmanager contributors
@notice Sells products and subscriptions as passes: purchases, renewals, pauses, cancellations, changes of plan,
        refunds, and who may do what. Buyers approve PaymentEscrow, never this contract.
@dev Holds no money between calls and does no price arithmetic: Catalog answers, in the one call that each path
     makes anyway, what is to be paid and what the item's word becomes. State is written before money moves.
     Every other contract is an immutable address, checked at creation.
@custom:security No call by a merchant can charge a customer: he pays as the caller, or by his own auto-renew.
@custom:kill pausePurchases(): stops new purchases; everything that belongs to customers and merchants goes on.
"""
from .interfaces import IPurchaseManager
from .modules import changing
from .modules import errors
from .modules import holding
from .modules import packing
from .modules import pass_items
from .modules import payments
from .modules import peers
from .modules import platform
from .modules import purchases
from .modules import renewing

implements: IPurchaseManager
initializes: peers
initializes: platform
initializes: pass_items[peers := peers]
initializes: payments[peers := peers, platform := platform]
initializes: purchases[
    peers := peers, platform := platform, pass_items := pass_items, payments := payments
]
initializes: renewing[
    peers := peers, platform := platform, pass_items := pass_items, payments := payments
]
initializes: holding[pass_items := pass_items, peers := peers, renewing := renewing]
initializes: changing[pass_items := pass_items, payments := payments, peers := peers]

# Buyers
exports: (
    purchases.purchaseProducts,
    purchases.purchaseAdditionalProducts,
    purchases.checkout,
    purchases.checkoutAdditional,
    purchases.airdropProducts,
    purchases.isReferenceUsed,
    purchases.maxLines,
    purchases.maxProducts,
    purchases.maxRecipients,
)
# Subscriptions
exports: (
    renewing.renewSubscription,
    renewing.renewSubscriptionBatch,
    renewing.renewSubscriptions,
    renewing.maxBatch,
    holding.pauseSubscription,
    holding.pauseSubscriptionBatch,
    holding.cancelSubscription,
    holding.cancelSubscriptionBatch,
    holding.setAutoRenew,
    holding.setUsageCap,
    holding.endSubscription,
    changing.changeSubscriptionPricing,
    changing.changeTieredSubscriptionUnitQuantity,
    pass_items.stateOf,
    pass_items.usageStateOf,
)
# Merchants
exports: (
    changing.refundProduct,
    changing.topUp,
)
# The platform
exports: (
    platform.owner,
    platform.pendingOwner,
    platform.transferOwnership,
    platform.acceptOwnership,
    platform.pausePurchases,
    platform.unpausePurchases,
    platform.purchasesPaused,
    platform.announceFee,
    platform.feeBps,
    platform.feeRecipient,
    platform.pendingFee,
    platform.passSupply,
)
# The other contracts
exports: (
    peers.organizationNFT,
    peers.catalog,
    peers.promotions,
    peers.productPass,
    peers.paymentEscrow,
    peers.passLens,
)


@deploy
def __init__(
    owner_: address,
    organizationNFT_: address,
    catalog_: address,
    promotions_: address,
    productPass_: address,
    paymentEscrow_: address,
    passLens_: address,
):
    """
    @notice Created last, at the address that all the others already name.
    @param owner_ Platform owner.
    @param organizationNFT_ And so on: the other six, already there.
    """
    platform.__init__(owner_)
    peers.__init__(
        organizationNFT_, catalog_, promotions_, productPass_, paymentEscrow_, passLens_
    )


@external
def beforePassTransfer(productPassId: uint256, word: uint256):
    """
    @notice Refuses the transfer of a pass that is locked; clears consent, coupons and usage caps of one that moves.
    @dev Only ProductPass, which hands in the pass's word and is locked meanwhile.
    @param productPassId Pass.
    @param word Its word before the transfer.
    """
    if msg.sender != peers.productPass:
        errors._not_system_contract(msg.sender)
    product_id: uint256 = packing._pass_first(word)
    for _: uint256 in range(64):
        if product_id == 0:
            break
        item: uint256 = pass_items.stateOf[productPassId][product_id]
        if not packing._item_movable(item, block.timestamp):
            errors._pass_locked(productPassId, product_id)
        cleared: uint256 = packing._item_with_coupon(item & ~packing.AUTO_RENEW, 0, 0)
        if cleared != item:
            pass_items._write(productPassId, product_id, cleared)
        if (item >> packing.USAGE_BIT) & 1 != 0:
            usage: uint256 = pass_items.usageStateOf[productPassId][product_id]
            if packing._usage_cap(usage) != 0:
                pass_items._set_cap(productPassId, product_id, usage, 0, packing._pass_owner(word))
        product_id = packing._item_next(item)
