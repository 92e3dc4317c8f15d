# pragma version ~=0.4.3
# pragma nonreentrancy on
"""
@title changing
@license Apache-2.0
@notice Changes of plan and quantity, refunds, and top-ups of an organization.
@dev Catalog decides what they cost and what the words become.
"""
from ..interfaces import ICatalog
from ..interfaces import IOrganizationNFT
from ..interfaces import IPaymentEscrow
from ..interfaces import IPurchaseManager
from . import errors
from . import packing
from . import pass_items
from . import payments
from . import peers

uses: peers
uses: pass_items
uses: payments

ROLE_AIRDROP: constant(uint256) = 4
ROLE_REFUND: constant(uint256) = 16


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
    pass_word: uint256 = pass_items._pass_word(params.productPassId)
    if packing._pass_org(pass_word) != params.orgId:
        errors._pass_of_another_organization(params.productPassId, params.orgId)
    if params.newPricingId == 0:
        errors._no_such_pricing(0)
    self._change(
        pass_items._item(params.productPassId, params.productId, pass_word),
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
    pass_word: uint256 = pass_items._pass_word(productPassId)
    self._change(
        pass_items._item(productPassId, productId, pass_word), pass_word, 0, quantity, airdrop, msg.value
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
        pass_items._check_role(item.orgId, ROLE_AIRDROP)
    else:
        pass_items._check_holder(item.productPassId, pass_word)
    change: ICatalog.Change = staticcall ICatalog(peers.catalog).change(
        item, new_pricing_id, quantity, airdrop, skip_contract_check=True
    )
    pass_items._bill(item, change.usage, change.units, change.amount)
    pass_items._update(item, pass_word, change.word)
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
    payments._settle(item.orgId, change.token, msg.sender, change.amount, sent)


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
    if organizationId == 0 or organizationId > staticcall IOrganizationNFT(peers.organizationNFT).orgSupply():
        errors._no_such_organization(organizationId)
    if amount == 0:
        errors._zero_amount()
    needed: uint256 = amount if token == empty(address) else 0
    if msg.value != needed:
        errors._wrong_value(msg.value, needed)
    extcall IPaymentEscrow(peers.paymentEscrow).collect(
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
    pass_word: uint256 = pass_items._pass_word(productPassId)
    item: ICatalog.Item = pass_items._item(productPassId, productId, pass_word)
    pass_items._check_role(item.orgId, ROLE_REFUND)
    change: ICatalog.Change = staticcall ICatalog(peers.catalog).refundChange(item, amount, revoke)
    pass_items.usageStateOf[productPassId][productId] = change.usage
    pass_items._update(item, pass_word, change.word)
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
        extcall IPaymentEscrow(peers.paymentEscrow).refund(item.orgId, change.token, item.holder, amount)
