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
        self._check_sale_rules(cart, rules)
    sale: ICatalog.Sale = empty(ICatalog.Sale)
    for i: uint256 in range(lines, bound=24):
        terms: catalog_words.Terms = catalog_store._terms_of_org(cart.pricingIds[i], cart.orgId)
        if i == 0:
            sale.token = terms.token
        elif terms.token != sale.token:
            errors._mixed_tokens(sale.token, terms.token)
        product_word: uint256 = self._check_product(cart, i, terms)
        coupon_bps: uint256 = 0
        if cart.couponLines & (1 << i) != 0:
            coupon_bps = cart.couponBps
        list_cost: uint256 = 0
        if terms.style < pricing.USAGE_VOLUME:  # usage is billed at the end of the period
            list_cost = catalog_store._list_cost(terms, cart.quantities[i])
        paid: uint256 = 0
        if not cart.airdrop:
            paid = pricing._after(pricing._after(list_cost, coupon_bps), cart.discountBps)
        sale.subtotal += list_cost
        sale.total += paid
        rate: uint256 = pricing._rate(paid, list_cost)
        word: uint256 = packing._item_with_rate(
            packing._item_with_pricing(0, terms.pricingId, cart.quantities[i]), rate
        )
        flags: uint256 = self._promises(cart, rules, product_word)
        if terms.cycle == 0:
            word = packing._item_with_times(word | flags | packing.ONE_TIME, block.timestamp, 0)
        else:
            word = self._subscription(cart, rules, terms, word | flags, coupon_bps, i)
        sale.items.append(word)
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
def _check_sale_rules(cart: ICatalog.Cart, rules: uint256):
    catalog_store._check_open(cart.orgId, rules, cart.recipient)
    if cart.caller != cart.recipient and rules & catalog_words.RULE_GIFTING_OFF != 0:
        errors._gifting_off(cart.orgId)
    limit: uint256 = catalog_words._rules_max_passes(rules)
    if limit != 0 and cart.newPasses != 0:
        if catalog_store.passesBought[cart.orgId][cart.caller] >= limit:
            errors._too_many_passes(cart.caller, limit)


@internal
@view
def _check_product(cart: ICatalog.Cart, line: uint256, terms: catalog_words.Terms) -> uint256:
    """
    @notice The line may be sold; returns the product's word.
    """
    product_id: uint256 = cart.productIds[line]
    word: uint256 = catalog_store.productWords[product_id]
    if word == 0 or catalog_words._product_org(word) != cart.orgId:
        errors._no_such_product(product_id)
    catalog_store._check_linked(product_id, terms.pricingId)
    catalog_store._check_not_retired(terms)
    if not cart.airdrop:
        catalog_store._check_on_sale(product_id, word, terms, cart.recipient)
    catalog_store._check_quantity(terms, cart.quantities[line])
    units: uint256 = max(cart.newPasses, 1)
    limit: uint256 = catalog_words._product_max(word)
    if limit != 0 and catalog_words._product_sold(word) + units > limit:
        errors._sold_out(product_id, limit)
    return word


@internal
@pure
def _promises(cart: ICatalog.Cart, rules: uint256, product_word: uint256) -> uint256:
    """
    @notice What the item keeps whatever the org switches later. What the org puts on somebody's pass can
            neither nail the pass to the wallet nor keep it from being paused.
    """
    unasked: bool = cart.airdrop and cart.newPasses == 0
    flags: uint256 = 0
    if unasked or product_word & catalog_words.PRODUCT_TRANSFERABLE != 0:
        flags = packing.TRANSFERABLE
    if unasked or rules & catalog_words.RULE_PAUSING != 0:
        flags |= packing.PAUSABLE
    return flags


@internal
@view
def _subscription(
    cart: ICatalog.Cart,
    rules: uint256,
    terms: catalog_words.Terms,
    item: uint256,
    coupon_bps: uint256,
    line: uint256,
) -> uint256:
    """
    @notice The word of a recurring line: its first period runs from now, or waits whole if paused.
    """
    word: uint256 = item
    usage: bool = terms.style >= pricing.USAGE_VOLUME
    if usage:
        word |= packing.USAGE
    if terms.token == empty(address):
        word |= packing.NATIVE
    if cart.caller == cart.recipient and not cart.airdrop:
        word |= packing.AUTO_RENEW
    if coupon_bps != 0:
        word = self._with_coupon(word, coupon_bps, cart.couponRenewals, usage)
    word = packing._item_with_grace(word, catalog_words._rules_grace_days(rules, terms.cycle))
    if not cart.pause:
        return packing._item_with_times(word, block.timestamp, block.timestamp + terms.cycle)
    if rules & catalog_words.RULE_PAUSING == 0:
        errors._pausing_off(cart.orgId)
    if usage:
        errors._cannot_pause_usage(cart.productIds[line])
    return packing._item_with_times(word | packing.PAUSED, 0, terms.cycle)


@internal
@pure
def _with_coupon(word: uint256, bps: uint256, renewals: uint256, usage: bool) -> uint256:
    """
    @notice What is left of the coupon after this cart. The first charge of a usage line is its first bill.
    """
    left: uint256 = renewals
    if usage and left != packing.COUPON_FOR_EVER:
        left = min(left + 1, packing.COUPON_FOR_EVER - 1)
    if left == 0:
        return word
    return packing._item_with_coupon(word, bps, left)
