# pragma version ~=0.4.3
# pragma nonreentrancy on
"""
@title coupons
@license Apache-2.0
@notice The coupons of all organizations: their words, lists and rules. Part of Promotions, which says who
        may call what.
"""
from ..interfaces import ICatalog
from ..interfaces import IPromotions
from . import catalog_words
from . import errors
from . import packing
from . import promotion_words as words


struct Key:
    org_id: uint256
    code_hash: bytes32


# A coupon that may be redeemed: what is to be written, and what applies.
struct Redemption:
    code_hash: bytes32
    word: uint256
    wallet_bits: uint256
    lines: uint256


_last_id: uint256
_words: HashMap[uint256, HashMap[bytes32, uint256]]  # organization, hash of the code
_keys: HashMap[uint256, Key]
_wallets: HashMap[uint256, HashMap[address, uint256]]  # words.LISTED, words.REDEEMED
_products: HashMap[uint256, HashMap[uint256, bool]]  # of coupons limited to products


# --- the organization's ---------------------------------------------------------------------------


@internal
def _create(
    org_id: uint256, code_hash: bytes32, terms: IPromotions.CouponTerms, product_ids: DynArray[uint256, 64]
) -> uint256:
    if self._words[org_id][code_hash] != 0:
        errors._coupon_exists(org_id, code_hash)
    if terms.bps == 0 or terms.bps > 10_000:
        errors._invalid_basis_points(terms.bps)
    if terms.renewals > packing.MASK_8:
        errors._number_too_large(terms.renewals, packing.MASK_8)
    self._check_limits(terms.expiry, terms.maxRedemptions)
    coupon_id: uint256 = self._last_id + 1
    self._last_id = coupon_id
    self._words[org_id][code_hash] = words._pack_coupon(coupon_id, terms, len(product_ids) != 0)
    self._keys[coupon_id] = Key(org_id=org_id, code_hash=code_hash)
    for product_id: uint256 in product_ids:
        if product_id == 0 or product_id > packing.MASK_40:
            errors._no_such_product(product_id)
        self._products[coupon_id][product_id] = True
    log IPromotions.CouponCreated(
        orgId=org_id, couponId=coupon_id, codeHash=code_hash, terms=terms, productIds=product_ids
    )
    return coupon_id


@internal
def _set(coupon_id: uint256, active: bool, expiry: uint256, max_redemptions: uint256):
    self._check_limits(expiry, max_redemptions)
    key: Key = self._keys[coupon_id]
    word: uint256 = self._words[key.org_id][key.code_hash]
    self._words[key.org_id][key.code_hash] = words._coupon_with(word, active, expiry, max_redemptions)
    log IPromotions.CouponSet(
        couponId=coupon_id, active=active, expiry=expiry, maxRedemptions=max_redemptions
    )


@internal
def _set_access(coupon_id: uint256, wallets: DynArray[address, 200], allowed: bool):
    if len(wallets) == 0:
        errors._empty_list()
    for wallet: address in wallets:
        redeemed: uint256 = self._wallets[coupon_id][wallet] & words.REDEEMED
        self._wallets[coupon_id][wallet] = redeemed | (words.LISTED if allowed else 0)
        log IPromotions.CouponAccessSet(couponId=coupon_id, wallet=wallet, allowed=allowed)


@internal
@view
def _org_of(coupon_id: uint256) -> uint256:
    org_id: uint256 = self._keys[coupon_id].org_id
    if org_id == 0:
        errors._no_such_coupon_id(coupon_id)
    return org_id


@internal
@view
def _get(org_id: uint256, code_hash: bytes32) -> IPromotions.Coupon:
    word: uint256 = self._words[org_id][code_hash]
    if word == 0:
        errors._no_such_coupon(org_id, code_hash)
    return words._unpack_coupon(word, org_id)


@internal
@pure
def _hash(org_id: uint256, code: String[64]) -> bytes32:
    return keccak256(abi_encode(org_id, code))


@internal
@pure
def _check_limits(expiry: uint256, max_redemptions: uint256):
    if expiry > packing.MASK_40:
        errors._number_too_large(expiry, packing.MASK_40)
    if max_redemptions > packing.MASK_32:
        errors._number_too_large(max_redemptions, packing.MASK_32)


# --- the buyer's ----------------------------------------------------------------------------------


@internal
@view
def _check(application: IPromotions.Application, catalog: address) -> Redemption:
    """
    @notice The coupon of a cart, after every check; the same for quote and charge.
    """
    code_hash: bytes32 = self._hash(application.orgId, application.couponCode)
    word: uint256 = self._words[application.orgId][code_hash]
    if word == 0:
        errors._no_such_coupon(application.orgId, code_hash)
    coupon_id: uint256 = words._coupon_id(word)
    self._check_redeemable(coupon_id, word)
    bits: uint256 = 0
    if word & (words.ONCE_PER_WALLET | words.RESTRICTED) != 0:
        bits = self._wallets[coupon_id][application.caller]
    if word & words.ONCE_PER_WALLET != 0 and bits & words.REDEEMED != 0:
        errors._coupon_already_redeemed(coupon_id, application.caller)
    if word & words.FIRST_PASS_ONLY != 0:
        if not application.newPass:
            errors._coupon_first_pass_only(coupon_id)
        self._check_first_pass(coupon_id, application.orgId, application.caller, catalog)
    if word & words.RESTRICTED != 0 and bits & words.LISTED == 0:
        errors._coupon_restricted(coupon_id, application.caller)
    lines: uint256 = ~(max_value(uint256) << len(application.productIds))
    if word & words.LIMITED != 0:
        lines = self._lines(coupon_id, application.productIds)
    return Redemption(code_hash=code_hash, word=word, wallet_bits=bits, lines=lines)


@internal
@view
def _check_redeemable(coupon_id: uint256, word: uint256):
    if word & words.COUPON_ACTIVE == 0:
        errors._coupon_inactive(coupon_id)
    expiry: uint256 = words._coupon_expiry(word)
    if expiry != 0 and block.timestamp >= expiry:
        errors._coupon_expired(coupon_id, expiry)
    limit: uint256 = words._coupon_max(word)
    if limit != 0 and words._coupon_redemptions(word) >= limit:
        errors._coupon_used_up(coupon_id, limit)


@internal
@view
def _check_first_pass(coupon_id: uint256, org_id: uint256, wallet: address, catalog: address):
    if not catalog_words._rules_count(staticcall ICatalog(catalog).saleRuleWords(org_id)):
        errors._passes_not_counted(org_id)
    if staticcall ICatalog(catalog).passesBought(org_id, wallet) != 0:
        errors._coupon_first_pass_only(coupon_id)


@internal
@view
def _lines(coupon_id: uint256, product_ids: DynArray[uint256, 24]) -> uint256:
    """
    @notice Bit i is set if the coupon, which is limited to products, applies to line i.
    """
    lines: uint256 = 0
    bit: uint256 = 1
    for product_id: uint256 in product_ids:
        if self._products[coupon_id][product_id]:
            lines |= bit
        bit <<= 1
    if lines == 0:
        errors._coupon_not_for_these_products(coupon_id)
    return lines


@internal
def _redeem(redemption: Redemption, org_id: uint256, pass_id: uint256, wallet: address):
    """
    @notice Writes and logs what `_check` found.
    """
    word: uint256 = redemption.word
    coupon_id: uint256 = words._coupon_id(word)
    self._words[org_id][redemption.code_hash] = words._coupon_redeemed(word)
    if word & words.ONCE_PER_WALLET != 0:
        self._wallets[coupon_id][wallet] = redemption.wallet_bits | words.REDEEMED
    log IPromotions.CouponRedeemed(
        orgId=org_id,
        couponId=coupon_id,
        productPassId=pass_id,
        wallet=wallet,
        bps=words._coupon_bps(word),
        renewals=words._coupon_renewals(word),
        lineMask=redemption.lines,
    )
