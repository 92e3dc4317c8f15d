# pragma version ~=0.4.3
# pragma nonreentrancy on
"""
@title purchases
@license Apache-2.0
@notice Purchases, gifts, further purchases and airdrops.
@dev Prices and words come from Catalog, coupons and discounts from Promotions.
"""
from ..interfaces import ICatalog
from ..interfaces import IProductPass
from ..interfaces import IPromotions
from ..interfaces import IPurchaseManager
from . import errors
from . import packing
from . import pass_items
from . import payments
from . import peers
from . import platform

uses: peers
uses: platform
uses: pass_items
uses: payments

maxLines: public(constant(uint256)) = 24  # of a cart
maxProducts: public(constant(uint256)) = 64  # on a pass
maxRecipients: public(constant(uint256)) = 200  # recipients x lines of airdropProducts

ROLE_AIRDROP: constant(uint256) = 4

isReferenceUsed: public(HashMap[uint256, HashMap[bytes32, bool]])  # org -> reference of an airdrop


@external
@payable
def purchaseProducts(params: IPurchaseManager.InitialPurchaseParams):
    """
    @notice Buys products and mints a pass. The caller pays; with `to` another wallet it is a gift.
    @dev Anyone; `airdrop` needs role airdrop and is free. Native carts need exactly their price as value.
         Emits ProductsPurchased, SubscriptionStateChanged for each line. See checkout for bounds on the price.
    @param params Recipient, organization, up to 24 lines of one token, discounts, coupon code.
    """
    pass_id: uint256 = self._next_pass(params.to)
    self._purchase(params, pass_id, 0, empty(IPurchaseManager.CheckoutTerms), msg.value)


@external
@payable
def checkout(
    params: IPurchaseManager.InitialPurchaseParams, terms: IPurchaseManager.CheckoutTerms
):
    """
    @notice purchaseProducts with what the buyer agreed to.
    @dev As purchaseProducts.
    @param params As in purchaseProducts.
    @param terms Order reference (proves nothing by itself), token, most to be paid, last second (inclusive).
    """
    self._check_deadline(terms.deadline)
    self._purchase(params, self._next_pass(params.to), 0, terms, msg.value)


@external
@payable
def purchaseAdditionalProducts(params: IPurchaseManager.AdditionalPurchaseParams):
    """
    @notice Adds products to a pass, or buys expired ones again.
    @dev The holder, who pays; with `airdrop` the org (role airdrop), free. Emits ProductsPurchased,
         SubscriptionStateChanged for each line.
    @param params Pass, up to 24 lines of one token, coupon code.
    """
    self._check_open()
    pass_word: uint256 = pass_items._pass_word(params.productPassId)
    self._purchase(
        self._of_holder(params, pass_word),
        params.productPassId,
        pass_word,
        empty(IPurchaseManager.CheckoutTerms),
        msg.value,
    )


@external
@payable
def checkoutAdditional(
    params: IPurchaseManager.AdditionalPurchaseParams, terms: IPurchaseManager.CheckoutTerms
):
    """
    @notice purchaseAdditionalProducts with what the buyer agreed to.
    @dev As purchaseAdditionalProducts.
    @param params As in purchaseAdditionalProducts.
    @param terms As in checkout.
    """
    self._check_deadline(terms.deadline)
    self._check_open()
    pass_word: uint256 = pass_items._pass_word(params.productPassId)
    self._purchase(
        self._of_holder(params, pass_word), params.productPassId, pass_word, terms, msg.value
    )


@external
def airdropProducts(
    organizationId: uint256,
    recipients: DynArray[address, 200],
    productIds: DynArray[uint256, 24],
    pricingIds: DynArray[uint256, 24],
    quantities: DynArray[uint256, 24],
    orderReference: bytes32,
) -> uint256:
    """
    @notice Gives a new pass with the same products to each recipient.
    @dev Role airdrop. Recipients x lines at most 200. Emits ProductsAirdropped, SubscriptionStateChanged for
         each item.
    @param organizationId Organization.
    @param recipients Wallets; a wallet named twice gets two passes.
    @param productIds Products of each pass.
    @param pricingIds Pricing of each line.
    @param quantities Quantity of each line, 0 unless tiered.
    @param orderReference A reference this organization has not used, or zero.
    @return Id of the first pass; recipient i has the pass first + i.
    """
    head: uint256 = self._check_open()
    pass_items._check_role(organizationId, ROLE_AIRDROP)
    count: uint256 = len(recipients)
    if count == 0:
        errors._empty_list()
    if count * len(productIds) > maxRecipients:
        errors._batch_too_large(count * len(productIds), maxRecipients)
    if orderReference != empty(bytes32):
        if self.isReferenceUsed[organizationId][orderReference]:
            errors._reference_used(organizationId, orderReference)
        self.isReferenceUsed[organizationId][orderReference] = True
    sale: ICatalog.Sale = extcall ICatalog(peers.catalog).sell(
        ICatalog.Cart(
            orgId=organizationId,
            caller=msg.sender,
            recipient=empty(address),
            newPasses=count,
            airdrop=True,
            pause=False,
            discountBps=0,
            couponBps=0,
            couponRenewals=0,
            couponLines=0,
            productIds=productIds,
            pricingIds=pricingIds,
            quantities=quantities,
        )
    )
    first_pass: uint256 = (head & packing.MASK_64) + 1
    platform.head = head + count
    first: uint256 = 0
    for i: uint256 in range(len(productIds), bound=24):
        product_id: uint256 = productIds[i]
        word: uint256 = packing._item_with_next(sale.words[i], first)
        if pass_items.stateOf[first_pass][product_id] != 0:
            errors._already_on_pass(first_pass, product_id)
        for pass_id: uint256 in range(first_pass, first_pass + count, bound=200):
            pass_items._write(pass_id, product_id, word)
        first = product_id
    pass_word: uint256 = packing._pack_pass(
        empty(address), organizationId, first, 0, len(productIds)
    )
    extcall IProductPass(peers.productPass).mintBatch(first_pass, recipients, pass_word)
    log IPurchaseManager.ProductsAirdropped(
        orgId=organizationId,
        firstPassId=first_pass,
        orderReference=orderReference,
        purchaser=msg.sender,
        recipients=recipients,
        productIds=productIds,
        pricingIds=pricingIds,
        quantities=quantities,
    )
    return first_pass


@internal
@view
def _check_deadline(deadline: uint256):
    if block.timestamp > deadline:
        errors._deadline_passed(deadline, block.timestamp)


@internal
@view
def _check_open() -> uint256:
    head: uint256 = platform.head
    if head & platform.PAUSED != 0:
        errors._purchases_paused()
    return head


@internal
def _purchase(
    params: IPurchaseManager.InitialPurchaseParams,
    pass_id: uint256,
    pass_word: uint256,
    terms: IPurchaseManager.CheckoutTerms,
    sent: uint256,
):
    """
    @notice Sells a cart onto a pass; `pass_word` 0 mints it.
    @dev One long function on purpose: handing the cart's lists on costs about 600 gas each time.
    """
    org_id: uint256 = params.organizationId
    if params.airdrop:
        pass_items._check_role(org_id, ROLE_AIRDROP)
        if len(params.couponCode) != 0:
            errors._coupon_on_airdrop()
    applied: IPromotions.Applied = empty(IPromotions.Applied)
    if len(params.discountIds) != 0 or len(params.couponCode) != 0:
        applied = extcall IPromotions(peers.promotions).apply(
            IPromotions.Application(
                orgId=org_id,
                productPassId=pass_id,
                caller=msg.sender,
                newPass=pass_word == 0,
                discountIds=params.discountIds,
                couponCode=params.couponCode,
                productIds=params.productIds,
            )
        )
    if pass_word != 0:
        applied.discountBps = packing._pass_discount_bps(pass_word)
    sale: ICatalog.Sale = extcall ICatalog(peers.catalog).sell(
        ICatalog.Cart(
            orgId=org_id,
            caller=msg.sender,
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
        ),
        skip_contract_check=True,
    )
    self._check_agreed(terms, sale.token, sale.total)
    first: uint256 = packing._pass_first(pass_word)
    count: uint256 = packing._pass_count(pass_word)
    was_locked: bool = pass_word != 0 and pass_items._is_locked(pass_id, first, 0)
    for i: uint256 in range(len(sale.words), bound=24):
        if self._put(pass_id, params.productIds[i], sale.words[i], first):
            first = params.productIds[i]
            count += 1
        if pass_word != 0 and (sale.words[i] >> packing.USAGE_BIT) & 1 != 0:
            self._start_meter(pass_id, params.productIds[i], params.pricingIds[i])
    if count > maxProducts:
        errors._too_many_products(pass_id, maxProducts)
    new_word: uint256 = packing._pack_pass(params.to, org_id, first, applied.discountBps, count)
    if pass_word == 0:
        extcall IProductPass(peers.productPass).mint(pass_id, new_word, skip_contract_check=True)
    else:
        self._extend(pass_id, new_word, was_locked)
    self._collect_exactly(org_id, sale.token, sale.total, sent)
    log IPurchaseManager.ProductsPurchased(
        orgId=org_id,
        productPassId=pass_id,
        passOwner=params.to,
        purchaser=msg.sender,
        productIds=params.productIds,
        pricingIds=params.pricingIds,
        quantities=params.quantities,
        token=sale.token,
        subtotal=sale.subtotal,
        amountPaid=sale.total,
        orderReference=terms.orderReference,
    )


@internal
@pure
def _check_agreed(terms: IPurchaseManager.CheckoutTerms, token: address, total: uint256):
    """
    @notice What the buyer agreed to; without terms (their deadline is 0) he takes what comes.
    """
    if terms.deadline != 0:
        if token != terms.token:
            errors._unexpected_token(terms.token, token)
        if total > terms.maxAmount:
            errors._amount_above_max(total, terms.maxAmount)


@internal
def _put(pass_id: uint256, product_id: uint256, word: uint256, first: uint256) -> bool:
    """
    @notice Writes a line's item. A new one comes first in the chain (True); one bought again keeps its place.
    """
    old: uint256 = pass_items.stateOf[pass_id][product_id]
    if old == 0:
        pass_items._write(pass_id, product_id, packing._item_with_next(word, first))
        return True
    self._check_over(pass_id, product_id, old)
    pass_items._write(
        pass_id, product_id, packing._item_with_next(word, packing._item_next(old))
    )
    return False


@internal
def _extend(pass_id: uint256, word: uint256, was_locked: bool):
    lock_change: uint256 = 0
    if was_locked != pass_items._is_locked(pass_id, packing._pass_first(word), 0):
        lock_change = 2 if was_locked else 1
    extcall IProductPass(peers.productPass).extend(
        pass_id, word, lock_change, skip_contract_check=True
    )


@internal
@payable
def _collect_exactly(org_id: uint256, token: address, total: uint256, sent: uint256):
    """
    @notice A cart's price is known: the native coin comes exactly.
    """
    needed: uint256 = total if token == empty(address) else 0
    if sent != needed:
        errors._wrong_value(sent, needed)
    payments._collect(org_id, token, msg.sender, total)


@internal
def _next_pass(to: address) -> uint256:
    """
    @notice Takes the next pass id; the supply is the lowest field of the head word.
    """
    head: uint256 = self._check_open() + 1
    platform.head = head
    if to == empty(address):
        errors._zero_address()
    return head & packing.MASK_64


@internal
@view
def _of_holder(
    params: IPurchaseManager.AdditionalPurchaseParams, pass_word: uint256
) -> IPurchaseManager.InitialPurchaseParams:
    """
    @notice A further purchase as a purchase: for the holder, of his pass's organization.
    """
    if not params.airdrop:
        pass_items._check_holder(params.productPassId, pass_word)
    return IPurchaseManager.InitialPurchaseParams(
        to=packing._pass_owner(pass_word),
        organizationId=packing._pass_org(pass_word),
        productIds=params.productIds,
        pricingIds=params.pricingIds,
        quantities=params.quantities,
        discountIds=[],
        couponCode=params.couponCode,
        airdrop=params.airdrop,
        pause=params.pause,
    )


@internal
@view
def _check_over(pass_id: uint256, product_id: uint256, word: uint256):
    """
    @notice An item can be bought again once it is EXPIRED, and its last bill cannot come any more.
    """
    if packing._item_status(word, block.timestamp) != packing.STATUS_EXPIRED:
        errors._already_on_pass(pass_id, product_id)
    if (word >> packing.USAGE_BIT) & 1 != 0:
        settled: uint256 = (word >> packing.REVOKED_BIT) | (word >> packing.BILLED_BIT)
        if settled & 1 == 0 and block.timestamp < packing._item_grace_end(word):
            errors._last_bill_unpaid(pass_id, product_id)


@internal
def _start_meter(pass_id: uint256, product_id: uint256, pricing_id: uint256):
    """
    @notice A usage product on an existing pass counts from the present reading; its cap is to be set anew.
    """
    total: uint256 = staticcall ICatalog(peers.catalog).meterTotal(pricing_id, pass_id)
    pass_items.usageStateOf[pass_id][product_id] = packing._pack_usage(0, 0, total)
    log IPurchaseManager.UsageBilled(
        productPassId=pass_id, productId=product_id, units=0, amount=0, upTo=total
    )
