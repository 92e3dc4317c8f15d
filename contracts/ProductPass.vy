# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title ProductPass
@license Apache-2.0
@author passmanager contributors
@notice Customers' passes: one NFT of one organization, holding what its owner bought there.
@dev Holds no money. A pass is one word (modules/packing.vy); what it holds of each product is kept by
     PurchaseManager, which also decides whether it may move. Calls by the system's own contracts are not
     locked: their sender is checked, and they call nobody. Views are not locked either: when
     `onERC721Received` is called, everything is written.
@custom:kill Cannot be stopped: customers keep and trade their passes whatever happens to the platform.
"""
from .interfaces import IERC721
from .interfaces import IPassLens
from .interfaces import IProductPass
from .interfaces import IPurchaseManager
from .modules import erc721
from .modules import errors
from .modules import packing

implements: IERC721
implements: IProductPass

initializes: erc721

exports: (
    # who owns what
    erc721.balanceOf,
    erc721.ownerOf,
    # who may move what
    erc721.approve,
    erc721.setApprovalForAll,
    erc721.getApproved,
    erc721.isApprovedForAll,
)

LOCKED: constant(uint256) = 1
UNLOCKED: constant(uint256) = 2

# Interface ids as numbers, see modules/erc721.vy.
ERC4906: constant(uint256) = 1_225_148_678  # 0x49064906
ERC5192: constant(uint256) = 3_025_812_494  # 0xb45a3c0e
ERC6454: constant(uint256) = 2_443_585_071  # 0x91a6262f

purchaseManager: public(immutable(address))
organizationNFT: public(immutable(address))
catalog: public(immutable(address))
promotions: public(immutable(address))
passLens: public(immutable(address))


@deploy
def __init__(
    purchaseManager_: address,
    organizationNFT_: address,
    catalog_: address,
    promotions_: address,
    passLens_: address,
):
    """
    @notice Knows its peers by address; PurchaseManager, which is created last, checks them.
    @param purchaseManager_ Mints, extends and moves passes.
    @param organizationNFT_ Reports that an organization changed what its passes look like.
    @param catalog_ Reports that products changed.
    @param promotions_ Sets discounts.
    @param passLens_ Writes the metadata and tells what is locked and when it ends.
    """
    purchaseManager = purchaseManager_
    organizationNFT = organizationNFT_
    catalog = catalog_
    promotions = promotions_
    passLens = passLens_


@external
def transferFrom(sender: address, receiver: address, tokenId: uint256):
    """
    @notice Gives a pass to somebody else. Automatic renewals, coupons and caps on it end.
    @dev Owner, operator or approved account; `receiver` is not asked. Refused while a product on the pass
         keeps it from moving (see `locked`).
    @param sender The present owner.
    @param receiver The next owner, not zero.
    @param tokenId The pass.
    """
    self._transfer(sender, receiver, tokenId)


@external
def safeTransferFrom(
    sender: address, receiver: address, tokenId: uint256, data: Bytes[1024] = b""
):
    """
    @notice Gives a pass to somebody else, who, if a contract, must agree.
    @dev As `transferFrom`; afterwards `onERC721Received` of a receiver with code must answer as ERC-721
         says, else `ERC721InvalidReceiver`.
    @param sender The present owner.
    @param receiver The next owner, not zero.
    @param tokenId The pass.
    @param data Handed to the receiver, at most 1,024 bytes.
    """
    self._transfer(sender, receiver, tokenId)
    erc721._check_receiver(sender, receiver, tokenId, data)


@external
def burn(tokenId: uint256):
    """
    @notice Destroys a pass and all that is on it, without a refund. So unwanted passes can be thrown away.
    @dev The holder alone, at any time; no approval gives this right.
    @param tokenId The pass.
    """
    owner: address = packing._pass_owner(erc721._existing(tokenId))
    if msg.sender != owner:
        errors._not_pass_holder(tokenId, msg.sender)
    erc721._move(owner, empty(address), tokenId, 0)


@external
@reentrant
def mint(productPassId: uint256, word: uint256):
    """
    @notice A new pass for the owner that its word names.
    @dev PurchaseManager only, which counts the ids. No callback: a wallet with code can buy.
    @param productPassId Its id.
    @param word The pass word.
    """
    self._check_sender(purchaseManager)
    erc721._mint(packing._pass_owner(word), productPassId, word)


@external
@reentrant
def mintBatch(firstPassId: uint256, recipients: DynArray[address, 200], word: uint256):
    """
    @notice New passes that are alike: recipient i gets pass `firstPassId` + i.
    @dev PurchaseManager only.
    @param firstPassId The first id.
    @param recipients Their owners.
    @param word The pass word without an owner.
    """
    self._check_sender(purchaseManager)
    pass_id: uint256 = firstPassId
    for recipient: address in recipients:
        erc721._mint(recipient, pass_id, packing._pass_with_owner(word, recipient))
        pass_id = unsafe_add(pass_id, 1)  # ids count up from 1


@external
@reentrant
def extend(productPassId: uint256, word: uint256, lockChange: uint256):
    """
    @notice More products are on a pass.
    @dev PurchaseManager only.
    @param productPassId The pass.
    @param word Its new word, with the same owner.
    @param lockChange 1 if this locked the pass, 2 if it unlocked it, else 0.
    """
    self._check_sender(purchaseManager)
    # invariant: the owner stays. A payer's token may call out, and its owner burn the pass meanwhile.
    assert packing._pass_owner(erc721._words[productPassId]) == packing._pass_owner(word)
    erc721._words[productPassId] = word
    self._log_update(productPassId, lockChange)


@external
@reentrant
def touch(productPassId: uint256, lockChange: uint256):
    """
    @notice What is on a pass changed.
    @dev PurchaseManager only.
    @param productPassId The pass.
    @param lockChange 1 if this locked the pass, 2 if it unlocked it, else 0.
    """
    self._check_sender(purchaseManager)
    self._log_update(productPassId, lockChange)


@external
@reentrant
def touchAll():
    """
    @notice What many passes look like changed.
    @dev Catalog, Promotions and OrganizationNFT only.
    """
    if msg.sender != catalog and msg.sender != promotions:
        self._check_sender(organizationNFT)
    log IProductPass.BatchMetadataUpdate(fromTokenId=1, toTokenId=max_value(uint256))


@external
@reentrant
def setDiscount(productPassId: uint256, discountBps: uint256):
    """
    @notice The discount of a pass, from now on and for good.
    @dev Promotions only, which has checked that the pass exists.
    @param productPassId The pass.
    @param discountBps Basis points, at most 10,000.
    """
    self._check_sender(promotions)
    word: uint256 = erc721._existing(productPassId)
    erc721._words[productPassId] = packing._pass_with_discount(word, discountBps)
    self._log_update(productPassId, 0)


@external
@view
@reentrant
def wordOf(productPassId: uint256) -> uint256:
    """
    @notice A pass in one word; PassLens tells the same in fields.
    @param productPassId The pass.
    @return Owner, organization, first product, discount and number of products (modules/packing.vy); 0 if
            there is no such pass.
    """
    return erc721._words[productPassId]


@external
@pure
def name() -> String[16]:
    """
    @notice ERC-721: what these tokens are called.
    @return The name.
    """
    return "passmanager Pass"


@external
@pure
def symbol() -> String[6]:
    """
    @notice ERC-721: the same in short.
    @return The symbol.
    """
    return "PMPASS"


@external
@view
@reentrant
def tokenURI(tokenId: uint256) -> String[65536]:
    """
    @notice The pass and what is on it as JSON, in a data URI.
    @param tokenId The pass; one that does not exist reverts.
    @return The URI.
    """
    erc721._existing(tokenId)
    return staticcall IPassLens(passLens).passURI(tokenId)


@external
@view
@reentrant
def locked(tokenId: uint256) -> bool:
    """
    @notice ERC-5192: is the pass unable to move now? Time alone may change the answer, without an event.
    @param tokenId The pass; one that does not exist reverts.
    @return Is it?
    """
    return self._is_locked(tokenId)


@external
@view
@reentrant
def isTransferable(tokenId: uint256, sender: address, to: address) -> bool:
    """
    @notice ERC-6454: could the pass move now? Approvals are not looked at.
    @param tokenId The pass; one that does not exist reverts.
    @param sender Its owner, or zero for anybody.
    @param to The receiver; zero with a `sender` asks for burning, which is always possible.
    @return Could it?
    """
    owner: address = packing._pass_owner(erc721._existing(tokenId))
    if sender != empty(address):
        if to == empty(address):
            return True
        if sender != owner:
            return False
    return not self._is_locked(tokenId)


@external
@view
@reentrant
def expiresAt(tokenId: uint256) -> uint64:
    """
    @notice ERC-5643: when the last thing on the pass ends.
    @param tokenId The pass; one that does not exist reverts.
    @return Unix seconds; 0 if something on it has no end.
    """
    return convert(self._end(tokenId), uint64)


@external
@view
@reentrant
def isRenewable(tokenId: uint256) -> bool:
    """
    @notice ERC-5643: can something on the pass be renewed now? PassLens tells what, and by whom.
    @param tokenId The pass; one that does not exist reverts.
    @return Can it?
    """
    erc721._existing(tokenId)
    return staticcall IPassLens(passLens).isPassRenewable(tokenId)


@external
@view
@reentrant
def startTime(tokenId: uint256) -> uint256:
    """
    @notice ERC-7858: when the first of what is on the pass began.
    @param tokenId The pass; one that does not exist reverts.
    @return Unix seconds.
    """
    erc721._existing(tokenId)
    return staticcall IPassLens(passLens).startTime(tokenId)


@external
@view
@reentrant
def endTime(tokenId: uint256) -> uint256:
    """
    @notice ERC-7858: when the last thing on the pass ends.
    @param tokenId The pass; one that does not exist reverts.
    @return Unix seconds; 0 if something on it has no end.
    """
    return self._end(tokenId)


@external
@view
@reentrant
def isTokenExpired(tokenId: uint256) -> bool:
    """
    @notice ERC-7858: is everything on the pass over?
    @param tokenId The pass; one that does not exist reverts.
    @return Is it?
    """
    erc721._existing(tokenId)
    return staticcall IPassLens(passLens).isExpired(tokenId)


@external
@pure
def expiryType() -> uint8:
    """
    @notice ERC-7858: what ends a pass.
    @return 1: time (0 would be the number of the block).
    """
    return 1


@external
@pure
def supportsInterface(interfaceId: bytes4) -> bool:
    """
    @notice ERC-165: does this contract keep to an interface?
    @param interfaceId Its id.
    @return Does it?
    """
    return convert(interfaceId, uint256) in [
        erc721.ERC165, erc721.ERC721, erc721.ERC721_METADATA, ERC4906, ERC5192, ERC6454
    ]


@internal
@view
def _check_sender(peer: address):
    if msg.sender != peer:
        errors._not_system_contract(msg.sender)


@internal
def _transfer(sender: address, receiver: address, token_id: uint256):
    word: uint256 = erc721._check_transfer(sender, receiver, token_id)
    extcall IPurchaseManager(purchaseManager).beforePassTransfer(token_id, word)
    erc721._move(sender, receiver, token_id, packing._pass_with_owner(word, receiver))


@internal
def _log_update(token_id: uint256, lock_change: uint256):
    log IProductPass.MetadataUpdate(tokenId=token_id)
    if lock_change == LOCKED:
        log IProductPass.Locked(tokenId=token_id)
    elif lock_change == UNLOCKED:
        log IProductPass.Unlocked(tokenId=token_id)


@internal
@view
def _is_locked(token_id: uint256) -> bool:
    erc721._existing(token_id)
    return staticcall IPassLens(passLens).isLocked(token_id)


@internal
@view
def _end(token_id: uint256) -> uint256:
    erc721._existing(token_id)
    return staticcall IPassLens(passLens).expiresAt(token_id)
