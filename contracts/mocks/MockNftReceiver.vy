# pragma version 0.4.3
"""
@title MockNftReceiver
@license Apache-2.0
@notice A contract that is asked whether it takes an ERC-721 token, and answers or misbehaves as told.
"""
from ..interfaces import IERC721

# Modes
ACCEPTS: constant(uint256) = 0
ANSWERS_WRONG: constant(uint256) = 1
REVERTS: constant(uint256) = 2
REENTERS: constant(uint256) = 3  # calls `target` with `payload`, then accepts
REVERTS_WITH_YES: constant(uint256) = 4  # with the magic value as its reason

mode: public(uint256)
target: public(address)
payload: public(Bytes[2048])

operator: public(address)
sender: public(address)
tokenId: public(uint256)
data: public(Bytes[1024])
ownerSeen: public(address)
reentrySucceeded: public(bool)


@external
def behave(mode: uint256, target: address = empty(address), payload: Bytes[2048] = b""):
    """
    @notice From now on like this.
    @param mode One of the modes above.
    @param target For REENTERS.
    @param payload For REENTERS.
    """
    self.mode = mode
    self.target = target
    self.payload = payload


@external
def onERC721Received(
    operator: address, sender: address, tokenId: uint256, data: Bytes[1024]
) -> bytes4:
    """
    @notice ERC-721. Notes what it got, and who was the owner at that moment.
    @param operator Who called.
    @param sender Who was the owner.
    @param tokenId The token.
    @param data From the caller.
    @return The magic value, if it is in the mood.
    """
    if self.mode == REVERTS:
        raise "MockNftReceiver: no"
    if self.mode == REVERTS_WITH_YES:
        raw_revert(abi_encode(convert(0x150b7a02, bytes32)))
    if self.mode == ANSWERS_WRONG:
        return 0xdeadbeef
    self.operator = operator
    self.sender = sender
    self.tokenId = tokenId
    self.data = data
    self.ownerSeen = staticcall IERC721(msg.sender).ownerOf(tokenId)
    if self.mode == REENTERS:
        self.reentrySucceeded = raw_call(self.target, self.payload, revert_on_failure=False)
    return 0x150b7a02
