# pragma version ~=0.4.3
"""
@title sales
@license Apache-2.0
@notice Prices a cart and writes the words of its items (rules R2, R3, R5, R6, R9, R21).
@dev Reads Catalog's storage and writes nothing, so that a quote runs the same code.
"""
from ..interfaces import ICatalog
from . import catalog_store
from . import catalog_words
from . import errors
from . import packing
from . import pricing

uses: catalog_store


# What all lines of a cart have in common, without the cart's lists: a list is copied with every call.
struct Deal:
    orgId: uint256
    rules: uint256
    recipient: address
    units: uint256  # of each product
    airdrop: bool
    pause: bool
    flags: uint256  # of each subscription; promises of each item


@internal
@view
def _price(cart: ICatalog.Cart) -> ICatalog.Sale:
    lines: uint256 = len(cart.productIds)
    if lines == 0:
        errors._empty_list()
    if len(cart.pricingIds) != lines or len(cart.quantities) != lines:
        errors._length_mismatch()
    rules: uint256 = catalog_store.saleRuleWords[cart.orgId]
    if not cart.airdrop:
        self._check_sale_rules(cart.orgId, rules, cart.caller, cart.recipient, cart.newPasses)
    deal: Deal = Deal(
        orgId=cart.orgId,
        rules=rules,
        recipient=cart.recipient,
        units=max(cart.newPasses, 1),
        airdrop=cart.airdrop,
        pause=cart.pause,
        flags=self._promises(rules, cart.airdrop and cart.newPasses == 0),
    )
    if cart.caller == cart.recipient and not cart.airdrop:
        deal.flags |= packing.AUTO_RENEW
    sale: ICatalog.Sale = empty(ICatalog.Sale)
    for i: uint256 in range(lines, bound=24):
        terms: catalog_words.Terms = catalog_store._terms_of_org(cart.pricingIds[i], cart.orgId)
        if i == 0:
            sale.token = terms.token
        elif terms.token != sale.token:
            errors._mixed_tokens(sale.token, terms.token)
        quantity: uint256 = cart.quantities[i]
        promises: uint256 = self._check_product(deal, cart.productIds[i], quantity, terms)
        coupon_bps: uint256 = 0
        if (cart.couponLines >> i) & 1 != 0:
            coupon_bps = cart.couponBps
        list_cost: uint256 = 0
        paid: uint256 = 0
        if terms.style < pricing.USAGE_VOLUME:  # usage is billed at the end of the period
            list_cost = catalog_store._list_cost(terms, quantity)
            if not cart.airdrop:
                paid = pricing._after(pricing._after(list_cost, coupon_bps), cart.discountBps)
        sale.subtotal += list_cost
        sale.total += paid
        word: uint256 = promises | packing._item_with_pricing(0, terms.pricingId, quantity)
        word = packing._item_with_rate(word, pricing._rate(paid, list_cost))
        if terms.cycle == 0:
            word |= packing.ONE_TIME | (block.timestamp << 112)
        else:
            word = self._subscription(deal, terms, word | deal.flags, cart.productIds[i])
            if coupon_bps != 0:
                word = self._with_coupon(word, coupon_bps, cart.couponRenewals)
        sale.words.append(word)
    return sale


@internal
def _count(cart: ICatalog.Cart):
    """
    @notice Counts the units of each product; and a bought pass for its payer, while the org wants that.
    """
    for product_id: uint256 in cart.productIds:
        catalog_store.productWords[product_id] += max(cart.newPasses, 1) * catalog_words.SOLD_ONE
    if cart.newPasses != 0 and not cart.airdrop:
        if catalog_words._rules_count(catalog_store.saleRuleWords[cart.orgId]):
            catalog_store.passesBought[cart.orgId][cart.caller] += 1


@internal
@view
def _check_sale_rules(
    org_id: uint256, rules: uint256, caller: address, recipient: address, new_passes: uint256
):
    catalog_store._check_open(org_id, rules, recipient)
    if caller != recipient and rules & catalog_words.RULE_GIFTING_OFF != 0:
        errors._gifting_off(org_id)
    limit: uint256 = catalog_words._rules_max_passes(rules)
    if limit != 0 and new_passes != 0 and catalog_store.passesBought[org_id][caller] >= limit:
        errors._too_many_passes(caller, limit)


@internal
@pure
def _promises(rules: uint256, unasked: bool) -> uint256:
    """
    @notice What the item keeps whatever the org switches later. What the org puts on somebody's pass can
            neither nail the pass to the wallet nor keep it from being paused.
    """
    if unasked:
        return packing.TRANSFERABLE | packing.PAUSABLE
    return packing.PAUSABLE if rules & catalog_words.RULE_PAUSING != 0 else 0


@internal
@view
def _check_product(
    deal: Deal, product_id: uint256, quantity: uint256, terms: catalog_words.Terms
) -> uint256:
    """
    @notice The line may be sold; returns what its item is promised.
    """
    word: uint256 = catalog_store._product_of_org(product_id, deal.orgId)
    catalog_store._check_linked(product_id, terms.pricingId)
    catalog_store._check_not_retired(terms)
    if not deal.airdrop:
        catalog_store._check_on_sale(product_id, word, terms, deal.recipient)
    catalog_store._check_quantity(terms, quantity)
    limit: uint256 = catalog_words._product_max(word)
    if limit != 0 and catalog_words._product_sold(word) + deal.units > limit:
        errors._sold_out(product_id, limit)
    promises: uint256 = deal.flags & (packing.TRANSFERABLE | packing.PAUSABLE)
    if word & catalog_words.PRODUCT_TRANSFERABLE != 0:
        promises |= packing.TRANSFERABLE
    return promises


@internal
@view
def _subscription(
    deal: Deal, terms: catalog_words.Terms, item: uint256, product_id: uint256
) -> uint256:
    """
    @notice The word of a recurring line: its first period runs from now, or waits whole if paused.
    """
    word: uint256 = packing._item_with_grace(
        item, catalog_words._rules_grace_days(deal.rules, terms.cycle)
    )
    if terms.style >= pricing.USAGE_VOLUME:
        word |= packing.USAGE
    if terms.token == empty(address):
        word |= packing.NATIVE
    if not deal.pause:
        return packing._item_with_times(word, block.timestamp, block.timestamp + terms.cycle)
    if deal.rules & catalog_words.RULE_PAUSING == 0:
        errors._pausing_off(deal.orgId)
    if terms.style >= pricing.USAGE_VOLUME:
        errors._cannot_pause_usage(product_id)
    return packing._item_with_times(word | packing.PAUSED, 0, terms.cycle)


@internal
@pure
def _with_coupon(word: uint256, bps: uint256, renewals: uint256) -> uint256:
    """
    @notice What is left of the coupon after this cart. The first charge of a usage line is its first bill.
    """
    left: uint256 = renewals
    if (word >> packing.USAGE_BIT) & 1 != 0 and left != packing.COUPON_FOR_EVER:
        left = min(left + 1, packing.COUPON_FOR_EVER - 1)
    if left == 0:
        return word
    return packing._item_with_coupon(word, bps, left)
