# pragma version ~=0.4.3
# pragma nonreentrancy on
"""
@title renewing
@license Apache-2.0
@notice Renewals: by anyone, by the holder, by the organization, one by one and in batches.
@dev Catalog decides whether a renewal goes ahead and what it costs.
"""
from ..interfaces import ICatalog
from ..interfaces import IPaymentEscrow
from ..interfaces import IProductPass
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

maxBatch: public(constant(uint256)) = 100  # pairs of renewSubscriptions

ROLE_AIRDROP: constant(uint256) = 4

BY_ANYBODY: constant(uint256) = 0
BY_HOLDER: constant(uint256) = 1
BY_ORG: constant(uint256) = 2

# Outcomes of renewSubscriptions that are decided here; the others come from Catalog.
NEEDS_NATIVE: constant(uint256) = 10
NO_SUBSCRIPTION: constant(uint256) = 12
EVENTFUL: constant(uint256) = (1 << 6) | (1 << 7) | (1 << 8) | (1 << 9) | (1 << 11)

COLLECT_GAS: constant(uint256) = 300_000
RESERVE_GAS: constant(uint256) = COLLECT_GAS + COLLECT_GAS // 63 + 60_000


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
    pass_word: uint256 = pass_items._pass_word(pass_id)
    item: ICatalog.Item = pass_items._item(pass_id, product_id, pass_word)
    payer: address = msg.sender
    by: uint256 = BY_ORG
    if airdrop:
        pass_items._check_role(item.orgId, ROLE_AIRDROP)
    else:
        by = BY_HOLDER if msg.sender == item.holder else BY_ANYBODY
    renewed: ICatalog.Renewal = staticcall ICatalog(peers.catalog).renewal(
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
    payments._settle(item.orgId, renewed.token, payer, renewed.amount, sent)


@internal
def _try_renewal(pass_id: uint256, product_id: uint256) -> uint256:
    """
    @notice One pair of a batch: its outcome does not depend on the gas the caller chose.
    """
    pass_word: uint256 = staticcall IProductPass(peers.productPass).wordOf(
        pass_id, skip_contract_check=True
    )
    if pass_word == 0:
        return NO_SUBSCRIPTION
    item: ICatalog.Item = pass_items._item(pass_id, product_id, pass_word)
    renewed: ICatalog.Renewal = staticcall ICatalog(peers.catalog).renewal(
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
            peers.paymentEscrow,
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
            reason, have = staticcall IPaymentEscrow(peers.paymentEscrow).obstacle(
                renewed.token, item.holder, renewed.amount
            )
            return reason
    self._record_renewal(item, pass_word, renewed, item.holder)
    return 0


@internal
def _record_renewal(
    item: ICatalog.Item, pass_word: uint256, renewed: ICatalog.Renewal, payer: address
):
    pass_items._bill(item, renewed.usage, renewed.units, renewed.amount)
    pass_items._update(item, pass_word, renewed.word)
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
    pass_items._check_subscription(item)
