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
from .interfaces import ICatalog
from .interfaces import IOrganizationNFT
from .interfaces import IPassLens
from .interfaces import IPaymentEscrow
from .interfaces import IProductPass
from .interfaces import IPromotions
from .interfaces import IPurchaseManager
from .modules import errors
from .modules import packing
from .modules import platform

implements: IPurchaseManager
initializes: platform
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

maxLines: public(constant(uint256)) = 24  # of a cart
maxProducts: public(constant(uint256)) = 64  # on a pass
maxBatch: public(constant(uint256)) = 100  # pairs of renewSubscriptions
maxRecipients: public(constant(uint256)) = 200  # recipients x lines of airdropProducts

ROLE_AIRDROP: constant(uint256) = 4
ROLE_REFUND: constant(uint256) = 16
ROLE_SUPPORT: constant(uint256) = 32

BY_ANYBODY: constant(uint256) = 0
BY_HOLDER: constant(uint256) = 1
BY_ORG: constant(uint256) = 2

# Outcomes of renewSubscriptions that are decided here; the others come from Catalog.
NEEDS_NATIVE: constant(uint256) = 10
NO_SUBSCRIPTION: constant(uint256) = 12
EVENTFUL: constant(uint256) = (1 << 6) | (1 << 7) | (1 << 8) | (1 << 9) | (1 << 11)

COLLECT_GAS: constant(uint256) = 300_000
RESERVE_GAS: constant(uint256) = COLLECT_GAS + COLLECT_GAS // 63 + 60_000

organizationNFT: public(immutable(address))
catalog: public(immutable(address))
promotions: public(immutable(address))
productPass: public(immutable(address))
paymentEscrow: public(immutable(address))
passLens: public(immutable(address))

stateOf: public(HashMap[uint256, HashMap[uint256, uint256]])  # pass -> product -> item word
usageStateOf: public(HashMap[uint256, HashMap[uint256, uint256]])  # pass -> product -> usage word
isReferenceUsed: public(HashMap[uint256, HashMap[bytes32, bool]])  # org -> reference of an airdrop


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
    """
    platform.__init__(owner_)
    organizationNFT = organizationNFT_
    catalog = catalog_
    promotions = promotions_
    productPass = productPass_
    paymentEscrow = paymentEscrow_
    passLens = passLens_
    self._check_wiring(organizationNFT_, catalog_, promotions_, productPass_, paymentEscrow_, passLens_)


@internal
@view
def _check_wiring(
    org: address, cat: address, promo: address, pass_: address, escrow: address, lens: address
):
    """
    @notice A foreign transaction during the deployment would have shifted addresses: every pointer of every
            other contract is read back.
    """
    o: IOrganizationNFT = IOrganizationNFT(org)
    if staticcall o.productPass() != pass_ or staticcall o.passLens() != lens:
        errors._wrong_wiring(org)
    c: ICatalog = ICatalog(cat)
    if (
        staticcall c.organizationNFT() != org
        or staticcall c.purchaseManager() != self
        or staticcall c.productPass() != pass_
    ):
        errors._wrong_wiring(cat)
    p: IPromotions = IPromotions(promo)
    if (
        staticcall p.organizationNFT() != org
        or staticcall p.purchaseManager() != self
        or staticcall p.productPass() != pass_
        or staticcall p.catalog() != cat
    ):
        errors._wrong_wiring(promo)
    n: IProductPass = IProductPass(pass_)
    if (
        staticcall n.purchaseManager() != self
        or staticcall n.organizationNFT() != org
        or staticcall n.catalog() != cat
        or staticcall n.promotions() != promo
        or staticcall n.passLens() != lens
    ):
        errors._wrong_wiring(pass_)
    e: IPaymentEscrow = IPaymentEscrow(escrow)
    if staticcall e.purchaseManager() != self or staticcall e.organizationNFT() != org:
        errors._wrong_wiring(escrow)
    v: IPassLens = IPassLens(lens)
    if (
        staticcall v.purchaseManager() != self
        or staticcall v.organizationNFT() != org
        or staticcall v.catalog() != cat
        or staticcall v.promotions() != promo
        or staticcall v.productPass() != pass_
        or staticcall v.paymentEscrow() != escrow
    ):
        errors._wrong_wiring(lens)


# --- purchases ---


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
    pass_word: uint256 = self._pass_word(params.productPassId)
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
    pass_word: uint256 = self._pass_word(params.productPassId)
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
    self._check_role(organizationId, ROLE_AIRDROP)
    count: uint256 = len(recipients)
    if count == 0:
        errors._empty_list()
    if count * len(productIds) > maxRecipients:
        errors._batch_too_large(count * len(productIds), maxRecipients)
    if orderReference != empty(bytes32):
        if self.isReferenceUsed[organizationId][orderReference]:
            errors._reference_used(organizationId, orderReference)
        self.isReferenceUsed[organizationId][orderReference] = True
    sale: ICatalog.Sale = extcall ICatalog(catalog).sell(
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
        word: uint256 = packing._item_with_next(sale.items[i], first)
        if self.stateOf[first_pass][product_id] != 0:
            errors._already_on_pass(first_pass, product_id)
        for pass_id: uint256 in range(first_pass, first_pass + count, bound=200):
            self._write(pass_id, product_id, word)
        first = product_id
    pass_word: uint256 = packing._pack_pass(
        empty(address), organizationId, first, 0, len(productIds)
    )
    extcall IProductPass(productPass).mintBatch(first_pass, recipients, pass_word)
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
    """
    org_id: uint256 = params.organizationId
    if params.airdrop:
        self._check_role(org_id, ROLE_AIRDROP)
        if len(params.couponCode) != 0:
            errors._coupon_on_airdrop()
    applied: IPromotions.Applied = empty(IPromotions.Applied)
    if len(params.discountIds) != 0 or len(params.couponCode) != 0:
        applied = extcall IPromotions(promotions).apply(
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
    sale: ICatalog.Sale = extcall ICatalog(catalog).sell(
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
    if terms.deadline != 0:
        if sale.token != terms.token:
            errors._unexpected_token(terms.token, sale.token)
        if sale.total > terms.maxAmount:
            errors._amount_above_max(sale.total, terms.maxAmount)

    # New items come first in the chain; one bought again keeps its place.
    first: uint256 = packing._pass_first(pass_word)
    count: uint256 = packing._pass_count(pass_word)
    was_locked: bool = pass_word != 0 and self._is_locked(pass_id, first, 0)
    for i: uint256 in range(len(sale.items), bound=24):
        product_id: uint256 = params.productIds[i]
        old: uint256 = self.stateOf[pass_id][product_id]
        if old == 0:
            self._write(pass_id, product_id, packing._item_with_next(sale.items[i], first))
            first = product_id
            count += 1
        else:
            self._check_over(pass_id, product_id, old)
            self._write(
                pass_id,
                product_id,
                packing._item_with_next(sale.items[i], packing._item_next(old)),
            )
        if pass_word != 0 and (sale.items[i] >> packing.USAGE_BIT) & 1 != 0:
            self._start_meter(pass_id, product_id, params.pricingIds[i])
    if count > maxProducts:
        errors._too_many_products(pass_id, maxProducts)
    new_word: uint256 = packing._pack_pass(params.to, org_id, first, applied.discountBps, count)
    if pass_word == 0:
        extcall IProductPass(productPass).mint(pass_id, new_word, skip_contract_check=True)
    else:
        lock_change: uint256 = 0
        if was_locked != self._is_locked(pass_id, first, 0):
            lock_change = 2 if was_locked else 1
        extcall IProductPass(productPass).extend(
            pass_id, new_word, lock_change, skip_contract_check=True
        )

    needed: uint256 = sale.total if sale.token == empty(address) else 0
    if sent != needed:
        errors._wrong_value(sent, needed)
    self._collect(org_id, sale.token, msg.sender, sale.total)
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
        self._check_holder(params.productPassId, pass_word)
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
    total: uint256 = staticcall ICatalog(catalog).meterTotal(pricing_id, pass_id)
    self.usageStateOf[pass_id][product_id] = packing._pack_usage(0, 0, total)
    log IPurchaseManager.UsageBilled(
        productPassId=pass_id, productId=product_id, units=0, amount=0, upTo=total
    )


# --- renewals ---


@external
@payable
def renewSubscription(productPassId: uint256, productId: uint256, airdrop: bool):
    """
    @notice Renews a subscription: by anyone while it is past due and its holder has auto-renew on (his ERC-20s
            pay; the native coin comes from the caller); by the holder also early or, once it has expired, from
            now; with `airdrop` by the org, free.
    @dev Anyone, holder, role airdrop. A usage subscription is billed within its holder's cap. In the native coin
         the value is a ceiling and the rest returns. Emits SubscriptionRenewed or UsageBilled (or both),
         SubscriptionStateChanged.
    @param productPassId Pass.
    @param productId Subscription on it.
    @param airdrop By the organization, free of charge.
    """
    self._renew(productPassId, productId, airdrop, msg.value, True)


@external
def renewSubscriptionBatch(
    productPassId: uint256, productIds: DynArray[uint256, 64], airdrop: bool
):
    """
    @notice renewSubscription for several products of one pass, all or nothing, none in the native coin.
    @dev As renewSubscription.
    @param productPassId Pass.
    @param productIds Subscriptions on it.
    @param airdrop By the organization, free of charge.
    """
    if len(productIds) == 0:
        errors._empty_list()
    for product_id: uint256 in productIds:
        self._renew(productPassId, product_id, airdrop, 0, False)


@external
def renewSubscriptions(
    productPassIds: DynArray[uint256, 100], productIds: DynArray[uint256, 100]
) -> DynArray[uint256, 100]:
    """
    @notice Renews what is due among up to 100 pairs; a pair that cannot be renewed stops no other.
    @dev Anyone. Each payment has 300,000 gas of its own; with less at hand than a fair try needs, the call
         reverts NotEnoughGas. Emits what renewSubscription does, and RenewalFailed for outcomes 6, 7, 8, 9, 11.
    @param productPassIds Passes.
    @param productIds Subscription on each.
    @return Outcomes: 0 renewed, 1 not due, 2 cancelled, 3 paused, 4 no consent, 5 past grace, 6 pricing retired,
            7 cap exceeded, 8 allowance too small, 9 balance too small, 10 native coin, 11 token failed, 12 none.
    """
    if len(productPassIds) == 0:
        errors._empty_list()
    if len(productIds) != len(productPassIds):
        errors._length_mismatch()
    outcomes: DynArray[uint256, 100] = []
    for i: uint256 in range(len(productIds), bound=100):
        outcome: uint256 = self._try_renewal(productPassIds[i], productIds[i])
        if (EVENTFUL >> outcome) & 1 != 0:
            log IPurchaseManager.RenewalFailed(
                productPassId=productPassIds[i], productId=productIds[i], reason=outcome
            )
        outcomes.append(outcome)
    return outcomes


@internal
def _renew(pass_id: uint256, product_id: uint256, airdrop: bool, sent: uint256, single: bool):
    pass_word: uint256 = self._pass_word(pass_id)
    item: ICatalog.Item = self._item(pass_id, product_id, pass_word)
    payer: address = msg.sender
    by: uint256 = BY_ORG
    if airdrop:
        self._check_role(item.orgId, ROLE_AIRDROP)
    else:
        by = BY_HOLDER if msg.sender == item.holder else BY_ANYBODY
    renewed: ICatalog.Renewal = staticcall ICatalog(catalog).renewal(
        item, by, skip_contract_check=True
    )
    if renewed.reason != 0:
        self._refuse(item, renewed)
    if renewed.token != empty(address):
        if not airdrop:
            payer = item.holder
    elif not single and renewed.amount != 0:
        errors._native_coin_not_accepted(pass_id, product_id)
    self._record_renewal(item, pass_word, renewed, payer)
    self._settle(item.orgId, renewed.token, payer, renewed.amount, sent)


@internal
def _try_renewal(pass_id: uint256, product_id: uint256) -> uint256:
    """
    @notice One pair of a batch: its outcome does not depend on the gas the caller chose.
    """
    pass_word: uint256 = staticcall IProductPass(productPass).wordOf(
        pass_id, skip_contract_check=True
    )
    if pass_word == 0:
        return NO_SUBSCRIPTION
    item: ICatalog.Item = self._item(pass_id, product_id, pass_word)
    renewed: ICatalog.Renewal = staticcall ICatalog(catalog).renewal(
        item, BY_ANYBODY, skip_contract_check=True
    )
    if renewed.reason != 0:
        return renewed.reason
    if renewed.amount != 0:
        if renewed.token == empty(address):
            return NEEDS_NATIVE
        if msg.gas < RESERVE_GAS:
            errors._not_enough_gas(msg.gas, RESERVE_GAS)
        collected: bool = raw_call(
            paymentEscrow,
            abi_encode(
                item.orgId,
                renewed.token,
                item.holder,
                renewed.amount,
                platform._fee(renewed.amount),
                method_id=method_id("collect(uint256,address,address,uint256,uint256)"),
            ),
            gas=COLLECT_GAS,
            revert_on_failure=False,
        )
        if not collected:
            reason: uint256 = 0
            have: uint256 = 0
            reason, have = staticcall IPaymentEscrow(paymentEscrow).obstacle(
                renewed.token, item.holder, renewed.amount
            )
            return reason
    self._record_renewal(item, pass_word, renewed, item.holder)
    return 0


@internal
def _record_renewal(
    item: ICatalog.Item, pass_word: uint256, renewed: ICatalog.Renewal, payer: address
):
    self._bill(item, renewed.usage, renewed.units, renewed.amount)
    self._update(item, pass_word, renewed.word)
    if renewed.periodStart != 0:
        log IPurchaseManager.SubscriptionRenewed(
            orgId=item.orgId,
            productPassId=item.productPassId,
            productId=item.productId,
            payer=payer,
            token=renewed.token,
            amountPaid=renewed.amount,
            periodStart=renewed.periodStart,
            periodEnd=packing._item_end(renewed.word),
        )


@internal
@pure
def _refuse(item: ICatalog.Item, renewed: ICatalog.Renewal):
    """
    @notice The reason of a refused renewal as an error.
    """
    pass_id: uint256 = item.productPassId
    product_id: uint256 = item.productId
    if renewed.reason == 1:
        errors._not_due(pass_id, product_id)
    if renewed.reason == 2:
        errors._subscription_cancelled(pass_id, product_id)
    if renewed.reason == 3:
        errors._subscription_paused(pass_id, product_id)
    if renewed.reason == 4:
        errors._no_consent(pass_id, product_id)
    if renewed.reason == 5:
        errors._past_grace(pass_id, product_id)
    if renewed.reason == 6:
        errors._pricing_retired(packing._item_pricing(item.word))
    if renewed.reason == 7:
        errors._usage_cap_exceeded(renewed.amount, packing._usage_cap(item.usage))
    self._check_subscription(item)


# --- pause, cancel, consent ---


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
    self._check_lists(len(productIds), len(pauses))
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
    self._check_lists(len(productIds), len(cancels))
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
    item, pass_word = self._own_subscription(productPassId, productId)
    if autoRenew:
        pricing_id: uint256 = packing._item_pricing(item.word)
        if not staticcall ICatalog(catalog).mayHold(pricing_id, msg.sender):
            errors._pricing_restricted(pricing_id, msg.sender)
        self._update(item, pass_word, item.word | packing.AUTO_RENEW)
    else:
        self._update(item, pass_word, item.word & ~packing.AUTO_RENEW)


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
    item, pass_word = self._own_subscription(productPassId, productId)
    if amount > packing.MASK_96:
        errors._number_too_large(amount, packing.MASK_96)
    units: uint256 = 0
    recorded: uint256 = 0
    units, recorded = staticcall ICatalog(catalog).usageBill(item)
    if amount < recorded:
        errors._usage_cap_too_low(amount, recorded)
    self._set_cap(productPassId, productId, item.usage, amount, msg.sender)


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
    item, pass_word = self._own_subscription(productPassId, productId)
    word: uint256 = item.word
    if packing._item_status(word, block.timestamp) == packing.STATUS_EXPIRED:
        return
    if (word >> packing.USAGE_BIT) & 1 == 0:
        word = packing._item_revoked(word, block.timestamp)
    else:
        end: uint256 = min(packing._item_end(word), block.timestamp)
        word = packing._item_with_times(word, packing._item_start(word), end)
        word = (word | packing.CANCELLED) & ~packing.AUTO_RENEW
    self._update(item, pass_word, word)


@internal
def _pause(pass_id: uint256, product_id: uint256, pause: bool):
    pass_word: uint256 = 0
    item: ICatalog.Item = empty(ICatalog.Item)
    item, pass_word = self._own_subscription(pass_id, product_id)
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
    self._update(item, pass_word, word)


@internal
def _cancel(pass_id: uint256, product_id: uint256, cancel: bool, sent: uint256, single: bool):
    pass_word: uint256 = self._pass_word(pass_id)
    item: ICatalog.Item = self._item(pass_id, product_id, pass_word)
    word: uint256 = item.word
    cancelled: bool = (word >> packing.CANCELLED_BIT) & 1 != 0
    if cancel:
        if msg.sender != item.holder:
            self._check_role(item.orgId, ROLE_SUPPORT)
        self._check_subscription(item)
        if sent != 0:
            errors._wrong_value(sent, 0)
        if not cancelled:
            self._update(item, pass_word, word | packing.CANCELLED)
        return
    self._check_holder(pass_id, pass_word)
    self._check_subscription(item)
    if not cancelled:
        errors._not_cancelled(pass_id, product_id)
    if packing._item_status(word, block.timestamp) == packing.STATUS_EXPIRED:
        self._renew(pass_id, product_id, False, sent, single)
        return
    self._update(item, pass_word, word & ~packing.CANCELLED)
    if sent != 0 and (word >> packing.NATIVE_BIT) & 1 == 0:
        errors._wrong_value(sent, 0)
    self._give_back(sent)


# --- changes ---


@external
@payable
def changeSubscriptionPricing(params: IPurchaseManager.ChangeSubscriptionPricingParams):
    """
    @notice Moves an active subscription to another pricing, from now; the value of the time left counts.
    @dev Holder, if the organization lets him; with `airdrop` the org (role airdrop), free, and only adding. In the
         native coin the value is a ceiling and the rest returns. Emits SubscriptionChanged,
         SubscriptionStateChanged, UsageBilled.
    @param params Organization of the pass, pass, subscription, new pricing.
    """
    pass_word: uint256 = self._pass_word(params.productPassId)
    if packing._pass_org(pass_word) != params.orgId:
        errors._pass_of_another_organization(params.productPassId, params.orgId)
    if params.newPricingId == 0:
        errors._no_such_pricing(0)
    self._change(
        self._item(params.productPassId, params.productId, pass_word),
        pass_word,
        params.newPricingId,
        0,
        params.airdrop,
        msg.value,
    )


@external
@payable
def changeTieredSubscriptionUnitQuantity(
    productPassId: uint256, productId: uint256, quantity: uint256, airdrop: bool
):
    """
    @notice Changes the units of an active tiered subscription, from now; the value of the time left counts.
    @dev As changeSubscriptionPricing, without the organization's leave.
    @param productPassId Pass.
    @param productId Tiered subscription on it.
    @param quantity Units, 1 to 2^32 - 1.
    @param airdrop By the organization, free of charge.
    """
    pass_word: uint256 = self._pass_word(productPassId)
    self._change(
        self._item(productPassId, productId, pass_word), pass_word, 0, quantity, airdrop, msg.value
    )


@internal
def _change(
    item: ICatalog.Item,
    pass_word: uint256,
    new_pricing_id: uint256,
    quantity: uint256,
    airdrop: bool,
    sent: uint256,
):
    if airdrop:
        self._check_role(item.orgId, ROLE_AIRDROP)
    else:
        self._check_holder(item.productPassId, pass_word)
    change: ICatalog.Change = staticcall ICatalog(catalog).change(
        item, new_pricing_id, quantity, airdrop, skip_contract_check=True
    )
    self._bill(item, change.usage, change.units, change.amount)
    self._update(item, pass_word, change.word)
    log IPurchaseManager.SubscriptionChanged(
        orgId=item.orgId,
        productPassId=item.productPassId,
        productId=item.productId,
        pricingId=packing._item_pricing(change.word),
        quantity=packing._item_quantity(change.word),
        token=change.token,
        amountPaid=change.amount,
        valueLeft=change.valueLeft,
    )
    self._settle(item.orgId, change.token, msg.sender, change.amount, sent)


# --- money ---


@external
@payable
def topUp(organizationId: uint256, token: address, amount: uint256):
    """
    @notice Adds to an organization's balance, for refunds for instance; no fee.
    @dev Anyone, from his own wallet. Emits PaymentReceived on PaymentEscrow.
    @param organizationId Organization.
    @param token ERC-20, or the zero address for the native coin (value exactly the amount).
    @param amount In the token's smallest unit.
    """
    if organizationId == 0 or organizationId > staticcall IOrganizationNFT(organizationNFT).orgSupply():
        errors._no_such_organization(organizationId)
    if amount == 0:
        errors._zero_amount()
    needed: uint256 = amount if token == empty(address) else 0
    if msg.value != needed:
        errors._wrong_value(msg.value, needed)
    extcall IPaymentEscrow(paymentEscrow).collect(
        organizationId, token, msg.sender, amount, 0, value=needed
    )


@external
def refundProduct(productPassId: uint256, productId: uint256, amount: uint256, revoke: bool):
    """
    @notice Pays back to the present holder from the organization's balance, at most what was really paid.
    @dev Role refund. Emits ProductRefunded, SubscriptionStateChanged.
    @param productPassId Pass.
    @param productId Product on it.
    @param amount In the token's smallest unit; 0 only to revoke what has no value left.
    @param revoke End the product at once; needs a refund of at least the value left.
    """
    pass_word: uint256 = self._pass_word(productPassId)
    item: ICatalog.Item = self._item(productPassId, productId, pass_word)
    self._check_role(item.orgId, ROLE_REFUND)
    change: ICatalog.Change = staticcall ICatalog(catalog).refundChange(item, amount, revoke)
    self.usageStateOf[productPassId][productId] = change.usage
    self._update(item, pass_word, change.word)
    log IPurchaseManager.ProductRefunded(
        orgId=item.orgId,
        productPassId=productPassId,
        productId=productId,
        recipient=item.holder,
        token=change.token,
        amount=amount,
        revoked=revoke,
    )
    if amount != 0:
        extcall IPaymentEscrow(paymentEscrow).refund(item.orgId, change.token, item.holder, amount)


@internal
@payable
def _collect(org_id: uint256, token: address, payer: address, amount: uint256):
    if amount != 0:
        needed: uint256 = amount if token == empty(address) else 0
        extcall IPaymentEscrow(paymentEscrow).collect(
            org_id,
            token,
            payer,
            amount,
            platform._fee(amount),
            value=needed,
            skip_contract_check=True,
        )


@internal
@payable
def _settle(org_id: uint256, token: address, payer: address, amount: uint256, sent: uint256):
    """
    @notice Collects; in the native coin the value sent is a ceiling, and the rest returns.
    """
    self._collect_checked(org_id, token, payer, amount, sent)
    if token == empty(address):
        self._give_back(sent - amount)


@internal
@payable
def _collect_checked(
    org_id: uint256, token: address, payer: address, amount: uint256, sent: uint256
):
    if token == empty(address):
        if sent < amount:
            errors._value_too_low(sent, amount)
    elif sent != 0:
        errors._wrong_value(sent, 0)
    self._collect(org_id, token, payer, amount)


@internal
@payable
def _give_back(rest: uint256):
    if rest != 0:
        if not raw_call(msg.sender, b"", value=rest, revert_on_failure=False):
            errors._payment_failed(empty(address))


# --- passes on the move ---


@external
def beforePassTransfer(productPassId: uint256, word: uint256):
    """
    @notice Refuses the transfer of a pass that is locked; clears consent, coupons and usage caps of one that moves.
    @dev Only ProductPass, which hands in the pass's word and is locked meanwhile.
    @param productPassId Pass.
    @param word Its word before the transfer.
    """
    if msg.sender != productPass:
        errors._not_system_contract(msg.sender)
    product_id: uint256 = packing._pass_first(word)
    for _: uint256 in range(64):
        if product_id == 0:
            break
        item: uint256 = self.stateOf[productPassId][product_id]
        if not packing._item_movable(item, block.timestamp):
            errors._pass_locked(productPassId, product_id)
        cleared: uint256 = packing._item_with_coupon(item & ~packing.AUTO_RENEW, 0, 0)
        if cleared != item:
            self._write(productPassId, product_id, cleared)
        if (item >> packing.USAGE_BIT) & 1 != 0:
            usage: uint256 = self.usageStateOf[productPassId][product_id]
            if packing._usage_cap(usage) != 0:
                self._set_cap(productPassId, product_id, usage, 0, packing._pass_owner(word))
        product_id = packing._item_next(item)


@internal
@view
def _is_locked(pass_id: uint256, first: uint256, skip: uint256) -> bool:
    """
    @notice Does any item of the pass, but `skip`, keep it from moving?
    """
    product_id: uint256 = first
    for _: uint256 in range(64):
        if product_id == 0:
            break
        word: uint256 = self.stateOf[pass_id][product_id]
        if product_id != skip and not packing._item_movable(word, block.timestamp):
            return True
        product_id = packing._item_next(word)
    return False


# --- shared ---


@internal
def _write(pass_id: uint256, product_id: uint256, word: uint256):
    self.stateOf[pass_id][product_id] = word
    log IPurchaseManager.SubscriptionStateChanged(
        productPassId=pass_id, productId=product_id, state=word
    )


@internal
def _update(item: ICatalog.Item, pass_word: uint256, word: uint256):
    """
    @notice Writes an item of a pass, and tells the pass whether that locked or unlocked it.
    """
    self._write(item.productPassId, item.productId, word)
    lock_change: uint256 = 0
    movable: bool = packing._item_movable(word, block.timestamp)
    if movable != packing._item_movable(item.word, block.timestamp):
        if not self._is_locked(item.productPassId, packing._pass_first(pass_word), item.productId):
            lock_change = 2 if movable else 1
    extcall IProductPass(productPass).touch(
        item.productPassId, lock_change, skip_contract_check=True
    )


@internal
def _bill(item: ICatalog.Item, usage: uint256, units: uint256, amount: uint256):
    """
    @notice Keeps what a bill, or a waiver, changed of the usage word.
    """
    if usage != item.usage:
        self.usageStateOf[item.productPassId][item.productId] = usage
        log IPurchaseManager.UsageBilled(
            productPassId=item.productPassId,
            productId=item.productId,
            units=units,
            amount=amount,
            upTo=packing._usage_mark(usage),
        )


@internal
def _set_cap(pass_id: uint256, product_id: uint256, usage: uint256, cap: uint256, holder: address):
    self.usageStateOf[pass_id][product_id] = packing._pack_usage(
        cap, packing._usage_bill(usage), packing._usage_mark(usage)
    )
    log IPurchaseManager.UsageCapSet(
        productPassId=pass_id, productId=product_id, holder=holder, cap=cap
    )


@internal
@view
def _item(pass_id: uint256, product_id: uint256, pass_word: uint256) -> ICatalog.Item:
    word: uint256 = self.stateOf[pass_id][product_id]
    usage: uint256 = 0
    if (word >> packing.USAGE_BIT) & 1 != 0:
        usage = self.usageStateOf[pass_id][product_id]
    return ICatalog.Item(
        orgId=packing._pass_org(pass_word),
        productPassId=pass_id,
        productId=product_id,
        holder=packing._pass_owner(pass_word),
        discountBps=packing._pass_discount_bps(pass_word),
        word=word,
        usage=usage,
    )


@internal
@view
def _own_subscription(pass_id: uint256, product_id: uint256) -> (ICatalog.Item, uint256):
    """
    @notice The caller's own subscription, and the word of its pass.
    """
    pass_word: uint256 = self._pass_word(pass_id)
    self._check_holder(pass_id, pass_word)
    item: ICatalog.Item = self._item(pass_id, product_id, pass_word)
    self._check_subscription(item)
    return item, pass_word


@internal
@view
def _pass_word(pass_id: uint256) -> uint256:
    word: uint256 = staticcall IProductPass(productPass).wordOf(
        pass_id, skip_contract_check=True
    )
    if word == 0:
        errors._no_such_pass(pass_id)
    return word


@internal
@pure
def _check_subscription(item: ICatalog.Item):
    if item.word == 0:
        errors._no_such_item(item.productPassId, item.productId)
    if (item.word >> packing.ONE_TIME_BIT) & 1 != 0:
        errors._not_a_subscription(item.productPassId, item.productId)


@internal
@view
def _check_holder(pass_id: uint256, pass_word: uint256):
    if packing._pass_owner(pass_word) != msg.sender:
        errors._not_pass_holder(pass_id, msg.sender)


@internal
@view
def _check_role(org_id: uint256, role: uint256):
    if not staticcall IOrganizationNFT(organizationNFT).hasRole(org_id, msg.sender, role):
        errors._not_authorized(org_id, msg.sender, role)


@internal
@pure
def _check_lists(one: uint256, other: uint256):
    if one == 0:
        errors._empty_list()
    if one != other:
        errors._length_mismatch()
