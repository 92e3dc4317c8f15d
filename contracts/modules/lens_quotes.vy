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
    cart: ICatalog.Cart = empty(ICatalog.Cart)
    cart.orgId = params.organizationId
    cart.caller = caller
    cart.recipient = params.to
    cart.newPasses = 1
    cart.airdrop = params.airdrop
    cart.pause = params.pause
    cart.productIds = params.productIds
    cart.pricingIds = params.pricingIds
    cart.quantities = params.quantities
    product_pass_id: uint256 = staticcall IPurchaseManager(lens_reads.purchaseManager).passSupply() + 1
    return self._quote(cart, product_pass_id, 0, params.discountIds, params.couponCode)


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
    cart: ICatalog.Cart = empty(ICatalog.Cart)
    cart.orgId = packing._pass_org(word)
    cart.caller = caller
    cart.recipient = packing._pass_owner(word)
    if not params.airdrop:
        self._check_holder(params.productPassId, cart.recipient, caller)
    cart.airdrop = params.airdrop
    cart.pause = params.pause
    cart.discountBps = packing._pass_discount_bps(word)
    cart.productIds = params.productIds
    cart.pricingIds = params.pricingIds
    cart.quantities = params.quantities
    return self._quote(cart, params.productPassId, packing._pass_count(word), [], params.couponCode)


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
        self._refuse(item, renewal)
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
    cart: ICatalog.Cart,
    product_pass_id: uint256,
    held: uint256,
    discount_ids: DynArray[uint256, 8],
    coupon_code: String[64],
) -> IPassLens.Quote:
    """
    @notice Promotions, then Catalog, then the place on the pass, which holds `held` products.
    """
    if cart.airdrop:
        self._check_role(cart.orgId, cart.caller)
        if len(coupon_code) != 0:
            errors._coupon_on_airdrop()
    granted: ICatalog.Cart = cart
    if len(discount_ids) != 0 or len(coupon_code) != 0:
        applied: IPromotions.Applied = staticcall IPromotions(lens_reads.promotions).quoteApply(
            IPromotions.Application(
                orgId=cart.orgId,
                productPassId=product_pass_id,
                caller=cart.caller,
                newPass=cart.newPasses != 0,
                discountIds=discount_ids,
                couponCode=coupon_code,
                productIds=cart.productIds,
            )
        )
        granted.couponBps = applied.couponBps
        granted.couponRenewals = applied.couponRenewals
        granted.couponLines = applied.couponLines
        granted.discountBps += applied.discountBps  # one of them is 0: only a first purchase mints
    sale: ICatalog.Sale = self._sell(granted)
    self._check_new(product_pass_id, held, cart.productIds)
    return IPassLens.Quote(
        token=sale.token,
        subtotal=sale.subtotal,
        total=sale.total,
        fee=sale.total * staticcall IPurchaseManager(lens_reads.purchaseManager).feeBps() // BPS,
        couponBps=granted.couponBps,
        discountBps=granted.discountBps,
        lines=self._lines(granted),
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
        if packing._item_status(word, block.timestamp) != packing.STATUS_EXPIRED:
            errors._already_on_pass(product_pass_id, product_id)
        if (word >> packing.USAGE_BIT) & 1 != 0 and block.timestamp < packing._item_grace_end(word):
            if ((word >> packing.REVOKED_BIT) | (word >> packing.BILLED_BIT)) & 1 == 0:
                errors._last_bill_unpaid(product_pass_id, product_id)
    if held > MAX_PRODUCTS:
        errors._too_many_products(product_pass_id, MAX_PRODUCTS)


# --- renewals and changes ------------------------------------------------------------------------


@internal
@pure
def _refuse(item: ICatalog.Item, renewal: ICatalog.Renewal):
    """
    @notice The reason of a refused renewal as the error of `renewSubscription`.
    """
    pass_id: uint256 = item.productPassId
    product_id: uint256 = item.productId
    if renewal.reason == 1:
        errors._not_due(pass_id, product_id)
    if renewal.reason == 2:
        errors._subscription_cancelled(pass_id, product_id)
    if renewal.reason == 3:
        errors._subscription_paused(pass_id, product_id)
    if renewal.reason == 4:
        errors._no_consent(pass_id, product_id)
    if renewal.reason == 5:
        errors._past_grace(pass_id, product_id)
    if renewal.reason == 6:
        errors._pricing_retired(packing._item_pricing(item.word))
    if renewal.reason == 7:
        errors._usage_cap_exceeded(renewal.amount, packing._usage_cap(item.usage))
    if item.word == 0:
        errors._no_such_item(pass_id, product_id)
    errors._not_a_subscription(pass_id, product_id)


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
