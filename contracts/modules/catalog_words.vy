# pragma version ~=0.4.3
"""
@title catalog_words
@license Apache-2.0
@notice Storage words of Catalog: products, pricings, tiers, sale rules. Layouts stand above their functions.
@dev Pure. Numbers are checked where they enter (`NumberTooLarge` and others in Catalog).
"""
from . import packing
from . import pricing
from ..interfaces import ICatalog

# Product: 0-31 org | 32-95 max supply, 0 = no limit | 96-159 sold | 160 active | 161 transferable

PRODUCT_ACTIVE: constant(uint256) = 1 << 160
PRODUCT_TRANSFERABLE: constant(uint256) = 1 << 161
SOLD_ONE: constant(uint256) = 1 << 96


@internal
@pure
def _product_org(word: uint256) -> uint256:
    return word & packing.MASK_32


@internal
@pure
def _product_max(word: uint256) -> uint256:
    return (word >> 32) & packing.MASK_64


@internal
@pure
def _product_sold(word: uint256) -> uint256:
    return (word >> 96) & packing.MASK_64


@internal
@pure
def _pack_product(
    org_id: uint256, max_supply: uint256, sold: uint256, active: bool, transferable: bool
) -> uint256:
    return (
        org_id
        | (max_supply << 32)
        | (sold << 96)
        | (PRODUCT_ACTIVE if active else 0)
        | (PRODUCT_TRANSFERABLE if transferable else 0)
    )


# Pricing, first word: 0-31 org | 32-34 charge style | 35-37 frequency | 38 active | 39 retired
#                      40 restricted | 41-45 number of tiers | 46-85 meter
# Second word: 0-159 token | 160-255 flat price

PRICING_ACTIVE: constant(uint256) = 1 << 38
PRICING_RETIRED: constant(uint256) = 1 << 39
PRICING_RESTRICTED: constant(uint256) = 1 << 40


struct Terms:
    pricingId: uint256
    flags: uint256  # the first word; test with PRICING_*
    style: uint256
    cycle: uint256  # seconds, 0 = one-time
    tiers: uint256
    meterId: uint256
    token: address
    flatPrice: uint256


@internal
@pure
def _pricing_org(word: uint256) -> uint256:
    return word & packing.MASK_32


@internal
@pure
def _pricing_frequency(word: uint256) -> uint256:
    return (word >> 35) & 7


@internal
@pure
def _pack_pricing(org_id: uint256, terms: ICatalog.PricingTerms) -> uint256:
    return (
        org_id
        | (terms.chargeStyle << 32)
        | (terms.frequency << 35)
        | PRICING_ACTIVE
        | (PRICING_RESTRICTED if terms.restricted else 0)
        | (len(terms.tiers) << 41)
        | (terms.meterId << 46)
    )


@internal
@pure
def _unpack_terms(pricing_id: uint256, first: uint256, second: uint256) -> Terms:
    return Terms(
        pricingId=pricing_id,
        flags=first,
        style=(first >> 32) & 7,
        cycle=pricing._cycle((first >> 35) & 7),
        tiers=(first >> 41) & packing.MASK_5,
        meterId=(first >> 46) & packing.MASK_40,
        token=convert(second & packing.MASK_160, address),
        flatPrice=second >> 160,
    )


# Tier: 0-47 upper bound, 0 = none | 48-143 flat price | 144-239 unit price


@internal
@pure
def _pack_tier(tier: ICatalog.Tier) -> uint256:
    return tier.upper | (tier.flatPrice << 48) | (tier.unitPrice << 144)


@internal
@pure
def _tier_upper(word: uint256) -> uint256:
    return word & packing.MASK_48


@internal
@pure
def _tier_flat(word: uint256) -> uint256:
    return (word >> 48) & packing.MASK_96


@internal
@pure
def _tier_unit(word: uint256) -> uint256:
    return word >> 144


# Sale rules, all zero = defaults: 0 closed | 1 allow-list | 2 gifting off | 3 pausing | 4 plan change off
#                                  5 count passes | 6-10 grace days, 0 = 3 | 11-26 max passes, 0 = no limit

RULE_CLOSED: constant(uint256) = 1
RULE_ALLOW_LIST: constant(uint256) = 2
RULE_GIFTING_OFF: constant(uint256) = 4
RULE_PAUSING: constant(uint256) = 8
RULE_PLAN_CHANGE_OFF: constant(uint256) = 16
RULE_COUNT_PASSES: constant(uint256) = 32


@internal
@pure
def _pack_rules(rules: ICatalog.SaleRules) -> uint256:
    return (
        (RULE_CLOSED if rules.closed else 0)
        | (RULE_ALLOW_LIST if rules.allowList else 0)
        | (RULE_GIFTING_OFF if rules.giftingOff else 0)
        | (RULE_PAUSING if rules.pausing else 0)
        | (RULE_PLAN_CHANGE_OFF if rules.planChangeOff else 0)
        | (RULE_COUNT_PASSES if rules.countPasses else 0)
        | (rules.graceDays << 6)
        | (rules.maxPasses << 11)
    )


@internal
@pure
def _rules_grace_days(word: uint256, cycle: uint256) -> uint256:
    """
    @notice Days to pay after a period: the org's, never longer than one cycle.
    """
    days: uint256 = (word >> 6) & packing.MASK_5
    if days == 0:
        days = 3
    return min(days, cycle // packing.DAY)


@internal
@pure
def _rules_max_passes(word: uint256) -> uint256:
    return (word >> 11) & 65_535


@internal
@pure
def _rules_count(word: uint256) -> bool:
    """
    @notice Are passes counted per wallet?
    """
    return word & RULE_COUNT_PASSES != 0 or self._rules_max_passes(word) != 0


@internal
@pure
def _unpack_rules(word: uint256) -> ICatalog.SaleRules:
    days: uint256 = (word >> 6) & packing.MASK_5
    return ICatalog.SaleRules(
        closed=word & RULE_CLOSED != 0,
        allowList=word & RULE_ALLOW_LIST != 0,
        giftingOff=word & RULE_GIFTING_OFF != 0,
        pausing=word & RULE_PAUSING != 0,
        planChangeOff=word & RULE_PLAN_CHANGE_OFF != 0,
        graceDays=days if days != 0 else 3,
        maxPasses=self._rules_max_passes(word),
        countPasses=word & RULE_COUNT_PASSES != 0,
    )
