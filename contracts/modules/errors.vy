# pragma version ~=0.4.3
"""
@title errors
@license Apache-2.0
@notice Every way this system refuses a well-formed call. One function, one error, one meaning.
@dev Vyper 0.4.3 has no error declarations: `raw_revert` with a selector is one, and tools/build_abi.py
     reads the declarations here into the published ABI. The docstrings become those of the Python
     classes.
"""


# --- authority -----------------------------------------------------------------------------------


@internal
@pure
def _not_authorized(org_id: uint256, caller: address, role: uint256):
    """@notice The caller neither holds the organization nor has this role."""
    raw_revert(
        abi_encode(org_id, caller, role, method_id=method_id("NotAuthorized(uint256,address,uint256)"))
    )


@internal
@pure
def _not_organization_holder(org_id: uint256, caller: address):
    """@notice Only the present holder of the organization NFT may do this."""
    raw_revert(abi_encode(org_id, caller, method_id=method_id("NotOrganizationHolder(uint256,address)")))


@internal
@pure
def _not_pass_holder(product_pass_id: uint256, caller: address):
    """@notice Only the present holder of the pass may do this."""
    raw_revert(abi_encode(product_pass_id, caller, method_id=method_id("NotPassHolder(uint256,address)")))


@internal
@pure
def _not_platform_owner(caller: address):
    """@notice Only the platform owner may do this."""
    raw_revert(abi_encode(caller, method_id=method_id("NotPlatformOwner(address)")))


@internal
@pure
def _not_pending_owner(caller: address):
    """@notice Only the announced next platform owner may accept."""
    raw_revert(abi_encode(caller, method_id=method_id("NotPendingOwner(address)")))


@internal
@pure
def _not_fee_recipient(caller: address):
    """@notice Only the present fee recipient may withdraw fees."""
    raw_revert(abi_encode(caller, method_id=method_id("NotFeeRecipient(address)")))


@internal
@pure
def _not_system_contract(caller: address):
    """@notice Only another contract of this system may call this."""
    raw_revert(abi_encode(caller, method_id=method_id("NotSystemContract(address)")))


@internal
@pure
def _wrong_wiring(at: address):
    """@notice A contract of the system names another peer than the one being deployed."""
    raw_revert(abi_encode(at, method_id=method_id("WrongWiring(address)")))


# --- ids and lists -------------------------------------------------------------------------------


@internal
@pure
def _zero_address():
    """@notice The zero address is not allowed here."""
    raw_revert(method_id("ZeroAddress()"))


@internal
@pure
def _zero_amount():
    """@notice An amount of zero is not allowed here."""
    raw_revert(method_id("ZeroAmount()"))


@internal
@pure
def _empty_list():
    """@notice A list has no entry."""
    raw_revert(method_id("EmptyList()"))


@internal
@pure
def _length_mismatch():
    """@notice Two lists that belong together differ in length."""
    raw_revert(method_id("LengthMismatch()"))


@internal
@pure
def _batch_too_large(count: uint256, limit: uint256):
    """@notice More entries than one call takes."""
    raw_revert(abi_encode(count, limit, method_id=method_id("BatchTooLarge(uint256,uint256)")))


@internal
@pure
def _id_out_of_range(id: uint256):
    """@notice No id of this system is that large."""
    raw_revert(abi_encode(id, method_id=method_id("IdOutOfRange(uint256)")))


@internal
@pure
def _no_such_organization(org_id: uint256):
    """@notice No organization has this id."""
    raw_revert(abi_encode(org_id, method_id=method_id("NoSuchOrganization(uint256)")))


@internal
@pure
def _no_such_product(product_id: uint256):
    """@notice No product of this organization has this id."""
    raw_revert(abi_encode(product_id, method_id=method_id("NoSuchProduct(uint256)")))


@internal
@pure
def _no_such_pricing(pricing_id: uint256):
    """@notice No pricing of this organization has this id."""
    raw_revert(abi_encode(pricing_id, method_id=method_id("NoSuchPricing(uint256)")))


@internal
@pure
def _no_such_meter(meter_id: uint256):
    """@notice No usage meter of this organization has this id."""
    raw_revert(abi_encode(meter_id, method_id=method_id("NoSuchMeter(uint256)")))


@internal
@pure
def _no_such_pass(product_pass_id: uint256):
    """@notice No pass has this id (it was never minted, or it was burned)."""
    raw_revert(abi_encode(product_pass_id, method_id=method_id("NoSuchPass(uint256)")))


@internal
@pure
def _no_such_item(product_pass_id: uint256, product_id: uint256):
    """@notice The pass does not hold this product."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("NoSuchItem(uint256,uint256)")))


@internal
@pure
def _pass_of_another_organization(product_pass_id: uint256, org_id: uint256):
    """@notice The pass belongs to another organization."""
    raw_revert(
        abi_encode(product_pass_id, org_id, method_id=method_id("PassOfAnotherOrganization(uint256,uint256)"))
    )


# --- catalog -------------------------------------------------------------------------------------


@internal
@pure
def _invalid_text(field: uint256):
    """@notice Text field (counted from 0) is empty where it must not be, not UTF-8, or has control characters."""
    raw_revert(abi_encode(field, method_id=method_id("InvalidText(uint256)")))


@internal
@pure
def _max_supply_below_sold(max_supply: uint256, sold: uint256):
    """@notice A limit below what is sold."""
    raw_revert(abi_encode(max_supply, sold, method_id=method_id("MaxSupplyBelowSold(uint256,uint256)")))


@internal
@pure
def _number_too_large(number: uint256, limit: uint256):
    """@notice A number that does not fit its field."""
    raw_revert(abi_encode(number, limit, method_id=method_id("NumberTooLarge(uint256,uint256)")))


@internal
@pure
def _invalid_charge_style(charge_style: uint256):
    """@notice Charge styles are 0 to 5."""
    raw_revert(abi_encode(charge_style, method_id=method_id("InvalidChargeStyle(uint256)")))


@internal
@pure
def _invalid_frequency(charge_style: uint256, frequency: uint256):
    """@notice One-time pricings have frequency 0, all others 1 to 5."""
    raw_revert(abi_encode(charge_style, frequency, method_id=method_id("InvalidFrequency(uint256,uint256)")))


@internal
@pure
def _invalid_tiers(index: uint256):
    """@notice The tier at this index breaks the tier rules, or tiers are given where none belong."""
    raw_revert(abi_encode(index, method_id=method_id("InvalidTiers(uint256)")))


@internal
@pure
def _invalid_flat_price(flat_price: uint256):
    """@notice Tiered pricings keep their prices in the tiers."""
    raw_revert(abi_encode(flat_price, method_id=method_id("InvalidFlatPrice(uint256)")))


@internal
@pure
def _invalid_grace(grace_days: uint256):
    """@notice Grace is 1 to 30 days, or 0 for the default of 3."""
    raw_revert(abi_encode(grace_days, method_id=method_id("InvalidGrace(uint256)")))


@internal
@pure
def _token_has_no_code(token: address):
    """@notice There is no contract at the token's address."""
    raw_revert(abi_encode(token, method_id=method_id("TokenHasNoCode(address)")))


@internal
@pure
def _unexpected_meter(meter_id: uint256):
    """@notice Only usage pricings have a meter."""
    raw_revert(abi_encode(meter_id, method_id=method_id("UnexpectedMeter(uint256)")))


@internal
@pure
def _meter_inactive(meter_id: uint256):
    """@notice The meter takes no readings now."""
    raw_revert(abi_encode(meter_id, method_id=method_id("MeterInactive(uint256)")))


@internal
@pure
def _usage_below_mark(units: uint256, mark: uint256):
    """@notice A correction below what has been billed."""
    raw_revert(abi_encode(units, mark, method_id=method_id("UsageBelowMark(uint256,uint256)")))


@internal
@pure
def _usage_not_lower(units: uint256, present: uint256):
    """@notice A correction only lowers a reading."""
    raw_revert(abi_encode(units, present, method_id=method_id("UsageNotLower(uint256,uint256)")))


# --- sale ----------------------------------------------------------------------------------------


@internal
@pure
def _purchases_paused():
    """@notice The platform has paused new purchases."""
    raw_revert(method_id("PurchasesPaused()"))


@internal
@pure
def _product_inactive(product_id: uint256):
    """@notice The product is not on sale now."""
    raw_revert(abi_encode(product_id, method_id=method_id("ProductInactive(uint256)")))


@internal
@pure
def _pricing_inactive(pricing_id: uint256):
    """@notice The pricing is not on sale now."""
    raw_revert(abi_encode(pricing_id, method_id=method_id("PricingInactive(uint256)")))


@internal
@pure
def _pricing_retired(pricing_id: uint256):
    """@notice The pricing is neither sold nor renewed any more."""
    raw_revert(abi_encode(pricing_id, method_id=method_id("PricingRetired(uint256)")))


@internal
@pure
def _pricing_not_linked(product_id: uint256, pricing_id: uint256):
    """@notice The product is not offered at this pricing."""
    raw_revert(abi_encode(product_id, pricing_id, method_id=method_id("PricingNotLinked(uint256,uint256)")))


@internal
@pure
def _pricing_restricted(pricing_id: uint256, wallet: address):
    """@notice The pricing is for listed wallets only."""
    raw_revert(abi_encode(pricing_id, wallet, method_id=method_id("PricingRestricted(uint256,address)")))


@internal
@pure
def _sale_closed(org_id: uint256):
    """@notice The organization sells nothing now."""
    raw_revert(abi_encode(org_id, method_id=method_id("SaleClosed(uint256)")))


@internal
@pure
def _not_on_allow_list(org_id: uint256, wallet: address):
    """@notice The organization sells to listed wallets only."""
    raw_revert(abi_encode(org_id, wallet, method_id=method_id("NotOnAllowList(uint256,address)")))


@internal
@pure
def _too_many_passes(wallet: address, limit: uint256):
    """@notice The wallet has bought as many passes as the organization allows."""
    raw_revert(abi_encode(wallet, limit, method_id=method_id("TooManyPasses(address,uint256)")))


@internal
@pure
def _gifting_off(org_id: uint256):
    """@notice The organization does not allow gifts."""
    raw_revert(abi_encode(org_id, method_id=method_id("GiftingOff(uint256)")))


@internal
@pure
def _pausing_off(org_id: uint256):
    """@notice The organization does not allow pausing."""
    raw_revert(abi_encode(org_id, method_id=method_id("PausingOff(uint256)")))


@internal
@pure
def _plan_change_off(org_id: uint256):
    """@notice The organization does not let holders change their plan."""
    raw_revert(abi_encode(org_id, method_id=method_id("PlanChangeOff(uint256)")))


@internal
@pure
def _sold_out(product_id: uint256, max_supply: uint256):
    """@notice The product's supply is used up."""
    raw_revert(abi_encode(product_id, max_supply, method_id=method_id("SoldOut(uint256,uint256)")))


@internal
@pure
def _invalid_quantity(pricing_id: uint256, quantity: uint256):
    """@notice Tiered lines need a quantity of 1 to 2^32 - 1, all others 0."""
    raw_revert(abi_encode(pricing_id, quantity, method_id=method_id("InvalidQuantity(uint256,uint256)")))


@internal
@pure
def _mixed_tokens(first: address, other: address):
    """@notice A cart has one token."""
    raw_revert(abi_encode(first, other, method_id=method_id("MixedTokens(address,address)")))


@internal
@pure
def _already_on_pass(product_pass_id: uint256, product_id: uint256):
    """@notice The pass has this product, and it has not expired; or the cart names it twice."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("AlreadyOnPass(uint256,uint256)")))


@internal
@pure
def _too_many_products(product_pass_id: uint256, limit: uint256):
    """@notice A pass holds no more products."""
    raw_revert(abi_encode(product_pass_id, limit, method_id=method_id("TooManyProducts(uint256,uint256)")))


@internal
@pure
def _last_bill_unpaid(product_pass_id: uint256, product_id: uint256):
    """@notice The last usage bill can still be paid; until then the product cannot be bought again."""
    raw_revert(
        abi_encode(product_pass_id, product_id, method_id=method_id("LastBillUnpaid(uint256,uint256)"))
    )


@internal
@pure
def _unexpected_token(expected: address, actual: address):
    """@notice The cart is priced in another token than agreed."""
    raw_revert(abi_encode(expected, actual, method_id=method_id("UnexpectedToken(address,address)")))


@internal
@pure
def _amount_above_max(amount: uint256, limit: uint256):
    """@notice The cart costs more than agreed."""
    raw_revert(abi_encode(amount, limit, method_id=method_id("AmountAboveMax(uint256,uint256)")))


@internal
@pure
def _deadline_passed(deadline: uint256, now: uint256):
    """@notice The agreed deadline is over."""
    raw_revert(abi_encode(deadline, now, method_id=method_id("DeadlinePassed(uint256,uint256)")))


@internal
@pure
def _reference_used(org_id: uint256, order_reference: bytes32):
    """@notice The organization has airdropped under this reference before."""
    raw_revert(abi_encode(org_id, order_reference, method_id=method_id("ReferenceUsed(uint256,bytes32)")))


# --- coupons and discounts -----------------------------------------------------------------------


@internal
@pure
def _coupon_on_airdrop():
    """@notice An airdrop takes no coupon."""
    raw_revert(method_id("CouponOnAirdrop()"))


@internal
@pure
def _coupon_exists(org_id: uint256, code_hash: bytes32):
    """@notice The organization has a coupon with this code."""
    raw_revert(abi_encode(org_id, code_hash, method_id=method_id("CouponExists(uint256,bytes32)")))


@internal
@pure
def _no_such_coupon(org_id: uint256, code_hash: bytes32):
    """@notice The organization has no coupon with this code."""
    raw_revert(abi_encode(org_id, code_hash, method_id=method_id("NoSuchCoupon(uint256,bytes32)")))


@internal
@pure
def _no_such_coupon_id(coupon_id: uint256):
    """@notice No coupon has this id."""
    raw_revert(abi_encode(coupon_id, method_id=method_id("NoSuchCouponId(uint256)")))


@internal
@pure
def _coupon_inactive(coupon_id: uint256):
    """@notice The coupon is switched off."""
    raw_revert(abi_encode(coupon_id, method_id=method_id("CouponInactive(uint256)")))


@internal
@pure
def _coupon_expired(coupon_id: uint256, expiry: uint256):
    """@notice The coupon's time is over."""
    raw_revert(abi_encode(coupon_id, expiry, method_id=method_id("CouponExpired(uint256,uint256)")))


@internal
@pure
def _coupon_used_up(coupon_id: uint256, limit: uint256):
    """@notice The coupon has been redeemed as often as it may be."""
    raw_revert(abi_encode(coupon_id, limit, method_id=method_id("CouponUsedUp(uint256,uint256)")))


@internal
@pure
def _coupon_already_redeemed(coupon_id: uint256, wallet: address):
    """@notice The coupon is once per wallet, and this wallet has used it."""
    raw_revert(abi_encode(coupon_id, wallet, method_id=method_id("CouponAlreadyRedeemed(uint256,address)")))


@internal
@pure
def _coupon_first_pass_only(coupon_id: uint256):
    """@notice The coupon is for a wallet's first pass of this organization."""
    raw_revert(abi_encode(coupon_id, method_id=method_id("CouponFirstPassOnly(uint256)")))


@internal
@pure
def _coupon_restricted(coupon_id: uint256, wallet: address):
    """@notice The coupon is for listed wallets only."""
    raw_revert(abi_encode(coupon_id, wallet, method_id=method_id("CouponRestricted(uint256,address)")))


@internal
@pure
def _coupon_not_for_these_products(coupon_id: uint256):
    """@notice The coupon fits no line of the cart."""
    raw_revert(abi_encode(coupon_id, method_id=method_id("CouponNotForTheseProducts(uint256)")))


@internal
@pure
def _passes_not_counted(org_id: uint256):
    """@notice First-pass coupons need the organization to count passes per wallet."""
    raw_revert(abi_encode(org_id, method_id=method_id("PassesNotCounted(uint256)")))


@internal
@pure
def _invalid_basis_points(bps: uint256):
    """@notice Basis points here are 1 to 10,000."""
    raw_revert(abi_encode(bps, method_id=method_id("InvalidBasisPoints(uint256)")))


@internal
@pure
def _no_such_discount(discount_id: uint256):
    """@notice No discount of this organization has this id."""
    raw_revert(abi_encode(discount_id, method_id=method_id("NoSuchDiscount(uint256)")))


@internal
@pure
def _discount_inactive(discount_id: uint256):
    """@notice The discount is switched off."""
    raw_revert(abi_encode(discount_id, method_id=method_id("DiscountInactive(uint256)")))


@internal
@pure
def _discount_used_up(discount_id: uint256, limit: uint256):
    """@notice The discount has been minted as often as it may be."""
    raw_revert(abi_encode(discount_id, limit, method_id=method_id("DiscountUsedUp(uint256,uint256)")))


@internal
@pure
def _discount_restricted(discount_id: uint256, wallet: address):
    """@notice This wallet may not mint the discount."""
    raw_revert(abi_encode(discount_id, wallet, method_id=method_id("DiscountRestricted(uint256,address)")))


@internal
@pure
def _discount_already_minted(discount_id: uint256):
    """@notice The pass has this discount."""
    raw_revert(abi_encode(discount_id, method_id=method_id("DiscountAlreadyMinted(uint256)")))


@internal
@pure
def _discounts_not_ascending():
    """@notice Discount ids are given in ascending order, each once."""
    raw_revert(method_id("DiscountsNotAscending()"))


@internal
@pure
def _second_open_discount(discount_id: uint256):
    """@notice A pass takes one discount that is open to everybody."""
    raw_revert(abi_encode(discount_id, method_id=method_id("SecondOpenDiscount(uint256)")))


@internal
@pure
def _too_many_discounts(org_id: uint256, limit: uint256):
    """@notice The organization can make no more discounts."""
    raw_revert(abi_encode(org_id, limit, method_id=method_id("TooManyDiscounts(uint256,uint256)")))


@internal
@pure
def _invalid_discount_mode(mode: uint256):
    """@notice Discount modes are 0 to 2."""
    raw_revert(abi_encode(mode, method_id=method_id("InvalidDiscountMode(uint256)")))


# --- subscriptions -------------------------------------------------------------------------------


@internal
@pure
def _not_a_subscription(product_pass_id: uint256, product_id: uint256):
    """@notice The product was sold once, it does not recur."""
    raw_revert(
        abi_encode(product_pass_id, product_id, method_id=method_id("NotASubscription(uint256,uint256)"))
    )


@internal
@pure
def _not_recurring(pricing_id: uint256):
    """@notice A subscription cannot move to a one-time pricing."""
    raw_revert(abi_encode(pricing_id, method_id=method_id("NotRecurring(uint256)")))


@internal
@pure
def _not_due(product_pass_id: uint256, product_id: uint256):
    """@notice The period has not ended."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("NotDue(uint256,uint256)")))


@internal
@pure
def _subscription_cancelled(product_pass_id: uint256, product_id: uint256):
    """@notice The subscription is cancelled; its holder can undo that."""
    raw_revert(
        abi_encode(product_pass_id, product_id, method_id=method_id("SubscriptionCancelled(uint256,uint256)"))
    )


@internal
@pure
def _subscription_paused(product_pass_id: uint256, product_id: uint256):
    """@notice The subscription is paused; its holder can take it up again."""
    raw_revert(
        abi_encode(product_pass_id, product_id, method_id=method_id("SubscriptionPaused(uint256,uint256)"))
    )


@internal
@pure
def _no_consent(product_pass_id: uint256, product_id: uint256):
    """@notice The holder has not agreed to automatic renewal."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("NoConsent(uint256,uint256)")))


@internal
@pure
def _past_grace(product_pass_id: uint256, product_id: uint256):
    """@notice The time to pay is over; only the holder can restart the subscription."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("PastGrace(uint256,uint256)")))


@internal
@pure
def _usage_cap_exceeded(bill: uint256, cap: uint256):
    """@notice The bill is above what the holder allows."""
    raw_revert(abi_encode(bill, cap, method_id=method_id("UsageCapExceeded(uint256,uint256)")))


@internal
@pure
def _usage_cap_too_low(cap: uint256, recorded: uint256):
    """@notice The cap would be below what is already recorded."""
    raw_revert(abi_encode(cap, recorded, method_id=method_id("UsageCapTooLow(uint256,uint256)")))


@internal
@pure
def _not_usage_based(product_pass_id: uint256, product_id: uint256):
    """@notice The subscription is not billed by usage."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("NotUsageBased(uint256,uint256)")))


@internal
@pure
def _not_cancelled(product_pass_id: uint256, product_id: uint256):
    """@notice The subscription is not cancelled."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("NotCancelled(uint256,uint256)")))


@internal
@pure
def _already_paused(product_pass_id: uint256, product_id: uint256):
    """@notice The subscription is paused."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("AlreadyPaused(uint256,uint256)")))


@internal
@pure
def _not_paused(product_pass_id: uint256, product_id: uint256):
    """@notice The subscription is not paused."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("NotPaused(uint256,uint256)")))


@internal
@pure
def _not_pausable(product_pass_id: uint256, product_id: uint256):
    """@notice The subscription was sold without pausing."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("NotPausable(uint256,uint256)")))


@internal
@pure
def _cannot_pause_usage(product_id: uint256):
    """@notice What is billed by usage cannot be paused."""
    raw_revert(abi_encode(product_id, method_id=method_id("CannotPauseUsage(uint256)")))


@internal
@pure
def _not_active(product_pass_id: uint256, product_id: uint256, status: uint256):
    """@notice Only an active subscription can do this."""
    raw_revert(
        abi_encode(product_pass_id, product_id, status, method_id=method_id("NotActive(uint256,uint256,uint256)"))
    )


@internal
@pure
def _nothing_to_change(product_pass_id: uint256, product_id: uint256):
    """@notice The subscription has this pricing and quantity."""
    raw_revert(
        abi_encode(product_pass_id, product_id, method_id=method_id("NothingToChange(uint256,uint256)"))
    )


@internal
@pure
def _different_token(present: address, wanted: address):
    """@notice A subscription keeps its token."""
    raw_revert(abi_encode(present, wanted, method_id=method_id("DifferentToken(address,address)")))


@internal
@pure
def _usage_mismatch(pricing_id: uint256):
    """@notice Usage pricings and others do not mix."""
    raw_revert(abi_encode(pricing_id, method_id=method_id("UsageMismatch(uint256)")))


@internal
@pure
def _quantity_not_tiered(pricing_id: uint256):
    """@notice Only tiered subscriptions have a quantity."""
    raw_revert(abi_encode(pricing_id, method_id=method_id("QuantityNotTiered(uint256)")))


@internal
@pure
def _surplus_too_long(value_left: uint256, cost: uint256):
    """@notice The value left would buy more than ten years (or, of what is free, endless time)."""
    raw_revert(abi_encode(value_left, cost, method_id=method_id("SurplusTooLong(uint256,uint256)")))


@internal
@pure
def _too_far_ahead(end: uint256, limit: uint256):
    """@notice Paid more than ten years ahead."""
    raw_revert(abi_encode(end, limit, method_id=method_id("TooFarAhead(uint256,uint256)")))


@internal
@pure
def _change_would_take_away(product_pass_id: uint256, product_id: uint256):
    """@notice The organization's change would take time or units from the holder."""
    raw_revert(
        abi_encode(product_pass_id, product_id, method_id=method_id("ChangeWouldTakeAway(uint256,uint256)"))
    )


@internal
@pure
def _refund_too_large(amount: uint256, limit: uint256):
    """@notice More than was really paid."""
    raw_revert(abi_encode(amount, limit, method_id=method_id("RefundTooLarge(uint256,uint256)")))


@internal
@pure
def _refund_too_small(amount: uint256, least: uint256):
    """@notice Revoking needs a refund of at least the value left."""
    raw_revert(abi_encode(amount, least, method_id=method_id("RefundTooSmall(uint256,uint256)")))


@internal
@pure
def _not_enough_gas(have: uint256, need: uint256):
    """@notice Less gas than a fair try of the next pair needs; send more, or fewer pairs."""
    raw_revert(abi_encode(have, need, method_id=method_id("NotEnoughGas(uint256,uint256)")))


@internal
@pure
def _native_coin_not_accepted(product_pass_id: uint256, product_id: uint256):
    """@notice This call takes no native coin."""
    raw_revert(
        abi_encode(product_pass_id, product_id, method_id=method_id("NativeCoinNotAccepted(uint256,uint256)"))
    )


# --- money ---------------------------------------------------------------------------------------


@internal
@pure
def _wrong_value(sent: uint256, needed: uint256):
    """@notice The native coin sent is not exactly what is needed."""
    raw_revert(abi_encode(sent, needed, method_id=method_id("WrongValue(uint256,uint256)")))


@internal
@pure
def _value_too_low(sent: uint256, needed: uint256):
    """@notice Less native coin was sent than is needed."""
    raw_revert(abi_encode(sent, needed, method_id=method_id("ValueTooLow(uint256,uint256)")))


@internal
@pure
def _insufficient_allowance(have: uint256, need: uint256):
    """@notice The payer has approved PaymentEscrow for less than is needed."""
    raw_revert(abi_encode(have, need, method_id=method_id("InsufficientAllowance(uint256,uint256)")))


@internal
@pure
def _insufficient_balance(have: uint256, need: uint256):
    """@notice The payer has less than is needed."""
    raw_revert(abi_encode(have, need, method_id=method_id("InsufficientBalance(uint256,uint256)")))


@internal
@pure
def _insufficient_org_balance(have: uint256, need: uint256):
    """@notice The ledger row has less than is needed."""
    raw_revert(abi_encode(have, need, method_id=method_id("InsufficientOrgBalance(uint256,uint256)")))


@internal
@pure
def _payment_failed(token: address):
    """@notice The token (or the receiver of native coin) refused, or moved another amount."""
    raw_revert(abi_encode(token, method_id=method_id("PaymentFailed(address)")))


@internal
@pure
def _fee_too_high(bps: uint256, limit: uint256):
    """@notice The platform fee has a limit."""
    raw_revert(abi_encode(bps, limit, method_id=method_id("FeeTooHigh(uint256,uint256)")))


# --- passes --------------------------------------------------------------------------------------


@internal
@pure
def _pass_locked(product_pass_id: uint256, product_id: uint256):
    """@notice This product keeps the pass from moving now."""
    raw_revert(abi_encode(product_pass_id, product_id, method_id=method_id("PassLocked(uint256,uint256)")))


@internal
@pure
def _erc721_nonexistent_token(token_id: uint256):
    """@notice ERC-6093."""
    raw_revert(abi_encode(token_id, method_id=method_id("ERC721NonexistentToken(uint256)")))


@internal
@pure
def _erc721_invalid_owner(owner: address):
    """@notice ERC-6093."""
    raw_revert(abi_encode(owner, method_id=method_id("ERC721InvalidOwner(address)")))


@internal
@pure
def _erc721_incorrect_owner(sender: address, token_id: uint256, owner: address):
    """@notice ERC-6093."""
    raw_revert(
        abi_encode(sender, token_id, owner, method_id=method_id("ERC721IncorrectOwner(address,uint256,address)"))
    )


@internal
@pure
def _erc721_invalid_receiver(receiver: address):
    """@notice ERC-6093."""
    raw_revert(abi_encode(receiver, method_id=method_id("ERC721InvalidReceiver(address)")))


@internal
@pure
def _erc721_insufficient_approval(operator: address, token_id: uint256):
    """@notice ERC-6093."""
    raw_revert(
        abi_encode(operator, token_id, method_id=method_id("ERC721InsufficientApproval(address,uint256)"))
    )


@internal
@pure
def _erc721_invalid_approver(approver: address):
    """@notice ERC-6093."""
    raw_revert(abi_encode(approver, method_id=method_id("ERC721InvalidApprover(address)")))


@internal
@pure
def _erc721_invalid_operator(operator: address):
    """@notice ERC-6093."""
    raw_revert(abi_encode(operator, method_id=method_id("ERC721InvalidOperator(address)")))
