# pragma version ~=0.4.3
"""
@title offers
@license Apache-2.0
@notice What an organization offers: products, pricings, links, sale rules, lists of wallets.
@dev All by role catalog.
"""
from ..interfaces import ICatalog
from ..interfaces import IOrganizationNFT
from ..interfaces import IProductPass
from . import catalog_peers
from . import catalog_store
from . import catalog_words
from . import errors
from . import packing
from . import pricing

uses: catalog_peers
uses: catalog_store

ROLE_CATALOG: constant(uint256) = 1


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
    catalog_peers._check_role(orgId, msg.sender, ROLE_CATALOG)
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
        extcall IProductPass(catalog_peers.productPass).touchAll()
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
    if not staticcall IOrganizationNFT(catalog_peers.organizationNFT).isCleanText(text):
        errors._invalid_text(field)


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
    catalog_peers._check_role(orgId, msg.sender, ROLE_CATALOG)
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
    elif catalog_store._meter_org(terms.meterId) != org_id or terms.meterId == 0:
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
    catalog_peers._check_role(orgId, msg.sender, ROLE_CATALOG)
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


@external
def setSaleRules(orgId: uint256, rules: ICatalog.SaleRules):
    """
    @notice Replaces the organization's sale rules; all zero is the default.
    @dev Role catalog. Emits SaleRulesSet. Grace and pausing act on what is sold later.
    @param orgId Organization.
    @param rules Closed, allow-list, gifting off, pausing, plan change off, grace 1 to 30 days (0 = 3),
           passes a wallet may buy (below 2^16, 0 = no limit), count passes.
    """
    catalog_peers._check_role(orgId, msg.sender, ROLE_CATALOG)
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
    catalog_peers._check_role(orgId, msg.sender, ROLE_CATALOG)
    if len(wallets) == 0:
        errors._empty_list()
    for wallet: address in wallets:
        catalog_store.onAllowList[orgId][wallet] = allowed
        log ICatalog.AllowListSet(orgId=orgId, wallet=wallet, allowed=allowed)


@internal
@view
def _check_pricing_admin(pricing_id: uint256) -> uint256:
    word: uint256 = self._pricing_word(pricing_id)
    catalog_peers._check_role(catalog_words._pricing_org(word), msg.sender, ROLE_CATALOG)
    return word


@internal
@view
def _pricing_word(pricing_id: uint256) -> uint256:
    word: uint256 = catalog_store.pricingWords[pricing_id][0]
    if word == 0:
        errors._no_such_pricing(pricing_id)
    return word
