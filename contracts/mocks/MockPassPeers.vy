# pragma version 0.4.3
"""
@title MockPassPeers
@license Apache-2.0
@notice Plays PurchaseManager and PassLens for the tests of the two NFTs: answers as told.
"""
from ..interfaces import IERC721
from ..modules import errors

locked: HashMap[uint256, bool]

# What `beforePassTransfer` was called with, and who was the owner at that moment.
hookCalls: public(uint256)
hookPassId: public(uint256)
hookWord: public(uint256)
hookOwner: public(address)


@external
def setLocked(productPassId: uint256, locked: bool):
    """
    @notice From now on so.
    @param productPassId The pass.
    @param locked May it not move?
    """
    self.locked[productPassId] = locked


@external
def beforePassTransfer(productPassId: uint256, word: uint256):
    """
    @notice As PurchaseManager: refuses a locked pass.
    @param productPassId The pass.
    @param word Its word.
    """
    if self.locked[productPassId]:
        errors._pass_locked(productPassId, 7)
    self.hookCalls += 1
    self.hookPassId = productPassId
    self.hookWord = word
    self.hookOwner = staticcall IERC721(msg.sender).ownerOf(productPassId)


@external
@view
def isLocked(productPassId: uint256) -> bool:
    """
    @notice As PassLens.
    @param productPassId The pass.
    @return As set.
    """
    return self.locked[productPassId]


@external
@pure
def passURI(productPassId: uint256) -> String[65536]:
    """
    @notice As PassLens.
    @param productPassId The pass.
    @return Tells them apart.
    """
    return concat("data:pass,", uint2str(productPassId))


@external
@pure
def orgURI(orgId: uint256) -> String[8192]:
    """
    @notice As PassLens.
    @param orgId The organization.
    @return Tells them apart.
    """
    return concat("data:org,", uint2str(orgId))


@external
@pure
def startTime(productPassId: uint256) -> uint256:
    """
    @notice As PassLens.
    @param productPassId The pass.
    @return 1,000 and the id.
    """
    return 1_000 + productPassId


@external
@pure
def expiresAt(productPassId: uint256) -> uint256:
    """
    @notice As PassLens.
    @param productPassId The pass.
    @return 2,000 and the id.
    """
    return 2_000 + productPassId


@external
@pure
def isExpired(productPassId: uint256) -> bool:
    """
    @notice As PassLens.
    @param productPassId The pass.
    @return True for even ids.
    """
    return productPassId % 2 == 0


@external
@pure
def isPassRenewable(productPassId: uint256) -> bool:
    """
    @notice As PassLens.
    @param productPassId The pass.
    @return True for odd ids.
    """
    return productPassId % 2 == 1
