# pragma version ~=0.4.3
"""
@title lens_catalog
@license Apache-2.0
@notice What Catalog keeps in words, in fields.
"""
from ..interfaces import ICatalog
from ..interfaces import IPassLens
from . import catalog_words
from . import errors
from . import lens_reads
from . import packing
from . import pricing

uses: lens_reads


@external
@view
def productOf(productId: uint256) -> IPassLens.ProductState:
    """
    @notice A product as it is on sale now.
    @dev Reverts NoSuchProduct. Description, image and external URL are in the last event ProductSet only.
    @param productId Product.
    @return The product.
    """
    word: uint256 = staticcall ICatalog(lens_reads.catalog).productWords(productId)
    if word == 0:
        errors._no_such_product(productId)
    return IPassLens.ProductState(
        orgId=catalog_words._product_org(word),
        name=staticcall ICatalog(lens_reads.catalog).productNames(productId),
        active=word & catalog_words.PRODUCT_ACTIVE != 0,
        transferable=word & catalog_words.PRODUCT_TRANSFERABLE != 0,
        maxSupply=catalog_words._product_max(word),
        sold=catalog_words._product_sold(word),
    )


@external
@view
def pricingOf(pricingId: uint256) -> ICatalog.Pricing:
    """
    @notice A pricing: its terms, which never change, and its switches.
    @dev Reverts NoSuchPricing.
    @param pricingId Pricing.
    @return Prices in the smallest unit of the token.
    """
    first: uint256 = staticcall ICatalog(lens_reads.catalog).pricingWords(pricingId, 0)
    if first == 0:
        errors._no_such_pricing(pricingId)
    terms: catalog_words.Terms = catalog_words._unpack_terms(
        pricingId, first, staticcall ICatalog(lens_reads.catalog).pricingWords(pricingId, 1)
    )
    return ICatalog.Pricing(
        orgId=catalog_words._pricing_org(first),
        active=first & catalog_words.PRICING_ACTIVE != 0,
        retired=first & catalog_words.PRICING_RETIRED != 0,
        terms=ICatalog.PricingTerms(
            chargeStyle=terms.style,
            frequency=catalog_words._pricing_frequency(first),
            token=terms.token,
            flatPrice=terms.flatPrice,
            meterId=terms.meterId,
            restricted=first & catalog_words.PRICING_RESTRICTED != 0,
            tiers=self._tiers(pricingId, terms),
        ),
    )


@external
@view
def saleRulesOf(orgId: uint256) -> ICatalog.SaleRules:
    """
    @notice Sale rules of an organization.
    @param orgId Organization.
    @return The rules, with the default of 3 days of grace filled in.
    """
    return self._rules(orgId)


@external
@view
def highestMark(meterId: uint256, productPassId: uint256) -> uint256:
    """
    @notice The reading up to which a pass was billed for a meter; several of its products may use it.
    @dev Catalog asks when a reading is corrected.
    @param meterId Meter.
    @param productPassId Pass; 0 if nothing on it uses the meter.
    @return Units.
    """
    products: DynArray[uint256, 64] = []
    items: DynArray[uint256, 64] = []
    products, items = lens_reads._chain(productPassId, lens_reads._pass_word(productPassId))
    highest: uint256 = 0
    for i: uint256 in range(len(items), bound=64):
        if (items[i] >> packing.USAGE_BIT) & 1 != 0 and self._meter(packing._item_pricing(items[i])) == meterId:
            usage: uint256 = lens_reads._usage_word(productPassId, products[i])
            highest = max(highest, packing._usage_mark(usage))
    return highest


@internal
@view
def _meter(pricing_id: uint256) -> uint256:
    first: uint256 = staticcall ICatalog(lens_reads.catalog).pricingWords(pricing_id, 0)
    return catalog_words._unpack_terms(pricing_id, first, 0).meterId


@internal
@view
def _rules(org_id: uint256) -> ICatalog.SaleRules:
    return catalog_words._unpack_rules(staticcall ICatalog(lens_reads.catalog).saleRuleWords(org_id))


@internal
@view
def _tiers(pricing_id: uint256, terms: catalog_words.Terms) -> DynArray[ICatalog.Tier, 16]:
    """
    @notice Tiers follow each other without gaps: volume starts at 1, graduated at 0.
    """
    graduated: bool = terms.style == pricing.TIERED_GRADUATED or terms.style == pricing.USAGE_GRADUATED
    lower: uint256 = 0 if graduated else 1
    tiers: DynArray[ICatalog.Tier, 16] = []
    for i: uint256 in range(terms.tiers, bound=16):
        word: uint256 = staticcall ICatalog(lens_reads.catalog).tierWords(pricing_id, i)
        upper: uint256 = catalog_words._tier_upper(word)
        tiers.append(
            ICatalog.Tier(
                lower=lower,
                upper=upper,
                unitPrice=catalog_words._tier_unit(word),
                flatPrice=catalog_words._tier_flat(word),
            )
        )
        lower = upper + 1
    return tiers
