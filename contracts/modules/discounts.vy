# pragma version ~=0.4.3
# pragma nonreentrancy on
"""
@title discounts
@license Apache-2.0
@notice The discounts of all organizations and which pass has which. Part of Promotions, which says who may
        call what.
"""
from ..interfaces import IPromotions
from . import errors
from . import packing
from . import promotion_words as words

BPS: constant(uint256) = 10_000

_last_id: uint256
_words: HashMap[uint256, uint256]
_names: HashMap[uint256, String[32]]
_listed: HashMap[uint256, HashMap[address, bool]]  # a right, used up by minting
_of_org: HashMap[uint256, DynArray[uint256, 240]]  # by index
_marks: HashMap[uint256, uint256]  # what a pass has: one bit per index, and words.HAS_OPEN


# --- the organization's ---------------------------------------------------------------------------


@internal
def _create(org_id: uint256, name: String[32], bps: uint256, max_mints: uint256, mode: uint256) -> uint256:
    if bps == 0 or bps > BPS:
        errors._invalid_basis_points(bps)
    self._check_max_mints(max_mints)
    if mode > words.MODE_ORG:
        errors._invalid_discount_mode(mode)
    index: uint256 = len(self._of_org[org_id])
    if index == words.MAX_DISCOUNTS:
        errors._too_many_discounts(org_id, words.MAX_DISCOUNTS)
    discount_id: uint256 = self._last_id + 1
    self._last_id = discount_id
    self._words[discount_id] = words._pack_discount(org_id, bps, max_mints, mode, index)
    self._names[discount_id] = name
    self._of_org[org_id].append(discount_id)
    log IPromotions.DiscountCreated(
        orgId=org_id, discountId=discount_id, name=name, bps=bps, maxMints=max_mints, mode=mode
    )
    return discount_id


@internal
def _set(discount_id: uint256, active: bool, max_mints: uint256):
    self._check_max_mints(max_mints)
    self._words[discount_id] = words._discount_with(self._words[discount_id], active, max_mints)
    log IPromotions.DiscountSet(discountId=discount_id, active=active, maxMints=max_mints)


@internal
def _set_access(discount_id: uint256, wallets: DynArray[address, 200], allowed: bool):
    if len(wallets) == 0:
        errors._empty_list()
    for wallet: address in wallets:
        self._listed[discount_id][wallet] = allowed
        log IPromotions.DiscountAccessSet(discountId=discount_id, wallet=wallet, allowed=allowed)


@internal
@view
def _org_of(discount_id: uint256) -> uint256:
    word: uint256 = self._words[discount_id]
    if word == 0:
        errors._no_such_discount(discount_id)
    return words._discount_org(word)


@internal
@view
def _get(discount_id: uint256) -> IPromotions.Discount:
    word: uint256 = self._words[discount_id]
    if word == 0:
        errors._no_such_discount(discount_id)
    return words._unpack_discount(word, self._names[discount_id])


@internal
@view
def _on_pass(pass_id: uint256, org_id: uint256) -> DynArray[uint256, 240]:
    """
    @notice The discounts of a pass of this organization; of none (0) if the pass was burned.
    """
    found: DynArray[uint256, 240] = []
    marks: uint256 = self._marks[pass_id] & ~words.HAS_OPEN
    if org_id == 0:
        return found
    for i: uint256 in range(words.MAX_DISCOUNTS):
        if marks == 0:
            break
        if marks & 1 != 0:
            found.append(self._of_org[org_id][i])
        marks >>= 1
    return found


@internal
@pure
def _check_max_mints(max_mints: uint256):
    if max_mints > packing.MASK_32:
        errors._number_too_large(max_mints, packing.MASK_32)


# --- onto a pass ----------------------------------------------------------------------------------


@internal
def _mint(
    org_id: uint256, pass_id: uint256, ids: DynArray[uint256, 8], wallet: address, present: uint256
) -> (uint256, uint256):
    """
    @notice Mints discounts onto a pass that has `present` basis points. Rights of `wallet` are used up; the
            caller of this lets `wallet` be zero where the organization itself mints.
    @return The new sum, cut at 10,000; and the last discount that only the organization may mint, or 0.
    """
    total: uint256 = present
    for_org: uint256 = 0
    previous: uint256 = 0
    marks: uint256 = self._marks[pass_id]
    for discount_id: uint256 in ids:
        word: uint256 = self._words[discount_id]
        self._check(discount_id, word, org_id, previous, marks)
        if words._discount_mode(word) != words.MODE_OPEN:
            if self._has_right(discount_id, word, wallet):
                self._listed[discount_id][wallet] = False
            else:
                for_org = discount_id
        self._words[discount_id] = words._discount_minted(word)
        previous = discount_id
        marks |= words._discount_marks(word)
        total = min(BPS, total + words._discount_bps(word))
        log IPromotions.DiscountMinted(
            orgId=org_id,
            productPassId=pass_id,
            discountId=discount_id,
            bps=words._discount_bps(word),
            totalBps=total,
        )
    self._marks[pass_id] = marks
    return total, for_org


@internal
@view
def _quote(org_id: uint256, ids: DynArray[uint256, 8], wallet: address) -> (uint256, uint256):
    """
    @notice What `_mint` onto a new pass would return, or its error.
    """
    total: uint256 = 0
    for_org: uint256 = 0
    previous: uint256 = 0
    marks: uint256 = 0
    for discount_id: uint256 in ids:
        word: uint256 = self._words[discount_id]
        self._check(discount_id, word, org_id, previous, marks)
        if words._discount_mode(word) != words.MODE_OPEN and not self._has_right(discount_id, word, wallet):
            for_org = discount_id
        previous = discount_id
        marks |= words._discount_marks(word)
        total = min(BPS, total + words._discount_bps(word))
    return total, for_org


@internal
@view
def _check(discount_id: uint256, word: uint256, org_id: uint256, previous: uint256, marks: uint256):
    """
    @notice What holds for whoever mints a discount, after `previous`, onto a pass with `marks`.
    """
    if discount_id <= previous:
        errors._discounts_not_ascending()
    if word == 0 or words._discount_org(word) != org_id:
        errors._no_such_discount(discount_id)
    if word & words.DISCOUNT_ACTIVE == 0:
        errors._discount_inactive(discount_id)
    limit: uint256 = words._discount_max(word)
    if limit != 0 and words._discount_mints(word) >= limit:
        errors._discount_used_up(discount_id, limit)
    if marks & words._discount_mark(word) != 0:
        errors._discount_already_minted(discount_id)
    if words._discount_mode(word) == words.MODE_OPEN and marks & words.HAS_OPEN != 0:
        errors._second_open_discount(discount_id)


@internal
@view
def _has_right(discount_id: uint256, word: uint256, wallet: address) -> bool:
    return words._discount_mode(word) == words.MODE_LISTED and self._listed[discount_id][wallet]
