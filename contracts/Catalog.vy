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
from .interfaces import IOrganizationNFT
from .interfaces import IPassLens
from .interfaces import IProductPass
from .modules import catalog_store
from .modules import catalog_words
from .modules import changes
from .modules import errors
from .modules import packing
from .modules import pricing
from .modules import renewals
from .modules import sales

implements: ICatalog
initializes: catalog_store
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
initializes: sales[catalog_store := catalog_store]
initializes: renewals[catalog_store := catalog_store]
initializes: changes[catalog_store := catalog_store, renewals := renewals]

ROLE_CATALOG: constant(uint256) = 1
ROLE_USAGE: constant(uint256) = 8

organizationNFT: public(immutable(address))
purchaseManager: public(immutable(address))
productPass: public(immutable(address))


@deploy
def __init__(organizationNFT_: address, purchaseManager_: address, productPass_: address):
    """
    @notice Addresses are predicted by the deployment; PurchaseManager checks them all when it is created.
    """
    organizationNFT = organizationNFT_
    purchaseManager = purchaseManager_
    productPass = productPass_


# --- products ---


@external
def setProduct(orgId: uint256, productId: uint256, product: ICatalog.Product) -> uint256:
    """
    @notice Creates a product (productId 0), or replaces all fields of one.
    @dev Role catalog. Emits ProductSet; of an existing product also BatchMetadataUpdate on ProductPass.
    @param orgId Organization that sells it.
    @param productId 0, or a product of the organization.
    @param product Texts: name 1 to 64 bytes, UTF-8 without control characters. Transferable acts on later
           sales only. The largest number ever sold, 0 = no limit; what is sold already closes the sale.
    @return Id of the product, counting from 1.
    """
    self._check_role(orgId, msg.sender, ROLE_CATALOG)
    if len(product.name) == 0:
        errors._invalid_text(0)
    self._check_text(0, product.name)
    self._check_text(1, product.description)
    self._check_text(2, product.image)
    self._check_text(3, product.externalUrl)
    if product.maxSupply > packing.MASK_64:
        errors._number_too_large(product.maxSupply, packing.MASK_64)
    product_id: uint256 = productId
    sold: uint256 = 0
    if product_id == 0:
        product_id = catalog_store._next_product()
    else:
        sold = catalog_words._product_sold(catalog_store._product_of_org(product_id, orgId))
        extcall IProductPass(productPass).touchAll()
    if product.maxSupply != 0 and product.maxSupply < sold:
        errors._max_supply_below_sold(product.maxSupply, sold)
    catalog_store.productWords[product_id] = catalog_words._pack_product(
        orgId, product.maxSupply, sold, product.active, product.transferable
    )
    catalog_store.productNames[product_id] = product.name
    log ICatalog.ProductSet(orgId=orgId, productId=product_id, product=product)
    return product_id


@internal
@view
def _check_text(field: uint256, text: String[512]):
    if not staticcall IOrganizationNFT(organizationNFT).isCleanText(text):
        errors._invalid_text(field)


# --- pricings ---


@external
def createPricing(orgId: uint256, terms: ICatalog.PricingTerms) -> uint256:
    """
    @notice Creates a pricing. Its terms never change.
    @dev Role catalog. Emits PricingCreated. Link it to products with linkPricings.
    @param orgId Organization that offers it.
    @param terms Charge style 0 to 5, frequency 0 (one-time) or 1 to 5, token (zero address = native coin),
           prices in the token's smallest unit below 2^96, tiers without gaps, the last without upper bound.
    @return Id of the pricing, counting from 1.
    """
    self._check_role(orgId, msg.sender, ROLE_CATALOG)
    self._check_terms(orgId, terms)
    self._check_tiers(terms)
    pricing_id: uint256 = catalog_store._next_pricing()
    catalog_store.pricingWords[pricing_id] = [
        catalog_words._pack_pricing(orgId, terms),
        convert(terms.token, uint256) | (terms.flatPrice << 160),
    ]
    for i: uint256 in range(len(terms.tiers), bound=16):
        catalog_store.tierWords[pricing_id][i] = catalog_words._pack_tier(terms.tiers[i])
    log ICatalog.PricingCreated(orgId=orgId, pricingId=pricing_id, terms=terms)
    return pricing_id


@internal
@view
def _check_terms(org_id: uint256, terms: ICatalog.PricingTerms):
    if terms.chargeStyle > pricing.USAGE_GRADUATED:
        errors._invalid_charge_style(terms.chargeStyle)
    if terms.frequency > 5 or (terms.frequency == 0) != (terms.chargeStyle == pricing.ONE_TIME):
        errors._invalid_frequency(terms.chargeStyle, terms.frequency)
    if terms.token != empty(address) and not terms.token.is_contract:
        errors._token_has_no_code(terms.token)
    if terms.flatPrice > packing.MASK_96:
        errors._number_too_large(terms.flatPrice, packing.MASK_96)
    if terms.chargeStyle < pricing.USAGE_VOLUME:
        if terms.meterId != 0:
            errors._unexpected_meter(terms.meterId)
    elif self._meter_org(terms.meterId) != org_id or terms.meterId == 0:
        errors._no_such_meter(terms.meterId)


@internal
@pure
def _check_tiers(terms: ICatalog.PricingTerms):
    """
    @notice Tiers follow each other without gaps; volume counts from 1, graduated from 0.
    """
    count: uint256 = len(terms.tiers)
    if terms.chargeStyle <= pricing.FLAT:
        if count != 0:
            errors._invalid_tiers(0)
        return
    if terms.flatPrice != 0:
        errors._invalid_flat_price(terms.flatPrice)
    if count == 0:
        errors._invalid_tiers(0)
    graduated: bool = (
        terms.chargeStyle == pricing.TIERED_GRADUATED
        or terms.chargeStyle == pricing.USAGE_GRADUATED
    )
    lower: uint256 = 0 if graduated else 1
    for i: uint256 in range(count, bound=16):
        tier: ICatalog.Tier = terms.tiers[i]
        last: bool = i == count - 1
        if tier.lower != lower or (tier.upper == 0) != last or (not last and tier.upper < lower):
            errors._invalid_tiers(i)
        if tier.upper > packing.MASK_48:
            errors._number_too_large(tier.upper, packing.MASK_48)
        if max(tier.unitPrice, tier.flatPrice) > packing.MASK_96:
            errors._number_too_large(max(tier.unitPrice, tier.flatPrice), packing.MASK_96)
        lower = tier.upper + 1


@external
def setPricingFlags(pricingId: uint256, active: bool, retired: bool, restricted: bool):
    """
    @notice Starts or stops sales (active), sales and renewals (retired), or the list of wallets (restricted).
    @dev Role catalog. Emits PricingFlagsSet.
    @param pricingId Pricing of the caller's organization.
    @param active On sale.
    @param retired Neither sold nor renewed; can be taken back.
    @param restricted For wallets on its list only.
    """
    word: uint256 = self._check_pricing_admin(pricingId)
    word &= ~(
        catalog_words.PRICING_ACTIVE | catalog_words.PRICING_RETIRED | catalog_words.PRICING_RESTRICTED
    )
    if active:
        word |= catalog_words.PRICING_ACTIVE
    if retired:
        word |= catalog_words.PRICING_RETIRED
    if restricted:
        word |= catalog_words.PRICING_RESTRICTED
    catalog_store.pricingWords[pricingId][0] = word
    log ICatalog.PricingFlagsSet(
        pricingId=pricingId, active=active, retired=retired, restricted=restricted
    )


@external
def linkPricings(orgId: uint256, productId: uint256, pricingIds: DynArray[uint256, 24], linked: bool):
    """
    @notice Offers a product at pricings of the same organization, or no longer; running subscriptions go on.
    @dev Role catalog. Emits PricingLinked for each.
    @param orgId Organization.
    @param productId Product of the organization.
    @param pricingIds At most 24 pricings of the same organization.
    @param linked Offer or withdraw.
    """
    self._check_role(orgId, msg.sender, ROLE_CATALOG)
    catalog_store._product_of_org(productId, orgId)
    if len(pricingIds) == 0:
        errors._empty_list()
    for pricing_id: uint256 in pricingIds:
        if catalog_words._pricing_org(self._pricing_word(pricing_id)) != orgId:
            errors._no_such_pricing(pricing_id)
        catalog_store.isLinked[productId][pricing_id] = linked
        log ICatalog.PricingLinked(productId=productId, pricingId=pricing_id, linked=linked)


@external
def setPricingAccess(pricingId: uint256, wallets: DynArray[address, 200], allowed: bool):
    """
    @notice Puts wallets on a restricted pricing's list, or takes them off.
    @dev Role catalog. Emits PricingAccessSet for each.
    @param pricingId Pricing of the caller's organization.
    @param wallets At most 200 holders.
    @param allowed On or off the list.
    """
    self._check_pricing_admin(pricingId)
    if len(wallets) == 0:
        errors._empty_list()
    for wallet: address in wallets:
        catalog_store.hasPricingAccess[pricingId][wallet] = allowed
        log ICatalog.PricingAccessSet(pricingId=pricingId, wallet=wallet, allowed=allowed)


# --- sale rules ---


@external
def setSaleRules(orgId: uint256, rules: ICatalog.SaleRules):
    """
    @notice Replaces the organization's sale rules; all zero is the default.
    @dev Role catalog. Emits SaleRulesSet. Grace and pausing act on what is sold later.
    @param orgId Organization.
    @param rules Closed, allow-list, gifting off, pausing, plan change off, grace 1 to 30 days (0 = 3),
           passes a wallet may buy (below 2^16, 0 = no limit), count passes.
    """
    self._check_role(orgId, msg.sender, ROLE_CATALOG)
    if rules.graceDays > 30:
        errors._invalid_grace(rules.graceDays)
    if rules.maxPasses > 65_535:
        errors._number_too_large(rules.maxPasses, 65_535)
    catalog_store.saleRuleWords[orgId] = catalog_words._pack_rules(rules)
    log ICatalog.SaleRulesSet(orgId=orgId, rules=rules)


@external
def setAllowList(orgId: uint256, wallets: DynArray[address, 200], allowed: bool):
    """
    @notice Puts wallets on the organization's allow-list, or takes them off.
    @dev Role catalog. Emits AllowListSet for each. Acts while the sale rule allowList is on.
    @param orgId Organization.
    @param wallets At most 200 recipients of passes.
    @param allowed On or off the list.
    """
    self._check_role(orgId, msg.sender, ROLE_CATALOG)
    if len(wallets) == 0:
        errors._empty_list()
    for wallet: address in wallets:
        catalog_store.onAllowList[orgId][wallet] = allowed
        log ICatalog.AllowListSet(orgId=orgId, wallet=wallet, allowed=allowed)


# --- usage ---


@external
def createMeter(orgId: uint256) -> uint256:
    """
    @notice Creates a usage meter of the organization.
    @dev Role catalog. Emits MeterSet.
    @param orgId Organization.
    @return Id of the meter, counting from 1.
    """
    self._check_role(orgId, msg.sender, ROLE_CATALOG)
    meter_id: uint256 = catalog_store._next_meter()
    catalog_store.meterWords[meter_id] = orgId | catalog_store.METER_ACTIVE
    log ICatalog.MeterSet(orgId=orgId, meterId=meter_id, active=True)
    return meter_id


@external
def setMeterActive(meterId: uint256, active: bool):
    """
    @notice A meter that is not active takes no readings; what is recorded is still billed.
    @dev Role catalog. Emits MeterSet.
    @param meterId Meter of the caller's organization.
    @param active Take readings.
    """
    org_id: uint256 = self._check_meter_admin(meterId, ROLE_CATALOG)
    catalog_store.meterWords[meterId] = org_id | (catalog_store.METER_ACTIVE if active else 0)
    log ICatalog.MeterSet(orgId=org_id, meterId=meterId, active=active)


@external
def recordUsage(
    meterId: uint256, productPassIds: DynArray[uint256, 200], units: DynArray[uint256, 200]
):
    """
    @notice Adds units to the readings of passes.
    @dev Role usage. Emits UsageRecorded for each. What is recorded after a period's end, before its bill,
         belongs to that period.
    @param meterId Active meter of the caller's organization.
    @param productPassIds At most 200 passes of the same organization.
    @param units Units to add to each; a reading stays below 2^48.
    """
    org_id: uint256 = self._check_meter_admin(meterId, ROLE_USAGE)
    if catalog_store.meterWords[meterId] & catalog_store.METER_ACTIVE == 0:
        errors._meter_inactive(meterId)
    if len(productPassIds) == 0:
        errors._empty_list()
    if len(units) != len(productPassIds):
        errors._length_mismatch()
    for i: uint256 in range(len(productPassIds), bound=200):
        pass_id: uint256 = productPassIds[i]
        pass_word: uint256 = staticcall IProductPass(productPass).wordOf(pass_id)
        if pass_word == 0:
            errors._no_such_pass(pass_id)
        if packing._pass_org(pass_word) != org_id:
            errors._pass_of_another_organization(pass_id, org_id)
        total: uint256 = catalog_store.usageTotal[meterId][pass_id]
        room: uint256 = packing.MASK_48 - total
        if units[i] > room:
            errors._number_too_large(units[i], room)
        total += units[i]
        catalog_store.usageTotal[meterId][pass_id] = total
        log ICatalog.UsageRecorded(
            meterId=meterId, productPassId=pass_id, delta=convert(units[i], int256), total=total
        )


@external
def adjustUsage(meterId: uint256, productPassId: uint256, units: uint256):
    """
    @notice Corrects a reading downwards, never below what any product of the pass was billed for.
    @dev Role usage. Emits UsageRecorded with a negative delta.
    @param meterId Meter of the caller's organization.
    @param productPassId Pass.
    @param units The new reading.
    """
    self._check_meter_admin(meterId, ROLE_USAGE)
    present: uint256 = catalog_store.usageTotal[meterId][productPassId]
    if units >= present:
        errors._usage_not_lower(units, present)
    lens: IPassLens = IPassLens(staticcall IProductPass(productPass).passLens())
    mark: uint256 = staticcall lens.highestMark(meterId, productPassId)
    if units < mark:
        errors._usage_below_mark(units, mark)
    catalog_store.usageTotal[meterId][productPassId] = units
    log ICatalog.UsageRecorded(
        meterId=meterId,
        productPassId=productPassId,
        delta=convert(units, int256) - convert(present, int256),
        total=units,
    )


# --- for PurchaseManager; PassLens quotes by the same views ---


@external
def sell(cart: ICatalog.Cart) -> ICatalog.Sale:
    """
    @notice Prices a cart and returns the words of its items. Counts what is sold when PurchaseManager calls;
            for everybody else it changes nothing and is a quote.
    @param cart Lines, with what Promotions granted.
    @return Token, list total, total to pay (0 for airdrops), words without links.
    """
    sale: ICatalog.Sale = sales._price(cart)
    if msg.sender == purchaseManager:
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
    """
    return changes._refund_change(item, amount, revoke)


@external
@view
def refundBounds(item: ICatalog.Item) -> (uint256, uint256):
    """
    @notice The most that can be refunded, and the value left, which a revocation must at least refund.
    @param item The item.
    """
    bounds: changes.Bounds = changes._bounds(item)
    return bounds.most, bounds.least


@external
@view
def usageBill(item: ICatalog.Item) -> (uint256, uint256):
    """
    @notice Units of a usage subscription that are not billed yet, and what they cost now.
    @param item The item.
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
    """
    return catalog_store._may_hold(catalog_store._terms(pricingId), wallet)


@external
@view
def meterTotal(pricingId: uint256, productPassId: uint256) -> uint256:
    """
    @notice The reading of the pricing's meter for the pass.
    @param pricingId Usage pricing.
    @param productPassId Pass.
    """
    return catalog_store.usageTotal[catalog_store._terms(pricingId).meterId][productPassId]


# --- internals ---


@internal
@view
def _check_role(org_id: uint256, account: address, role: uint256):
    if not staticcall IOrganizationNFT(organizationNFT).hasRole(org_id, account, role):
        errors._not_authorized(org_id, account, role)


@internal
@view
def _check_pricing_admin(pricing_id: uint256) -> uint256:
    word: uint256 = self._pricing_word(pricing_id)
    self._check_role(catalog_words._pricing_org(word), msg.sender, ROLE_CATALOG)
    return word


@internal
@view
def _check_meter_admin(meter_id: uint256, role: uint256) -> uint256:
    org_id: uint256 = self._meter_org(meter_id)
    if org_id == 0:
        errors._no_such_meter(meter_id)
    self._check_role(org_id, msg.sender, role)
    return org_id


@internal
@view
def _meter_org(meter_id: uint256) -> uint256:
    return catalog_store.meterWords[meter_id] & packing.MASK_32


@internal
@view
def _pricing_word(pricing_id: uint256) -> uint256:
    word: uint256 = catalog_store.pricingWords[pricing_id][0]
    if word == 0:
        errors._no_such_pricing(pricing_id)
    return word
