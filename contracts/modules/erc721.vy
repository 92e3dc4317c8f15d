# pragma version ~=0.4.3
"""
@title erc721
@license Apache-2.0
@notice ERC-721 with one storage word a token: its owner in the low 160 bits, the rest for the contract.
@dev The contract adds what is its own: who mints and burns, `transferFrom` and `safeTransferFrom`
     (`_check_transfer`, its rules, `_update`, `_check_receiver`), the metadata, `supportsInterface`.
     Not enumerable: that would double the gas of a mint, and whoever needs lists reads `Transfer`.
     Nothing here is locked: when `onERC721Received` is called, everything is written.
"""
from ..interfaces import IERC721
from . import errors
from . import packing

# Interface ids as numbers: a constant of bytes4 takes 32 bytes of code each time, a number four.
ERC165: constant(uint256) = 33_540_519  # 0x01ffc9a7
ERC721: constant(uint256) = 2_158_778_573  # 0x80ac58cd
ERC721_METADATA: constant(uint256) = 1_532_892_063  # 0x5b5e139f

RECEIVED: constant(bytes32) = 0x150b7a0200000000000000000000000000000000000000000000000000000000

_words: HashMap[uint256, uint256]
_balances: HashMap[address, uint256]
_approvals: HashMap[uint256, address]
_operators: HashMap[address, HashMap[address, bool]]


@external
def approve(approved: address, tokenId: uint256):
    """
    @notice Lets one account move one token. Ends when the token changes hands.
    @dev The owner and his operators. An approval gives no other right.
    @param approved The account, or zero to take the approval back.
    @param tokenId The token.
    """
    owner: address = packing._pass_owner(self._existing(tokenId))
    if msg.sender != owner and not self._operators[owner][msg.sender]:
        errors._erc721_invalid_approver(msg.sender)
    self._approvals[tokenId] = approved
    log IERC721.Approval(owner=owner, approved=approved, tokenId=tokenId)


@external
def setApprovalForAll(operator: address, approved: bool):
    """
    @notice Lets an account move all tokens of the caller, now and later.
    @dev Anyone, for his own tokens.
    @param operator The account.
    @param approved False takes it back.
    """
    if operator == empty(address):
        errors._erc721_invalid_operator(operator)
    self._operators[msg.sender][operator] = approved
    log IERC721.ApprovalForAll(owner=msg.sender, operator=operator, approved=approved)


@external
@view
def balanceOf(owner: address) -> uint256:
    """
    @notice How many tokens an account has.
    @param owner The account, not zero.
    @return The number.
    """
    if owner == empty(address):
        errors._erc721_invalid_owner(owner)
    return self._balances[owner]


@external
@view
def ownerOf(tokenId: uint256) -> address:
    """
    @notice Who holds a token.
    @param tokenId The token; one that does not exist reverts.
    @return The holder.
    """
    return packing._pass_owner(self._existing(tokenId))


@external
@view
def getApproved(tokenId: uint256) -> address:
    """
    @notice Who may move this token beside its owner and his operators.
    @param tokenId The token; one that does not exist reverts.
    @return The account, or zero.
    """
    self._existing(tokenId)
    return self._approvals[tokenId]


@external
@view
def isApprovedForAll(owner: address, operator: address) -> bool:
    """
    @notice May `operator` move all tokens of `owner`?
    @param owner The account that gave the right.
    @param operator The account that got it.
    @return May he?
    """
    return self._operators[owner][operator]


@internal
@view
def _existing(token_id: uint256) -> uint256:
    """
    @notice The word of a token that exists.
    """
    word: uint256 = self._words[token_id]
    if word == 0:
        errors._erc721_nonexistent_token(token_id)
    return word


@internal
@view
def _check_transfer(sender: address, receiver: address, token_id: uint256) -> uint256:
    """
    @notice The word of the token, if the caller may move it from `sender` to `receiver`.
    """
    word: uint256 = self._existing(token_id)
    owner: address = packing._pass_owner(word)
    if sender != owner:
        errors._erc721_incorrect_owner(sender, token_id, owner)
    if receiver == empty(address):
        errors._erc721_invalid_receiver(receiver)
    if msg.sender != owner and not self._operators[owner][msg.sender]:
        if msg.sender != self._approvals[token_id]:
            errors._erc721_insufficient_approval(msg.sender, token_id)
    return word


@internal
def _mint(receiver: address, token_id: uint256, word: uint256):
    """
    @notice A new token; `word` names `receiver` as its owner. No callback: every account can receive it.
    """
    if receiver == empty(address):
        errors._erc721_invalid_receiver(receiver)
    self._balances[receiver] = unsafe_add(self._balances[receiver], 1)  # ids run out long before
    self._words[token_id] = word
    log IERC721.Transfer(sender=empty(address), receiver=receiver, tokenId=token_id)


@internal
def _move(sender: address, receiver: address, token_id: uint256, word: uint256):
    """
    @notice A token leaves `sender`; to nobody (`receiver` and `word` are 0) burns it.
    @dev The caller has checked that `sender` is the owner, so that his balance is not 0.
    """
    if self._approvals[token_id] != empty(address):
        self._approvals[token_id] = empty(address)
    self._balances[sender] = unsafe_sub(self._balances[sender], 1)
    if receiver != empty(address):
        self._balances[receiver] = unsafe_add(self._balances[receiver], 1)
    self._words[token_id] = word
    log IERC721.Transfer(sender=sender, receiver=receiver, tokenId=token_id)


@internal
def _check_receiver(sender: address, receiver: address, token_id: uint256, data: Bytes[1024]):
    """
    @notice Asks a contract whether it takes the token; the last step of a safe transfer.
    """
    if receiver.codesize != 0:
        success: bool = False
        answer: Bytes[32] = b""
        success, answer = raw_call(
            receiver,
            abi_encode(
                msg.sender,
                sender,
                token_id,
                data,
                method_id=method_id("onERC721Received(address,address,uint256,bytes)"),
            ),
            max_outsize=32,
            revert_on_failure=False,
        )
        if not success or convert(answer, bytes32) != RECEIVED:
            errors._erc721_invalid_receiver(receiver)
