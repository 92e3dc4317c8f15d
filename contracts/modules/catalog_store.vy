# pragma version ~=0.4.3
"""
@title catalog_store
@license Apache-2.0
@notice What Catalog keeps, and how the rest of it reads that: terms, list costs, sale checks.
"""
from . import catalog_words
from . import errors
from . import packing
from . import pricing

# Numbers count up from 1; 0 is nothing.
productCount: uint256
pricingCount: uint256
meterCount: uint256

# Words: see catalog_words. The getters return them bare; PassLens unpacks them.
productWords: public(HashMap[uint256, uint256])
productNames: public(HashMap[uint256, String[64]])
pricingWords: public(HashMap[uint256, uint256[2]])
tierWords: public(HashMap[uint256, uint256[16]])
saleRuleWords: public(HashMap[uint256, uint256])  # org
meterWords: public(HashMap[uint256, uint256])  # 0-31 org | 32 active

isLinked: public(HashMap[uint256, HashMap[uint256, bool]])  # product -> pricing
hasPricingAccess: public(HashMap[uint256, HashMap[address, bool]])  # pricing -> holder
onAllowList: public(HashMap[uint256, HashMap[address, bool]])  # org -> recipient
passesBought: public(HashMap[uint256, HashMap[address, uint256]])  # org -> payer, while counted
usageTotal: public(HashMap[uint256, HashMap[uint256, uint256]])  # meter -> pass -> units ever recorded

METER_ACTIVE: constant(uint256) = 1 << 32


@internal
def _next_product() -> uint256:
    self.productCount += 1
    return self._checked_id(self.productCount)


@internal
def _next_pricing() -> uint256:
    self.pricingCount += 1
    return self._checked_id(self.pricingCount)


@internal
def _next_meter() -> uint256:
    self.meterCount += 1
    return self._checked_id(self.meterCount)


@internal
@pure
def _checked_id(id: uint256) -> uint256:
    assert id <= packing.MASK_40  # invariant: 2^40 of them would take 10^16 gas and more
    return id


@internal
@view
def _terms(pricing_id: uint256) -> catalog_words.Terms:
    """
    @notice Terms of a pricing that an item names, so it exists.
    """
    return catalog_words._unpack_terms(
        pricing_id, self.pricingWords[pricing_id][0], self.pricingWords[pricing_id][1]
    )


@internal
@view
def _product_of_org(product_id: uint256, org_id: uint256) -> uint256:
    word: uint256 = self.productWords[product_id]
    if word == 0 or catalog_words._product_org(word) != org_id:
        errors._no_such_product(product_id)
    return word


@internal
@view
def _terms_of_org(pricing_id: uint256, org_id: uint256) -> catalog_words.Terms:
    terms: catalog_words.Terms = self._terms(pricing_id)
    if pricing_id == 0 or catalog_words._pricing_org(terms.flags) != org_id:
        errors._no_such_pricing(pricing_id)
    return terms


@internal
@view
def _list_cost(terms: catalog_words.Terms, units: uint256) -> uint256:
    """
    @notice Price of one cycle (or of the usage of one) before coupons and discounts.
    """
    if terms.style == pricing.ONE_TIME or terms.style == pricing.FLAT:
        return terms.flatPrice
    if terms.style == pricing.TIERED_VOLUME or terms.style == pricing.USAGE_VOLUME:
        return self._volume_cost(terms.pricingId, terms.tiers, units)
    return self._graduated_cost(terms.pricingId, terms.tiers, units)


@internal
@view
def _volume_cost(pricing_id: uint256, tiers: uint256, units: uint256) -> uint256:
    """
    @notice All units at the price of the tier that the whole number falls in.
    """
    if units == 0:
        return 0
    tier: uint256 = 0
    for i: uint256 in range(tiers, bound=16):
        tier = self.tierWords[pricing_id][i]
        if units <= catalog_words._tier_upper(tier):
            break
    return units * catalog_words._tier_unit(tier) + catalog_words._tier_flat(tier)


@internal
@view
def _graduated_cost(pricing_id: uint256, tiers: uint256, units: uint256) -> uint256:
    """
    @notice Each unit at the price of its own tier, and the flat price of every tier reached.
    """
    cost: uint256 = 0
    below: uint256 = 0  # units in the tiers before
    for i: uint256 in range(tiers, bound=16):
        if units <= below:
            break
        tier: uint256 = self.tierWords[pricing_id][i]
        upper: uint256 = catalog_words._tier_upper(tier)
        reached: uint256 = units if upper == 0 else min(units, upper)
        cost += (reached - below) * catalog_words._tier_unit(tier) + catalog_words._tier_flat(tier)
        below = reached if upper == 0 else upper
    return cost


@internal
@view
def _check_quantity(terms: catalog_words.Terms, quantity: uint256):
    tiered: bool = terms.style == pricing.TIERED_VOLUME or terms.style == pricing.TIERED_GRADUATED
    if (quantity != 0) != tiered or quantity > packing.MASK_32:
        errors._invalid_quantity(terms.pricingId, quantity)


@internal
@view
def _check_not_retired(terms: catalog_words.Terms):
    if terms.flags & catalog_words.PRICING_RETIRED != 0:
        errors._pricing_retired(terms.pricingId)


@internal
@view
def _may_hold(terms: catalog_words.Terms, wallet: address) -> bool:
    return (
        terms.flags & catalog_words.PRICING_RESTRICTED == 0
        or self.hasPricingAccess[terms.pricingId][wallet]
    )


@internal
@view
def _check_access(terms: catalog_words.Terms, wallet: address):
    if not self._may_hold(terms, wallet):
        errors._pricing_restricted(terms.pricingId, wallet)


@internal
@view
def _check_linked(product_id: uint256, pricing_id: uint256):
    if not self.isLinked[product_id][pricing_id]:
        errors._pricing_not_linked(product_id, pricing_id)


@internal
@view
def _check_on_sale(product_id: uint256, product_word: uint256, terms: catalog_words.Terms, wallet: address):
    """
    @notice What airdrops pass: `active` of both, and the pricing's list.
    """
    if product_word & catalog_words.PRODUCT_ACTIVE == 0:
        errors._product_inactive(product_id)
    if terms.flags & catalog_words.PRICING_ACTIVE == 0:
        errors._pricing_inactive(terms.pricingId)
    self._check_access(terms, wallet)


@internal
@view
def _check_open(org_id: uint256, rules_word: uint256, wallet: address):
    """
    @notice The org sells, and to this wallet: purchases and restarts.
    """
    if rules_word & catalog_words.RULE_CLOSED != 0:
        errors._sale_closed(org_id)
    if rules_word & catalog_words.RULE_ALLOW_LIST != 0 and not self.onAllowList[org_id][wallet]:
        errors._not_on_allow_list(org_id, wallet)


@internal
@view
def _meter_org(meter_id: uint256) -> uint256:
    return self.meterWords[meter_id] & packing.MASK_32
