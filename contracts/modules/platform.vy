# pragma version ~=0.4.3
"""
@title platform
@license Apache-2.0
@notice What the platform owner can do, which is all he can do: pause new purchases, and announce a fee of at
        most 5 % that acts a week later (rules in docs/spec/contracts.md).
@dev The head word is read once a purchase: 0-63 pass supply | 64 paused | 65-78 fee, basis points |
     79-92 next fee | 93-132 when the next fee acts, unix seconds.
"""
from ..interfaces import IPurchaseManager
from . import errors
from . import packing

head: uint256
recipient: address
next_recipient: address

owner: public(address)
pendingOwner: public(address)

PAUSED: constant(uint256) = 1 << 64
MAX_FEE_BPS: constant(uint256) = 500
NOTICE: constant(uint256) = 7 * 86_400


@deploy
def __init__(owner_: address):
    if owner_ == empty(address):
        errors._zero_address()
    self.owner = owner_
    log IPurchaseManager.OwnershipTransferred(previousOwner=empty(address), newOwner=owner_)


@external
def pausePurchases():
    """
    @notice Stops new purchases, additional ones and airdrops. All else goes on: renewals, restarts, changes,
            cancelling, usage, refunds and withdrawals.
    @dev Platform owner. Emits PurchasesPausedSet.
    """
    self._check_owner()
    self.head |= PAUSED
    log IPurchaseManager.PurchasesPausedSet(paused=True)


@external
def unpausePurchases():
    """
    @notice Allows new purchases again.
    @dev Platform owner. Emits PurchasesPausedSet.
    """
    self._check_owner()
    self.head &= ~PAUSED
    log IPurchaseManager.PurchasesPausedSet(paused=False)


@external
def announceFee(bps: uint256, recipient: address):
    """
    @notice Announces the fee that is taken from merchants' receipts, and who may withdraw it. Both act seven
            days later, a lower fee too; announcing again starts the wait again.
    @dev Platform owner. Emits FeeAnnounced.
    @param bps Basis points of 10,000, at most 500.
    @param recipient Who may withdraw fees; not the zero address.
    """
    self._check_owner()
    if bps > MAX_FEE_BPS:
        errors._fee_too_high(bps, MAX_FEE_BPS)
    if recipient == empty(address):
        errors._zero_address()
    word: uint256 = self.head
    present: uint256 = self._bps(word)
    self.recipient = self._recipient(word)
    self.next_recipient = recipient
    from_: uint256 = block.timestamp + NOTICE
    self.head = (word & (2**65 - 1)) | (present << 65) | (bps << 79) | (from_ << 93)
    log IPurchaseManager.FeeAnnounced(bps=bps, recipient=recipient, actsFrom=from_)


@external
def transferOwnership(newOwner: address):
    """
    @notice Names the next platform owner, who must accept. Naming the zero address takes it back; the
            ownership cannot be given up.
    @dev Platform owner. Emits OwnershipTransferStarted.
    @param newOwner Next owner.
    """
    self._check_owner()
    self.pendingOwner = newOwner
    log IPurchaseManager.OwnershipTransferStarted(previousOwner=self.owner, newOwner=newOwner)


@external
def acceptOwnership():
    """
    @notice The named next owner takes over.
    @dev Pending owner. Emits OwnershipTransferred.
    """
    if msg.sender != self.pendingOwner:
        errors._not_pending_owner(msg.sender)
    log IPurchaseManager.OwnershipTransferred(previousOwner=self.owner, newOwner=msg.sender)
    self.owner = msg.sender
    self.pendingOwner = empty(address)


@external
@view
def passSupply() -> uint256:
    """
    @notice Number of passes ever minted; ids count from 1.
    @return The number.
    """
    return self.head & packing.MASK_64


@external
@view
def purchasesPaused() -> bool:
    """
    @notice Are new purchases stopped?
    @return Are they?
    """
    return self.head & PAUSED != 0


@external
@view
def feeBps() -> uint256:
    """
    @notice The fee that acts now, basis points of 10,000.
    @return Basis points.
    """
    return self._bps(self.head)


@external
@view
def feeRecipient() -> address:
    """
    @notice Who may withdraw fees now.
    @return His address; zero before the first fee acts.
    """
    return self._recipient(self.head)


@external
@view
def pendingFee() -> (uint256, address, uint256):
    """
    @notice The fee announced last: basis points, recipient, and from when they act (unix seconds).
    @return The three, in this order.
    """
    word: uint256 = self.head
    return (word >> 79) & packing.MASK_14, self.next_recipient, word >> 93


@internal
@view
def _check_owner():
    if msg.sender != self.owner:
        errors._not_platform_owner(msg.sender)


@internal
@view
def _bps(word: uint256) -> uint256:
    if block.timestamp < word >> 93:
        return (word >> 65) & packing.MASK_14
    return (word >> 79) & packing.MASK_14


@internal
@view
def _recipient(word: uint256) -> address:
    return self.recipient if block.timestamp < word >> 93 else self.next_recipient


@internal
@view
def _fee(amount: uint256) -> uint256:
    """
    @notice The platform's part of `amount`, rounded down.
    """
    return amount * self._bps(self.head) // 10_000
