"""Carts: purchases, additional products, airdrops (R4 to R9, R20, R21)."""

from dataclasses import dataclass, field, replace

from .items import EXPIRED, FOR_EVER, Item, Usage
from .orgs import AIRDROP, PROMOTIONS
from .periods import grace_days
from .pricing import NATIVE, Terms, after, list_cost, rate_of
from .promotions import Applied
from .refusal import refuse_if
from .shop import MAX_PRODUCTS, Pass, Shop, require_exact_value

MAX_AIRDROP_LINES = 200


@dataclass(frozen=True)
class Lines:
    product_ids: tuple[int, ...]
    pricing_ids: tuple[int, ...]
    quantities: tuple[int, ...]


@dataclass(frozen=True)
class CheckoutTerms:
    token: str
    max_amount: int
    deadline: int


@dataclass(frozen=True)
class Cart:
    org_id: int
    caller: str
    recipient: str
    lines: Lines
    pass_id: int  # the next new one, or an existing one
    copies: int = 1  # new passes; 0 = lines for an existing pass
    airdrop: bool = False
    pause: bool = False
    applied: Applied = field(default_factory=Applied)

    @property
    def product_ids(self) -> tuple[int, ...]:
        return self.lines.product_ids


@dataclass(frozen=True)
class Sale:
    token: str
    subtotal: int
    total: int
    items: tuple[Item, ...]
    pass_id: int = 0


def purchase(
    shop: Shop,
    caller: str,
    to: str,
    org_id: int,
    lines: Lines,
    *,
    discount_ids: tuple[int, ...] = (),
    code: str = "",
    airdrop: bool = False,
    pause: bool = False,
    value: int = 0,
    terms: CheckoutTerms | None = None,
) -> Sale:
    if terms is not None:
        refuse_if(shop.state.now > terms.deadline, "DeadlinePassed")
    state = shop.state
    _check_open(shop)
    refuse_if(int(to, 16) == 0, "ZeroAddress")
    _check_airdrop(shop, org_id, caller, code, airdrop)
    pass_id = state.pass_supply + 1
    cart = Cart(org_id, caller, to, lines, pass_id, airdrop=airdrop, pause=pause)
    is_org = state.orgs.has_role(org_id, caller, PROMOTIONS)
    bps = state.promotions.mint(pass_id, org_id, discount_ids, caller, is_org, 0)
    cart = replace(cart, applied=_coupon(shop, cart, code, bps))
    sale = _sell(shop, cart)
    _mint(shop, cart, to)
    _check_agreed(cart, sale, terms)
    _place(shop, cart, pass_id, sale)
    _pay(shop, cart, sale, value)
    return sale


def additional(
    shop: Shop,
    caller: str,
    pass_id: int,
    lines: Lines,
    *,
    code: str = "",
    airdrop: bool = False,
    pause: bool = False,
    value: int = 0,
    terms: CheckoutTerms | None = None,
) -> Sale:
    if terms is not None:
        refuse_if(shop.state.now > terms.deadline, "DeadlinePassed")
    _check_open(shop)
    holder = shop.holder(pass_id)
    owned = shop.state.passes[pass_id]
    if not airdrop:
        shop.require_holder(pass_id, caller)
    _check_airdrop(shop, owned.org_id, caller, code, airdrop)
    cart = Cart(owned.org_id, caller, holder, lines, pass_id, 0, airdrop, pause)
    cart = replace(cart, applied=_coupon(shop, cart, code, owned.discount_bps))
    sale = _sell(shop, cart)
    _check_agreed(cart, sale, terms)
    _place(shop, cart, pass_id, sale)
    _pay(shop, cart, sale, value)
    return sale


def airdrop_products(
    shop: Shop, caller: str, org_id: int, recipients: list[str], lines: Lines, reference: bytes
) -> int:
    state, count = shop.state, len(recipients)
    _check_open(shop)
    _check_airdrop(shop, org_id, caller, "", airdrop=True)
    refuse_if(not recipients, "EmptyList")
    refuse_if(count * len(lines.product_ids) > MAX_AIRDROP_LINES, "BatchTooLarge")
    used = any(reference) and (org_id, reference) in state.references
    refuse_if(used, "ReferenceUsed")
    state.references.add((org_id, reference))
    first = state.pass_supply + 1
    cart = Cart(org_id, caller, NATIVE, lines, first, count, airdrop=True)
    sale = _sell(shop, cart)
    for to in recipients:
        _mint(shop, cart, to)
        _place(shop, cart, state.pass_supply, sale)
    refuse_if(any(int(to, 16) == 0 for to in recipients), "ERC721InvalidReceiver")
    return first


def _check_open(shop: Shop) -> None:
    refuse_if(shop.state.purchases_paused, "PurchasesPaused")


def _check_airdrop(shop: Shop, org_id: int, caller: str, code: str, airdrop: bool) -> None:
    """The flag needs the role whatever the cart costs."""
    if airdrop:
        shop.state.orgs.require_role(org_id, caller, AIRDROP)
        refuse_if(code != "", "CouponOnAirdrop")


def _check_lists(lines: Lines) -> None:
    refuse_if(not lines.product_ids, "EmptyList")
    counts = {len(lines.product_ids), len(lines.pricing_ids), len(lines.quantities)}
    refuse_if(len(counts) > 1, "LengthMismatch")


def _coupon(shop: Shop, cart: Cart, code: str, discount_bps: int) -> Applied:
    if not code:
        return Applied(discount_bps, coupon_lines=(False,) * len(cart.product_ids))
    state = shop.state
    rules = state.catalog.rules_of(cart.org_id)
    bought: int | None = None
    if rules.max_passes or rules.count_passes:
        bought = state.catalog.bought.get((cart.org_id, cart.caller), 0)
    coupon = state.promotions.redeem(cart.org_id, code, cart.caller, cart.copies > 0, bought, state.now)
    lines = state.promotions.lines_of(coupon, cart.product_ids)
    return Applied(discount_bps, coupon.terms.bps, coupon.terms.renewals, lines)


def _sell(shop: Shop, cart: Cart) -> Sale:
    catalog = shop.state.catalog
    rules = catalog.rules_of(cart.org_id)
    _check_lists(cart.lines)
    if not cart.airdrop:
        catalog.check_sale(cart.org_id, cart.recipient)
        gift = cart.copies > 0 and cart.caller != cart.recipient
        refuse_if(gift and rules.gifting_off, "GiftingOff")
        if cart.copies:
            catalog.count_pass(cart.org_id, cart.caller)
    items, subtotal, total, token = [], 0, 0, ""
    for i in range(len(cart.product_ids)):
        terms = catalog.pricing(cart.lines.pricing_ids[i], cart.org_id).terms
        token = token or terms.token
        refuse_if(terms.token != token, "MixedTokens")
        item, full, cost = _line(shop, cart, i)
        items.append(item)
        subtotal, total = subtotal + full, total + cost
    for product_id in cart.product_ids:
        catalog.sell(product_id, cart.copies or 1)
    return Sale(token, subtotal, total, tuple(items), cart.pass_id)


def _line(shop: Shop, cart: Cart, i: int) -> tuple[Item, int, int]:
    """Checks one line: its item word (without its link), list cost, price."""
    catalog, product_id = shop.state.catalog, cart.product_ids[i]
    pricing_id, quantity = cart.lines.pricing_ids[i], cart.lines.quantities[i]
    product, pricing = catalog.product(product_id, cart.org_id), catalog.pricing(pricing_id, cart.org_id)
    refuse_if((product_id, pricing_id) not in catalog.links, "PricingNotLinked")
    refuse_if(pricing.retired, "PricingRetired")
    if not cart.airdrop:
        refuse_if(not product.active, "ProductInactive")
        refuse_if(not pricing.active, "PricingInactive")
        catalog.check_access(pricing_id, cart.recipient)
    terms = pricing.terms
    refuse_if(not (1 <= quantity < 2**32 if terms.tiered else quantity == 0), "InvalidQuantity")
    catalog.check_supply(product_id, cart.copies or 1)
    pausing = cart.pause and not terms.one_time
    refuse_if(pausing and not catalog.rules_of(cart.org_id).pausing, "PausingOff")
    refuse_if(pausing and terms.usage, "CannotPauseUsage")
    return _new_item(shop, cart, i, terms, product.transferable)


def _new_item(shop: Shop, cart: Cart, i: int, terms: Terms, transferable: bool) -> tuple[Item, int, int]:
    now, rules = shop.state.now, shop.state.catalog.rules_of(cart.org_id)
    applied, quantity = cart.applied, cart.lines.quantities[i]
    bps = applied.coupon_bps if applied.coupon_lines and applied.coupon_lines[i] else 0
    full = 0 if terms.usage else list_cost(terms, quantity)
    cost = after(after(full, bps), applied.discount_bps)
    lent = cart.airdrop and cart.copies == 0
    item = Item(
        pricing_id=cart.lines.pricing_ids[i],
        quantity=quantity,
        start=now,
        end=0 if terms.one_time else now + terms.cycle,
        rate=0 if cart.airdrop else rate_of(cost, full),
        grace_days=grace_days(rules.grace_days, terms.cycle),
        auto_renew=not terms.one_time and not cart.airdrop and cart.caller == cart.recipient,
        one_time=terms.one_time,
        usage=terms.usage,
        native=terms.token == NATIVE and not terms.one_time,  # choice: it is there for renewals
        transferable=lent or transferable,
        pausable=lent or rules.pausing,
    )
    item = _with_coupon(item, bps, applied.coupon_renewals)
    return _paused(item, terms, cart.pause), full, cost


def _with_coupon(item: Item, bps: int, renewals: int) -> Item:
    """The first bill of a usage line is its first charge, so it keeps one use more."""
    left = min(renewals + 1, 254) if item.usage and renewals != FOR_EVER else renewals
    if item.one_time or bps == 0 or left == 0:
        return item
    return item.having(coupon_bps=bps, coupon_left=left)


def _paused(item: Item, terms: Terms, pause: bool) -> Item:
    if not pause or item.one_time:
        return item
    return item.having(paused=True, start=0, end=terms.cycle)


def _mint(shop: Shop, cart: Cart, to: str) -> None:
    state = shop.state
    state.pass_supply += 1
    state.nfts.owners[state.pass_supply] = to
    state.passes[state.pass_supply] = Pass(cart.org_id, discount_bps=cart.applied.discount_bps)


def _place(shop: Shop, cart: Cart, pass_id: int, sale: Sale) -> None:
    """A product bought again keeps its place in the chain; a new one is linked in."""
    state = shop.state
    for product_id, item in zip(cart.product_ids, sale.items, strict=True):
        state.items[pass_id, product_id] = _in_its_place(shop, pass_id, product_id, item)
        meter = state.catalog.pricings[item.pricing_id].terms.meter_id
        if item.usage:
            state.usages[pass_id, product_id] = Usage(mark=state.catalog.total(meter, pass_id))
    refuse_if(state.passes[pass_id].count > MAX_PRODUCTS, "TooManyProducts")


def _in_its_place(shop: Shop, pass_id: int, product_id: int, item: Item) -> Item:
    old = shop.state.items.get((pass_id, product_id))
    if old is None:
        return _link(shop, pass_id, product_id, item)
    _check_buy_again(old, shop.state.now)
    return item.having(next=old.next)


def _check_buy_again(old: Item, now: int) -> None:
    refuse_if(old.status(now) != EXPIRED, "AlreadyOnPass")
    refuse_if(old.bill_due(now), "LastBillUnpaid")


def _link(shop: Shop, pass_id: int, product_id: int, item: Item) -> Item:
    """Choice: each new product becomes the first of the chain."""
    owned = shop.state.passes[pass_id]
    item = item.having(next=owned.first)
    owned.first, owned.count = product_id, owned.count + 1
    return item


def amount_due(cart: Cart, sale: Sale) -> int:
    return 0 if cart.airdrop else sale.total


def _check_agreed(cart: Cart, sale: Sale, terms: CheckoutTerms | None) -> None:
    if terms is not None:
        refuse_if(terms.token != sale.token, "UnexpectedToken")
        refuse_if(amount_due(cart, sale) > terms.max_amount, "AmountAboveMax")


def _pay(shop: Shop, cart: Cart, sale: Sale, value: int) -> None:
    amount = amount_due(cart, sale)
    require_exact_value(sale.token, amount, value)
    shop.collect(cart.org_id, sale.token, cart.caller, amount)
