# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Promotions
@license Apache-2.0
@author passmanager contributors
@notice Coupons, given with a cart for the price of that cart, and discounts, minted onto a pass for good.
@dev Here is who may call what; the rules are in modules/coupons.vy and modules/discounts.vy.

     Terms are promises: of a coupon only active, expiry and the number of redemptions change after creation,
     of a discount only active and the number of mints. The wallet that counts is always the one that pays.

     Coupons are kept by organization and keccak256(abi_encode(organizationId, code)), so no organization can
     take another's codes. A code can be guessed from its hash and is public from its first use, and anyone
     can have many wallets: only `restricted` keeps a valuable code to the people it is meant for.
@custom:kill None: `setCoupon` and `setDiscount` switch single ones off.
"""
from .interfaces import IOrganizationNFT
from .interfaces import IProductPass
from .interfaces import IPromotions
from .modules import coupons
from .modules import discounts
from .modules import errors
from .modules import packing
from .modules import promotion_words

implements: IPromotions
initializes: coupons
initializes: discounts

ROLE_PROMOTIONS: constant(uint256) = 2

organizationNFT: public(immutable(address))
purchaseManager: public(immutable(address))
productPass: public(immutable(address))
catalog: public(immutable(address))


@deploy
def __init__(organization_nft: address, purchase_manager: address, product_pass: address, catalog_: address):
    organizationNFT = organization_nft
    purchaseManager = purchase_manager
    productPass = product_pass
    catalog = catalog_


# --- coupons -------------------------------------------------------------------------------------


@external
def createCoupon(
    orgId: uint256, codeHash: bytes32, terms: IPromotions.CouponTerms, productIds: DynArray[uint256, 64]
) -> uint256:
    """
    @notice Makes a coupon.
    @dev Role promotions. Logs CouponCreated.
    @param orgId Whose.
    @param codeHash What `couponHash` says of the code, which stays secret until its first use.
    @param terms Rate in basis points (1 to 10,000), expiry in unix seconds (0 = never), and so on.
    @param productIds The products it is for, made already or not; none = all.
    @return Id of the coupon.
    """
    self._check_role(orgId)
    return coupons._create(orgId, codeHash, terms, productIds)


@external
def setCoupon(couponId: uint256, active: bool, expiry: uint256, maxRedemptions: uint256):
    """
    @notice Switches a coupon on or off, moves its end or its number of redemptions (a number below what is
            redeemed ends it). What was redeemed stays as it is.
    @dev Role promotions of the coupon's organization. Logs CouponSet.
    @param couponId Which.
    @param active Whether it can be redeemed.
    @param expiry Unix seconds; valid while now < expiry; 0 = never ends.
    @param maxRedemptions In all, one per cart; 0 = no limit.
    """
    self._check_role(coupons._org_of(couponId))
    coupons._set(couponId, active, expiry, maxRedemptions)


@external
def setCouponAccess(couponId: uint256, wallets: DynArray[address, 200], allowed: bool):
    """
    @notice Puts wallets on a coupon's list, or takes them off; it matters if the coupon is restricted.
    @dev Role promotions of the coupon's organization. Logs CouponAccessSet for each wallet.
    @param couponId Which.
    @param wallets 1 to 200.
    @param allowed On or off the list.
    """
    self._check_role(coupons._org_of(couponId))
    coupons._set_access(couponId, wallets, allowed)


# --- discounts -----------------------------------------------------------------------------------


@external
def createDiscount(
    orgId: uint256, name: String[32], bps: uint256, maxMints: uint256, mode: uint256
) -> uint256:
    """
    @notice Makes a discount that can be minted onto passes of the organization.
    @dev Role promotions. Logs DiscountCreated. An organization can make 240.
    @param orgId Whose.
    @param name Shown on passes; 1 to 32 bytes of valid UTF-8 without control characters.
    @param bps Basis points, 1 to 10,000.
    @param maxMints In all; 0 = no limit.
    @param mode Who may take it with a first purchase: 0 listed wallets, 1 everybody, 2 the organization.
    @return Id of the discount.
    """
    self._check_role(orgId)
    if len(name) == 0 or not staticcall IOrganizationNFT(organizationNFT).isCleanText(name):
        errors._invalid_text(0)
    return discounts._create(orgId, name, bps, maxMints, mode)


@external
def setDiscount(discountId: uint256, active: bool, maxMints: uint256):
    """
    @notice Switches new mints of a discount on or off, or moves their number (a number below what is minted
            ends them). Passes that have it keep it.
    @dev Role promotions of the discount's organization. Logs DiscountSet.
    @param discountId Which.
    @param active Whether it can be minted.
    @param maxMints In all; 0 = no limit.
    """
    self._check_role(discounts._org_of(discountId))
    discounts._set(discountId, active, maxMints)


@external
def setDiscountAccess(discountId: uint256, wallets: DynArray[address, 200], allowed: bool):
    """
    @notice Gives wallets the right to take a discount once with a first purchase, or takes it back; it
            matters in mode 0.
    @dev Role promotions of the discount's organization. Logs DiscountAccessSet for each wallet.
    @param discountId Which.
    @param wallets 1 to 200.
    @param allowed On or off the list.
    """
    self._check_role(discounts._org_of(discountId))
    discounts._set_access(discountId, wallets, allowed)


@external
def mintDiscounts(productPassId: uint256, discountIds: DynArray[uint256, 8]):
    """
    @notice Puts discounts of any mode onto a pass, for good; their sum is cut at 10,000.
    @dev Role promotions of the pass's organization and nobody else: a holder cannot take discounts.
         Logs DiscountMinted for each.
    @param productPassId Which pass.
    @param discountIds Ascending, 1 to 8.
    """
    pass_word: uint256 = staticcall IProductPass(productPass).wordOf(productPassId)
    if pass_word == 0:
        errors._no_such_pass(productPassId)
    org_id: uint256 = packing._pass_org(pass_word)
    self._check_role(org_id)
    if len(discountIds) == 0:
        errors._empty_list()
    total: uint256 = packing._pass_discount_bps(pass_word)
    total = discounts._mint(org_id, productPassId, discountIds, empty(address), total)[0]
    extcall IProductPass(productPass).setDiscount(productPassId, total)


# --- for PurchaseManager -------------------------------------------------------------------------


@external
@reentrant
def apply(application: IPromotions.Application) -> IPromotions.Applied:
    """
    @notice Mints the discounts onto a new pass and redeems the coupon of one cart.
    @dev Only PurchaseManager, which puts `discountBps` into the word of the pass. Calls contracts of the
         system only, so it needs no lock. Logs DiscountMinted for each discount, then CouponRedeemed.
    @param application The cart; an empty code is no coupon.
    @return What applies, in basis points: what `quoteApply` says in the same block.
    """
    if msg.sender != purchaseManager:
        errors._not_system_contract(msg.sender)
    applied: IPromotions.Applied = empty(IPromotions.Applied)
    org_id: uint256 = application.orgId
    pass_id: uint256 = application.productPassId
    if len(application.discountIds) != 0:
        assert application.newPass  # invariant: only a first purchase carries discounts
        for_org: uint256 = 0
        applied.discountBps, for_org = discounts._mint(
            org_id, pass_id, application.discountIds, application.caller, 0
        )
        self._check_may_mint(org_id, for_org, application.caller)
    if len(application.couponCode) != 0:
        redemption: coupons.Redemption = coupons._check(application, catalog)
        coupons._redeem(redemption, org_id, pass_id, application.caller)
        applied.couponBps = promotion_words._coupon_bps(redemption.word)
        applied.couponRenewals = promotion_words._coupon_renewals(redemption.word)
        applied.couponLines = redemption.lines
    return applied


@external
@view
@reentrant
def quoteApply(application: IPromotions.Application) -> IPromotions.Applied:
    """
    @notice What `apply` would answer, or the error it would give; changes nothing.
    @dev Anyone.
    @param application The cart, with the wallet that would pay; `productPassId` does not matter.
    @return What would apply, in basis points.
    """
    applied: IPromotions.Applied = empty(IPromotions.Applied)
    if len(application.discountIds) != 0:
        for_org: uint256 = 0
        applied.discountBps, for_org = discounts._quote(
            application.orgId, application.discountIds, application.caller
        )
        self._check_may_mint(application.orgId, for_org, application.caller)
    if len(application.couponCode) != 0:
        redemption: coupons.Redemption = coupons._check(application, catalog)
        applied.couponBps = promotion_words._coupon_bps(redemption.word)
        applied.couponRenewals = promotion_words._coupon_renewals(redemption.word)
        applied.couponLines = redemption.lines
    return applied


# --- views ---------------------------------------------------------------------------------------


@external
@view
def couponHash(orgId: uint256, code: String[64]) -> bytes32:
    """
    @notice The key of a coupon code: keccak256(abi_encode(orgId, code)).
    @param orgId Whose coupon.
    @param code As customers type it; upper and lower case differ.
    @return The hash.
    """
    return coupons._hash(orgId, code)


@external
@view
def couponOf(orgId: uint256, codeHash: bytes32) -> IPromotions.Coupon:
    """
    @notice A coupon, by what `couponHash` says of its code.
    @param orgId Whose coupon.
    @param codeHash Hash of the code.
    @return The coupon.
    """
    return coupons._get(orgId, codeHash)


@external
@view
def discount(discountId: uint256) -> IPromotions.Discount:
    """
    @notice A discount.
    @param discountId Which.
    @return The discount.
    """
    return discounts._get(discountId)


@external
@view
def discountsOf(productPassId: uint256) -> DynArray[uint256, 240]:
    """
    @notice The discounts a pass has; none once it is burned.
    @param productPassId Which pass.
    @return Ids, ascending.
    """
    pass_word: uint256 = staticcall IProductPass(productPass).wordOf(productPassId)
    return discounts._on_pass(productPassId, packing._pass_org(pass_word))


# --- internals -----------------------------------------------------------------------------------


@internal
@view
def _has_role(org_id: uint256, account: address) -> bool:
    return staticcall IOrganizationNFT(organizationNFT).hasRole(org_id, account, ROLE_PROMOTIONS)


@internal
@view
def _check_role(org_id: uint256):
    if not self._has_role(org_id, msg.sender):
        errors._not_authorized(org_id, msg.sender, ROLE_PROMOTIONS)


@internal
@view
def _check_may_mint(org_id: uint256, discount_id: uint256, wallet: address):
    """
    @notice If there is a discount that only the organization may mint, `wallet` must act for it.
    """
    if discount_id != 0 and not self._has_role(org_id, wallet):
        errors._discount_restricted(discount_id, wallet)
