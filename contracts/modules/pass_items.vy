# pragma version ~=0.4.3
# pragma nonreentrancy on
"""
@title pass_items
@license Apache-2.0
@notice The items of passes: their words, every write of them with its event, and who may touch them.
@dev The words are laid out in packing. A status that changes whether the pass may move is told to ProductPass.
"""
from ..interfaces import ICatalog
from ..interfaces import IOrganizationNFT
from ..interfaces import IProductPass
from ..interfaces import IPurchaseManager
from . import errors
from . import packing
from . import peers

uses: peers

stateOf: public(HashMap[uint256, HashMap[uint256, uint256]])  # pass -> product -> item word
usageStateOf: public(HashMap[uint256, HashMap[uint256, uint256]])  # pass -> product -> usage word


@internal
@view
def _is_locked(pass_id: uint256, first: uint256, skip: uint256) -> bool:
    """
    @notice Does any item of the pass, but `skip`, keep it from moving?
    """
    product_id: uint256 = first
    for _: uint256 in range(64):
        if product_id == 0:
            break
        word: uint256 = self.stateOf[pass_id][product_id]
        if product_id != skip and not packing._item_movable(word, block.timestamp):
            return True
        product_id = packing._item_next(word)
    return False


@internal
def _write(pass_id: uint256, product_id: uint256, word: uint256):
    self.stateOf[pass_id][product_id] = word
    log IPurchaseManager.SubscriptionStateChanged(
        productPassId=pass_id, productId=product_id, state=word
    )


@internal
def _update(item: ICatalog.Item, pass_word: uint256, word: uint256):
    """
    @notice Writes an item of a pass, and tells the pass whether that locked or unlocked it.
    """
    self._write(item.productPassId, item.productId, word)
    lock_change: uint256 = 0
    movable: bool = packing._item_movable(word, block.timestamp)
    if movable != packing._item_movable(item.word, block.timestamp):
        if not self._is_locked(item.productPassId, packing._pass_first(pass_word), item.productId):
            lock_change = 2 if movable else 1
    extcall IProductPass(peers.productPass).touch(
        item.productPassId, lock_change, skip_contract_check=True
    )


@internal
def _bill(item: ICatalog.Item, usage: uint256, units: uint256, amount: uint256):
    """
    @notice Keeps what a bill, or a waiver, changed of the usage word.
    """
    if usage != item.usage:
        self.usageStateOf[item.productPassId][item.productId] = usage
        log IPurchaseManager.UsageBilled(
            productPassId=item.productPassId,
            productId=item.productId,
            units=units,
            amount=amount,
            upTo=packing._usage_mark(usage),
        )
        cap: uint256 = packing._usage_cap(usage)
        if cap != packing._usage_cap(item.usage):  # the org moved the holder to another pricing
            log IPurchaseManager.UsageCapSet(
                productPassId=item.productPassId, productId=item.productId, holder=item.holder, cap=cap
            )


@internal
def _set_cap(pass_id: uint256, product_id: uint256, usage: uint256, cap: uint256, holder: address):
    self.usageStateOf[pass_id][product_id] = packing._pack_usage(
        cap, packing._usage_bill(usage), packing._usage_mark(usage)
    )
    log IPurchaseManager.UsageCapSet(
        productPassId=pass_id, productId=product_id, holder=holder, cap=cap
    )


@internal
@view
def _item(pass_id: uint256, product_id: uint256, pass_word: uint256) -> ICatalog.Item:
    word: uint256 = self.stateOf[pass_id][product_id]
    usage: uint256 = 0
    if (word >> packing.USAGE_BIT) & 1 != 0:
        usage = self.usageStateOf[pass_id][product_id]
    return ICatalog.Item(
        orgId=packing._pass_org(pass_word),
        productPassId=pass_id,
        productId=product_id,
        holder=packing._pass_owner(pass_word),
        discountBps=packing._pass_discount_bps(pass_word),
        word=word,
        usage=usage,
    )


@internal
@view
def _own_subscription(pass_id: uint256, product_id: uint256) -> (ICatalog.Item, uint256):
    """
    @notice The caller's own subscription, and the word of its pass.
    """
    pass_word: uint256 = self._pass_word(pass_id)
    self._check_holder(pass_id, pass_word)
    item: ICatalog.Item = self._item(pass_id, product_id, pass_word)
    self._check_subscription(item)
    return item, pass_word


@internal
@view
def _pass_word(pass_id: uint256) -> uint256:
    word: uint256 = staticcall IProductPass(peers.productPass).wordOf(
        pass_id, skip_contract_check=True
    )
    if word == 0:
        errors._no_such_pass(pass_id)
    return word


@internal
@pure
def _check_subscription(item: ICatalog.Item):
    if item.word == 0:
        errors._no_such_item(item.productPassId, item.productId)
    if (item.word >> packing.ONE_TIME_BIT) & 1 != 0:
        errors._not_a_subscription(item.productPassId, item.productId)


@internal
@view
def _check_holder(pass_id: uint256, pass_word: uint256):
    if packing._pass_owner(pass_word) != msg.sender:
        errors._not_pass_holder(pass_id, msg.sender)


@internal
@view
def _check_role(org_id: uint256, role: uint256):
    if not staticcall IOrganizationNFT(peers.organizationNFT).hasRole(org_id, msg.sender, role):
        errors._not_authorized(org_id, msg.sender, role)


@internal
@pure
def _check_lists(one: uint256, other: uint256):
    if one == 0:
        errors._empty_list()
    if one != other:
        errors._length_mismatch()
