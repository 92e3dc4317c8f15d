# pragma version ~=0.4.3
"""
@title lens_quotes
@license Apache-2.0
@notice What a call would charge its caller now, or the error it would give (R24).
@dev The same views of Catalog and Promotions that PurchaseManager charges by, asked in its order. A quote
     does not look at wallets: allowance, balance and coins sent are not checked.
"""
from ..interfaces import ICatalog
from ..interfaces import IOrganizationNFT
from ..interfaces import IPassLens
from ..interfaces import IPromotions
from ..interfaces import IPurchaseManager
from . import errors
from . import lens_reads
from . import packing
from . import pricing
from . import purchases
from . import renewing

uses: lens_reads


# `sell` counts only when PurchaseManager calls it; for everybody else it is a view.
interface SaleView:
    def sell(cart: ICatalog.Cart) -> ICatalog.Sale: view


MAX_PRODUCTS: constant(uint256) = 64
BPS: constant(uint256) = 10_000
ROLE_AIRDROP: constant(uint256) = 4

# Who renews, as Catalog.renewal counts them.
BY_ANYBODY: constant(uint256) = 0
BY_HOLDER: constant(uint256) = 1
BY_ORG: constant(uint256) = 2


@external
@view
def quotePurchase(params: IPurchaseManager.InitialPurchaseParams, caller: address) -> IPassLens.Quote:
    """
    @notice What `purchaseProducts` and `checkout` would charge now.
    @dev Anyone. Reverts as they would.
    @param params As there.
    @param caller Who would call.
    @return Amounts in the token's smallest unit; all lines cost nothing in an airdrop.
    """
    self._check_open()
    if params.to == empty(address):
        errors._zero_address()
    product_pass_id: uint256 = 1 + staticcall IPurchaseManager(lens_reads.purchaseManager).passSupply()
    return self._quote(params, product_pass_id, 0, caller)


@external
@view
def quoteAdditional(params: IPurchaseManager.AdditionalPurchaseParams, caller: address) -> IPassLens.Quote:
    """
    @notice What `purchaseAdditionalProducts` and `checkoutAdditional` would charge now.
    @dev Anyone. Reverts as they would.
    @param params As there.
    @param caller Who would call.
    @return Amounts in the token's smallest unit; all lines cost nothing in an airdrop.
    """
    self._check_open()
    word: uint256 = lens_reads._existing_pass(params.productPassId)
    if not params.airdrop:
        self._check_holder(params.productPassId, packing._pass_owner(word), caller)
    purchase: IPurchaseManager.InitialPurchaseParams = IPurchaseManager.InitialPurchaseParams(
        to=packing._pass_owner(word),
        organizationId=packing._pass_org(word),
        productIds=params.productIds,
        pricingIds=params.pricingIds,
        quantities=params.quantities,
        discountIds=[],
        couponCode=params.couponCode,
        airdrop=params.airdrop,
        pause=params.pause,
    )
    return self._quote(purchase, params.productPassId, word, caller)


@external
@view
def quoteRenewal(
    productPassId: uint256, productId: uint256, caller: address, airdrop: bool
) -> IPassLens.RenewalQuote:
    """
    @notice What `renewSubscription` would charge now.
    @dev Anyone. Reverts as it would.
    @param productPassId Pass.
    @param productId Product.
    @param caller Who would call.
    @param airdrop By the organization, free of charge.
    @return Amount in the token's smallest unit; reason 8 or 9 if the payer's allowance or balance of an
            ERC-20 is too small for it now; no period where only the last usage is billed.
    """
    item: ICatalog.Item = lens_reads._item_of(
        lens_reads._existing_pass(productPassId), productPassId, productId
    )
    payer: address = caller
    by: uint256 = BY_ORG
    if airdrop:
        self._check_role(item.orgId, caller)
    else:
        by = BY_HOLDER if caller == item.holder else BY_ANYBODY
        if (item.word >> packing.NATIVE_BIT) & 1 == 0:
            payer = item.holder
    renewal: ICatalog.Renewal = lens_reads._renewal(item, by)
    if renewal.reason != 0:
        renewing._refuse(item, renewal)
    return IPassLens.RenewalQuote(
        reason=lens_reads._money_obstacle(renewal.token, payer, renewal.amount),
        payer=payer,
        token=renewal.token,
        amount=renewal.amount,
        units=renewal.units,
        periodStart=renewal.periodStart,
        periodEnd=packing._item_end(renewal.word) if renewal.periodStart != 0 else 0,
    )


@external
@view
def quoteChange(
    params: IPurchaseManager.ChangeSubscriptionPricingParams, caller: address
) -> IPassLens.ChangeQuote:
    """
    @notice What `changeSubscriptionPricing` would charge now.
    @dev Anyone. Reverts as it would.
    @param params As there.
    @param caller Who would call.
    @return Amounts in the token's smallest unit, the bill for usage included.
    """
    word: uint256 = lens_reads._existing_pass(params.productPassId)
    if packing._pass_org(word) != params.orgId:
        errors._pass_of_another_organization(params.productPassId, params.orgId)
    if params.newPricingId == 0:
        errors._no_such_pricing(0)
    item: ICatalog.Item = lens_reads._item_of(word, params.productPassId, params.productId)
    return self._change(item, params.newPricingId, 0, params.airdrop, caller)


@external
@view
def quoteQuantity(
    productPassId: uint256, productId: uint256, quantity: uint256, airdrop: bool, caller: address
) -> IPassLens.ChangeQuote:
    """
    @notice What `changeTieredSubscriptionUnitQuantity` would charge now.
    @dev Anyone. Reverts as it would.
    @param productPassId Pass.
    @param productId Product.
    @param quantity Units, 1 to 2^32 - 1.
    @param airdrop By the organization, free of charge.
    @param caller Who would call.
    @return Amounts in the token's smallest unit.
    """
    item: ICatalog.Item = lens_reads._item_of(
        lens_reads._existing_pass(productPassId), productPassId, productId
    )
    return self._change(item, 0, quantity, airdrop, caller)


# --- purchases -----------------------------------------------------------------------------------


@internal
@view
def _check_open():
    if staticcall IPurchaseManager(lens_reads.purchaseManager).purchasesPaused():
        errors._purchases_paused()


@internal
@pure
def _check_holder(product_pass_id: uint256, holder: address, caller: address):
    if caller != holder:
        errors._not_pass_holder(product_pass_id, caller)


@internal
@view
def _check_role(org_id: uint256, caller: address):
    if not staticcall IOrganizationNFT(lens_reads.organizationNFT).hasRole(org_id, caller, ROLE_AIRDROP):
        errors._not_authorized(org_id, caller, ROLE_AIRDROP)


@internal
@view
def _quote(
    params: IPurchaseManager.InitialPurchaseParams,
    product_pass_id: uint256,
    pass_word: uint256,
    caller: address,
) -> IPassLens.Quote:
    """
    @notice A cart for a pass; `pass_word` 0 is a new one.
    """
    if params.airdrop:
        self._check_role(params.organizationId, caller)
        if len(params.couponCode) != 0:
            errors._coupon_on_airdrop()
    applied: IPromotions.Applied = empty(IPromotions.Applied)
    if len(params.discountIds) != 0 or len(params.couponCode) != 0:
        applied = staticcall IPromotions(lens_reads.promotions).quoteApply(
            IPromotions.Application(
                orgId=params.organizationId,
                productPassId=product_pass_id,
                caller=caller,
                newPass=pass_word == 0,
                discountIds=params.discountIds,
                couponCode=params.couponCode,
                productIds=params.productIds,
            )
        )
    if pass_word != 0:
        applied.discountBps = packing._pass_discount_bps(pass_word)
    cart: ICatalog.Cart = ICatalog.Cart(
        orgId=params.organizationId,
        caller=caller,
        recipient=params.to,
        newPasses=1 if pass_word == 0 else 0,
        airdrop=params.airdrop,
        pause=params.pause,
        discountBps=applied.discountBps,
        couponBps=applied.couponBps,
        couponRenewals=applied.couponRenewals,
        couponLines=applied.couponLines,
        productIds=params.productIds,
        pricingIds=params.pricingIds,
        quantities=params.quantities,
    )
    sale: ICatalog.Sale = self._sell(cart)
    self._check_new(product_pass_id, packing._pass_count(pass_word), cart.productIds)
    return IPassLens.Quote(
        token=sale.token,
        subtotal=sale.subtotal,
        total=sale.total,
        fee=sale.total * staticcall IPurchaseManager(lens_reads.purchaseManager).feeBps() // BPS,
        couponBps=cart.couponBps,
        discountBps=cart.discountBps,
        lines=self._lines(cart),
    )


@internal
@view
def _sell(cart: ICatalog.Cart) -> ICatalog.Sale:
    return staticcall SaleView(lens_reads.catalog).sell(cart)


@internal
@view
def _lines(cart: ICatalog.Cart) -> DynArray[IPassLens.QuoteLine, 24]:
    """
    @notice The steps from the list cost of each line, which is that of a cart with this line alone.
    """
    lines: DynArray[IPassLens.QuoteLine, 24] = []
    alone: ICatalog.Cart = cart
    for i: uint256 in range(len(cart.productIds), bound=24):
        alone.productIds = [cart.productIds[i]]
        alone.pricingIds = [cart.pricingIds[i]]
        alone.quantities = [cart.quantities[i]]
        line: IPassLens.QuoteLine = empty(IPassLens.QuoteLine)
        line.listCost = self._sell(alone).subtotal
        line.afterCoupon = line.listCost
        if cart.couponLines & (1 << i) != 0:
            line.afterCoupon = pricing._after(line.listCost, cart.couponBps)
        if not cart.airdrop:
            line.afterDiscounts = pricing._after(line.afterCoupon, cart.discountBps)
        lines.append(line)
    return lines


@internal
@view
def _check_new(product_pass_id: uint256, count: uint256, product_ids: DynArray[uint256, 24]):
    """
    @notice The lines find a place on the pass, which holds `count` products: each is new, or over for good.
    """
    held: uint256 = count
    for i: uint256 in range(len(product_ids), bound=24):
        product_id: uint256 = product_ids[i]
        for j: uint256 in range(i, bound=24):
            if product_ids[j] == product_id:
                errors._already_on_pass(product_pass_id, product_id)
        word: uint256 = lens_reads._item_word(product_pass_id, product_id)
        if word == 0:
            held += 1
            continue
        purchases._check_over(product_pass_id, product_id, word)
    if held > MAX_PRODUCTS:
        errors._too_many_products(product_pass_id, MAX_PRODUCTS)


# --- renewals and changes ------------------------------------------------------------------------


@internal
@view
def _change(
    item: ICatalog.Item, new_pricing_id: uint256, quantity: uint256, airdrop: bool, caller: address
) -> IPassLens.ChangeQuote:
    if airdrop:
        self._check_role(item.orgId, caller)
    else:
        self._check_holder(item.productPassId, item.holder, caller)
    change: ICatalog.Change = staticcall ICatalog(lens_reads.catalog).change(
        item, new_pricing_id, quantity, airdrop
    )
    return IPassLens.ChangeQuote(
        token=change.token,
        amount=change.amount,
        valueLeft=change.valueLeft,
        pricingId=packing._item_pricing(change.word),
        quantity=packing._item_quantity(change.word),
        periodEnd=packing._item_end(change.word),
    )
