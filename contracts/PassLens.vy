# pragma version 0.4.3
# pragma optimize codesize
"""
@title PassLens
@license Apache-2.0
@author passmanager contributors
@notice Views only: what is on a pass, what a call would cost, and the metadata of both NFTs.
@dev Holds nothing and decides nothing; it asks the views that charge. No lock: there is no state to guard.
@custom:kill None: nothing to stop.
"""
from .interfaces import ICatalog
from .interfaces import IPassLens
from .modules import lens_catalog
from .modules import lens_metadata
from .modules import lens_quotes
from .modules import lens_reads
from .modules import packing

implements: IPassLens
initializes: lens_reads
initializes: lens_catalog[lens_reads := lens_reads]
initializes: lens_quotes[lens_reads := lens_reads]
initializes: lens_metadata[lens_reads := lens_reads, lens_catalog := lens_catalog]
exports: (
    lens_reads.purchaseManager,
    lens_reads.organizationNFT,
    lens_reads.catalog,
    lens_reads.promotions,
    lens_reads.productPass,
    lens_reads.paymentEscrow,
)
exports: (
    lens_quotes.quotePurchase,
    lens_quotes.quoteAdditional,
    lens_quotes.quoteRenewal,
    lens_quotes.quoteChange,
    lens_quotes.quoteQuantity,
)
exports: (
    lens_catalog.productOf,
    lens_catalog.pricingOf,
    lens_catalog.saleRulesOf,
    lens_catalog.highestMark,
)
exports: (lens_metadata.passURI, lens_metadata.orgURI)

# Who renews, as Catalog.renewal counts them.
BY_ANYBODY: constant(uint256) = 0
BY_HOLDER: constant(uint256) = 1


@deploy
def __init__(
    purchaseManager: address,
    organizationNFT: address,
    catalog: address,
    promotions: address,
    productPass: address,
    paymentEscrow: address,
):
    """
    @notice Takes the addresses of the other contracts; PurchaseManager's constructor checks them.
    """
    lens_reads.__init__(purchaseManager, organizationNFT, catalog, promotions, productPass, paymentEscrow)


# --- one item ------------------------------------------------------------------------------------


@external
@view
def decodeState(word: uint256) -> IPassLens.Subscription:
    """
    @notice An item's word, as in SubscriptionStateChanged, field by field, with its status now.
    @param word Item word.
    @return The fields; `orgId` is 0, it is not in the word.
    """
    return self._decode(0, word)


@external
@view
def getSubscription(productPassId: uint256, productId: uint256) -> IPassLens.Subscription:
    """
    @notice What a pass holds of a product.
    @dev Reverts NoSuchPass or NoSuchItem.
    @param productPassId Pass.
    @param productId Product.
    @return Every field of the item.
    """
    item: ICatalog.Item = lens_reads._item(productPassId, productId)
    return self._decode(item.orgId, item.word)


@external
@view
def statusOf(productPassId: uint256, productId: uint256) -> uint256:
    """
    @notice Status of a product on a pass.
    @dev Reverts NoSuchPass or NoSuchItem.
    @param productPassId Pass.
    @param productId Product.
    @return 0 active, 1 cancelled, 2 past due, 3 paused, 4 expired.
    """
    return packing._item_status(lens_reads._item(productPassId, productId).word, block.timestamp)


@external
@view
def hasAccess(productPassId: uint256, productId: uint256) -> bool:
    """
    @notice May whoever holds the pass use the product now? Past due is time to pay, not to use.
    @param productPassId Pass; unknown and burned ones have no access.
    @param productId Product; one that the pass does not hold gives no access.
    @return Has it?
    """
    word: uint256 = lens_reads._item_of(
        lens_reads._pass_word(productPassId), productPassId, productId
    ).word
    return word != 0 and packing._item_status(word, block.timestamp) <= packing.STATUS_CANCELLED


@external
@view
def usageOf(productPassId: uint256, productId: uint256) -> (uint256, uint256, uint256):
    """
    @notice Usage of a subscription that is not billed yet.
    @dev Reverts NoSuchPass, NoSuchItem or NotUsageBased.
    @param productPassId Pass.
    @param productId Product.
    @return Units, what they cost now, and the cap of a bill; the last two in the token's smallest unit.
    """
    item: ICatalog.Item = lens_reads._item(productPassId, productId)
    units: uint256 = 0
    cost: uint256 = 0
    units, cost = staticcall ICatalog(lens_reads.catalog).usageBill(item)
    return units, cost, packing._usage_cap(item.usage)


@external
@view
def refundable(productPassId: uint256, productId: uint256) -> uint256:
    """
    @notice The most that the organization can refund now for the period in the word.
    @dev Reverts NoSuchPass or NoSuchItem.
    @param productPassId Pass.
    @param productId Product.
    @return In the token's smallest unit.
    """
    return self._refund_bounds(productPassId, productId)[0]


@external
@view
def valueLeft(productPassId: uint256, productId: uint256) -> uint256:
    """
    @notice What the time left of a subscription is worth in a change of plan, and what revoking a product
            must at least refund; of a usage subscription 0.
    @dev Reverts NoSuchPass or NoSuchItem.
    @param productPassId Pass.
    @param productId Product.
    @return In the token's smallest unit.
    """
    return self._refund_bounds(productPassId, productId)[1]


@external
@view
def isRenewable(productPassId: uint256, productId: uint256) -> (uint256, uint256, uint256, uint256, address):
    """
    @notice What would come of a renewal by a stranger now.
    @dev Reverts only NotEnoughGas, as the renewal would.
    @param productPassId Pass.
    @param productId Product.
    @return An outcome of `renewSubscriptions`, 0 = it goes ahead; from when it is due and when it is too late,
            unix seconds, 0 while paused; the amount, in the token's smallest unit; who pays, address(0) for
            whoever calls `renewSubscription` (native coin, outcome 10 in batches).
    """
    item: ICatalog.Item = lens_reads._item_of(
        lens_reads._pass_word(productPassId), productPassId, productId
    )
    renewal: ICatalog.Renewal = lens_reads._renewal(item, BY_ANYBODY)
    payer: address = item.holder
    if (item.word >> packing.NATIVE_BIT) & 1 != 0:
        payer = empty(address)
    if renewal.reason == 0:
        renewal.reason = lens_reads._money_obstacle(renewal.token, payer, renewal.amount)
    due: uint256 = packing._item_end(item.word)
    too_late: uint256 = packing._item_grace_end(item.word)
    if (item.word >> packing.PAUSED_BIT) & 1 != 0:
        due = 0
        too_late = 0
    return renewal.reason, due, too_late, renewal.amount, payer


# --- a pass --------------------------------------------------------------------------------------


@external
@view
def productsOf(productPassId: uint256) -> DynArray[uint256, 64]:
    """
    @notice What a pass holds, in the order of purchase; ended and revoked products too.
    @dev Reverts NoSuchPass.
    @param productPassId Pass.
    @return Product ids.
    """
    newest_first: DynArray[uint256, 64] = (
        lens_reads._chain(productPassId, lens_reads._existing_pass(productPassId))
    )[0]
    products: DynArray[uint256, 64] = []
    count: uint256 = len(newest_first)
    for i: uint256 in range(count, bound=64):
        products.append(newest_first[unsafe_sub(count, i + 1)])  # i stays below the count
    return products


@external
@view
def orgOfPass(productPassId: uint256) -> uint256:
    """
    @notice The organization whose pass this is.
    @dev Reverts NoSuchPass.
    @param productPassId Pass.
    @return Its id.
    """
    return packing._pass_org(lens_reads._existing_pass(productPassId))


@external
@view
def isLocked(productPassId: uint256) -> bool:
    """
    @notice Does something on the pass keep it from moving now? The rule of the transfer itself.
    @dev Reverts ERC721NonexistentToken.
    @param productPassId Pass.
    @return Is it?
    """
    words: DynArray[uint256, 64] = lens_reads._token_items(productPassId)
    for word: uint256 in words:
        if not packing._item_movable(word, block.timestamp):
            return True
    return False


@external
@view
def expiresAt(productPassId: uint256) -> uint256:
    """
    @notice When the last thing on the pass ends. The end of a paused one moves.
    @dev Reverts ERC721NonexistentToken. What was revoked ends now at the latest.
    @param productPassId Pass.
    @return Unix seconds; 0 if something on it has no end.
    """
    return self._expires_at(productPassId)


@external
@view
def isExpired(productPassId: uint256) -> bool:
    """
    @notice Is everything on the pass over? Time to pay is not time to use; what is paused is not over.
    @dev Reverts ERC721NonexistentToken.
    @param productPassId Pass.
    @return Is it?
    """
    end: uint256 = self._expires_at(productPassId)
    return end != 0 and end <= block.timestamp


@external
@view
def startTime(productPassId: uint256) -> uint256:
    """
    @notice When the first of the present periods on the pass began.
    @dev Reverts ERC721NonexistentToken. A paused one began as many seconds ago as are used.
    @param productPassId Pass.
    @return Unix seconds.
    """
    first: uint256 = block.timestamp
    words: DynArray[uint256, 64] = lens_reads._token_items(productPassId)
    for word: uint256 in words:
        start: uint256 = packing._item_start(word)
        if (word >> packing.PAUSED_BIT) & 1 != 0:
            start = block.timestamp - start
        first = min(first, start)
    return first


@external
@view
def isPassRenewable(productPassId: uint256) -> bool:
    """
    @notice Could the holder, or anybody, renew or restart something on the pass now?
    @dev Reverts ERC721NonexistentToken. Does not look at anybody's money.
    @param productPassId Pass.
    @return Is it?
    """
    pass_word: uint256 = lens_reads._existing_token(productPassId)
    products: DynArray[uint256, 64] = (lens_reads._chain(productPassId, pass_word))[0]
    for product_id: uint256 in products:
        item: ICatalog.Item = lens_reads._item_of(pass_word, productPassId, product_id)
        for by: uint256 in range(2):
            if lens_reads._renews(item, by):
                return True
    return False


@internal
@view
def _refund_bounds(product_pass_id: uint256, product_id: uint256) -> (uint256, uint256):
    item: ICatalog.Item = lens_reads._item(product_pass_id, product_id)
    return staticcall ICatalog(lens_reads.catalog).refundBounds(item)


@internal
@view
def _expires_at(product_pass_id: uint256) -> uint256:
    last: uint256 = 0
    words: DynArray[uint256, 64] = lens_reads._token_items(product_pass_id)
    for word: uint256 in words:
        end: uint256 = packing._item_end(word)
        if (word >> packing.REVOKED_BIT) & 1 != 0:
            end = block.timestamp if end == 0 else min(end, block.timestamp)
        elif (word >> packing.PAUSED_BIT) & 1 != 0:
            end += block.timestamp
        elif end == 0:  # one-time
            return 0
        last = max(last, end)
    return last


@internal
@view
def _decode(org_id: uint256, word: uint256) -> IPassLens.Subscription:
    fields: IPassLens.Subscription = empty(IPassLens.Subscription)
    fields.orgId = org_id
    fields.pricingId = packing._item_pricing(word)
    fields.quantity = packing._item_quantity(word)
    fields.status = packing._item_status(word, block.timestamp)
    fields.rate = packing._item_rate(word)
    fields.couponBps = packing._item_coupon_bps(word)
    fields.couponRenewalsLeft = packing._item_coupon_left(word)
    fields.graceDays = packing._item_grace_days(word)
    fields.autoRenew = (word >> packing.AUTO_RENEW_BIT) & 1 != 0
    fields.cancelled = (word >> packing.CANCELLED_BIT) & 1 != 0
    fields.paused = (word >> packing.PAUSED_BIT) & 1 != 0
    fields.revoked = (word >> packing.REVOKED_BIT) & 1 != 0
    fields.oneTime = (word >> packing.ONE_TIME_BIT) & 1 != 0
    fields.usage = (word >> packing.USAGE_BIT) & 1 != 0
    fields.native = (word >> packing.NATIVE_BIT) & 1 != 0
    fields.transferable = (word >> packing.TRANSFERABLE_BIT) & 1 != 0
    fields.pausable = (word >> packing.PAUSABLE_BIT) & 1 != 0
    fields.billed = (word >> packing.BILLED_BIT) & 1 != 0
    fields.nextProductId = packing._item_next(word)
    if fields.paused:
        fields.secondsUsed = packing._item_start(word)
        fields.secondsLeft = packing._item_end(word)
        return fields
    fields.start = packing._item_start(word)
    fields.end = packing._item_end(word)
    if fields.status <= packing.STATUS_CANCELLED and not fields.oneTime:
        fields.secondsLeft = fields.end - block.timestamp
    return fields
