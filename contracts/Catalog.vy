# pragma version 0.4.3
# pragma optimize codesize
"""
@title Catalog
@license Apache-2.0
@author passmanager contributors
@notice Products, pricings, sale rules and usage meters of all organizations, and all price and period
        arithmetic. Pricings are promises: their terms never change.
@dev Holds no money. Calls only contracts of this system, so there is no lock to pay for. The logic lies in
     modules: sales (carts), renewals, changes (plans, quantities, refunds); the words in catalog_words.
@custom:security Roles are asked of OrganizationNFT at each call.
@custom:kill There is no switch: an organization closes its sale, retires a pricing or ends a product itself.
"""
from .interfaces import ICatalog
from .modules import catalog_peers
from .modules import catalog_store
from .modules import changes
from .modules import errors
from .modules import metering
from .modules import offers
from .modules import packing
from .modules import renewals
from .modules import sales

implements: ICatalog
initializes: catalog_peers
initializes: catalog_store
initializes: offers[catalog_peers := catalog_peers, catalog_store := catalog_store]
initializes: metering[catalog_peers := catalog_peers, catalog_store := catalog_store]
initializes: sales[catalog_store := catalog_store]
initializes: renewals[catalog_store := catalog_store]
initializes: changes[catalog_store := catalog_store, renewals := renewals]

# Merchants
exports: (
    offers.setProduct,
    offers.createPricing,
    offers.setPricingFlags,
    offers.linkPricings,
    offers.setPricingAccess,
    offers.setSaleRules,
    offers.setAllowList,
    metering.createMeter,
    metering.setMeterActive,
    metering.recordUsage,
    metering.adjustUsage,
)
# Bare words and lists; PassLens unpacks the words
exports: (
    catalog_store.productWords,
    catalog_store.productNames,
    catalog_store.pricingWords,
    catalog_store.tierWords,
    catalog_store.saleRuleWords,
    catalog_store.meterWords,
    catalog_store.isLinked,
    catalog_store.hasPricingAccess,
    catalog_store.onAllowList,
    catalog_store.passesBought,
    catalog_store.usageTotal,
)
# The other contracts
exports: (
    catalog_peers.organizationNFT,
    catalog_peers.purchaseManager,
    catalog_peers.productPass,
)


@deploy
def __init__(organizationNFT_: address, purchaseManager_: address, productPass_: address):
    """
    @notice Addresses are predicted by the deployment; PurchaseManager checks them all when it is created.
    """
    catalog_peers.__init__(organizationNFT_, purchaseManager_, productPass_)


@external
def sell(cart: ICatalog.Cart) -> ICatalog.Sale:
    """
    @notice Prices a cart and returns the words of its items. Counts what is sold when PurchaseManager calls;
            for everybody else it changes nothing and is a quote.
    @param cart Lines, with what Promotions granted.
    @return Token, list total, total to pay (0 for airdrops), words without links.
    """
    sale: ICatalog.Sale = sales._price(cart)
    if msg.sender == catalog_peers.purchaseManager:
        sales._count(cart)
    return sale


@external
@view
def renewal(item: ICatalog.Item, by: uint256) -> ICatalog.Renewal:
    """
    @notice What a renewal of the item costs now, and its words after it.
    @param item The item, its pass and its holder.
    @param by 0 anybody, 1 the holder, 2 the organization (free).
    @return Reason 0 if it goes ahead; a restart that fails a purchase check reverts with its error.
    """
    return renewals._renewal(item, by)


@external
@view
def change(
    item: ICatalog.Item, newPricingId: uint256, quantity: uint256, airdrop: bool
) -> ICatalog.Change:
    """
    @notice What moving the item to another pricing or quantity costs now, and its words after it.
    @param item The item, its pass and its holder.
    @param newPricingId Pricing of the same organization and token; 0 = the quantity changes.
    @param quantity Units of a tiered subscription, 1 to 2^32 - 1; not read with a new pricing.
    @param airdrop By the organization: free, and only adds.
    @return Words after the change, token, amount to collect (a usage bill included), value left that counted.
    """
    if newPricingId != 0:
        return changes._plan_change(item, newPricingId, airdrop)
    return changes._quantity_change(item, quantity, airdrop)


@external
@view
def refundChange(item: ICatalog.Item, amount: uint256, revoke: bool) -> ICatalog.Change:
    """
    @notice The item's words after a refund, or the error of a refund that is too large or too small.
    @param item The item.
    @param amount In the token's smallest unit.
    @param revoke End the product at once.
    @return Words after the refund, and the token; amounts are as given.
    """
    return changes._refund_change(item, amount, revoke)


@external
@view
def refundBounds(item: ICatalog.Item) -> (uint256, uint256):
    """
    @notice The most that can be refunded, and the value left, which a revocation must at least refund.
    @param item The item.
    @return Both in the token's smallest unit.
    """
    bounds: changes.Bounds = changes._bounds(item)
    return bounds.most, bounds.least


@external
@view
def usageBill(item: ICatalog.Item) -> (uint256, uint256):
    """
    @notice Units of a usage subscription that are not billed yet, and what they cost now.
    @param item The item.
    @return Units, and their cost in the token's smallest unit.
    """
    if (item.word >> packing.USAGE_BIT) & 1 == 0:
        errors._not_usage_based(item.productPassId, item.productId)
    units: uint256 = 0
    bill: uint256 = 0
    total: uint256 = 0
    units, bill, total = renewals._bill(item, catalog_store._terms(packing._item_pricing(item.word)))
    return units, bill


@external
@view
def mayHold(pricingId: uint256, wallet: address) -> bool:
    """
    @notice Is the pricing open to everybody, or the wallet on its list?
    @param pricingId Pricing.
    @param wallet Holder.
    @return May it?
    """
    return catalog_store._may_hold(catalog_store._terms(pricingId), wallet)


@external
@view
def meterTotal(pricingId: uint256, productPassId: uint256) -> uint256:
    """
    @notice The reading of the pricing's meter for the pass.
    @param pricingId Usage pricing.
    @param productPassId Pass.
    @return Units.
    """
    return catalog_store.usageTotal[catalog_store._terms(pricingId).meterId][productPassId]
