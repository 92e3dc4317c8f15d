# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title PaymentEscrow
@license Apache-2.0
@author passmanager contributors
@notice Holds all money, one ledger row per (organization, token); buyers approve this contract for ERC-20s.
@dev Row (0, token) is the platform's fees. Token address(0) is the native coin. There is no owner, no
     sweep, no rescue and no way in but `collect`: coins or tokens that get here otherwise stay, unbooked.
     A token that shrinks by itself is short for all organizations that sell in it.

     Invariants of the ledger, for every token and at every moment, also inside a token's or receiver's call:
     L1 The rows of a token that moves what it says never exceed what the escrow holds of it: a row grows
        after the money has arrived and shrinks before it leaves, by no more and no less than what moves.
     L2 Row (org, token) = sum of PaymentReceived (amount - fee) less sum of PaidOut, and
        row (0, token) = sum of PaymentReceived (fee) less sum of PaidOut of organization 0.
     L3 A call changes the rows of one token only, and no row of an organization it does not name.
     L4 A row of an organization falls only by `withdraw` of its holder or `refund` of PurchaseManager.
@custom:kill None: withdrawals cannot be stopped. `PurchaseManager.pausePurchases` stops new sales.
"""
from .interfaces import IOrganizationNFT
from .interfaces import IPaymentEscrow
from .interfaces import IPurchaseManager
from .modules import errors
from .modules import tokens

implements: IPaymentEscrow

# Kinds of `PaidOut`; the numbers are part of the ABI.
WITHDRAWAL: constant(uint256) = 1
REFUND: constant(uint256) = 2
FEES: constant(uint256) = 3

PLATFORM: constant(uint256) = 0  # the organization id of the fee rows; real ones start at 1
# Prices and their sums stay far below; a row, even of a token that invents its balances, cannot overflow.
MAX_AMOUNT: constant(uint256) = 2**160 - 1

purchaseManager: public(immutable(address))
organizationNFT: public(immutable(address))

_rows: HashMap[uint256, HashMap[address, uint256]]  # organization, token


@deploy
def __init__(purchase_manager: address, organization_nft: address):
    purchaseManager = purchase_manager
    organizationNFT = organization_nft


# --- money in ------------------------------------------------------------------------------------


@external
@payable
def collect(orgId: uint256, token: address, payer: address, amount: uint256, fee: uint256):
    """
    @notice Takes a payment and books it: `fee` for the platform, the rest for the organization.
    @dev Only PurchaseManager, which says who pays. A token's refusal becomes InsufficientAllowance,
         InsufficientBalance, TokenHasNoCode or PaymentFailed; NotEnoughGas if none is left to find out which.
    @param orgId Whose row grows.
    @param token ERC-20, or address(0) for the native coin, of which exactly `amount` is sent along.
    @param payer From whom an ERC-20 is pulled.
    @param amount Gross, in the token's smallest unit.
    @param fee Part of `amount`, at most all of it.
    """
    self._check_manager()
    if amount > MAX_AMOUNT:
        errors._number_too_large(amount, MAX_AMOUNT)
    if token == empty(address):
        if msg.value != amount:
            errors._wrong_value(msg.value, amount)
    else:
        if msg.value != 0:
            errors._wrong_value(msg.value, 0)
        tokens._pull(token, payer, amount)
    self._rows[orgId][token] += amount - fee  # invariant: fee <= amount, PurchaseManager takes at most 5 %
    if fee != 0:
        self._rows[PLATFORM][token] += fee
    log IPaymentEscrow.PaymentReceived(orgId=orgId, token=token, payer=payer, amount=amount, fee=fee)


# --- money out -----------------------------------------------------------------------------------


@external
def refund(orgId: uint256, token: address, to: address, amount: uint256):
    """
    @notice Pays a customer back out of the organization's row.
    @dev Only PurchaseManager, which bounds the amount. Reverts as a whole if token or receiver refuses.
    @param orgId Whose row pays.
    @param token ERC-20, or address(0) for the native coin.
    @param to Who gets it.
    @param amount In the token's smallest unit.
    """
    self._check_manager()
    self._pay_out(orgId, token, to, amount, REFUND)


@external
def withdraw(organizationId: uint256, token: address, amount: uint256):
    """
    @notice Pays the organization's money to its holder, who calls.
    @dev Only the present holder of the organization NFT. Never stopped by the platform.
    @param organizationId Whose row pays; that of the fees (0) has no holder.
    @param token ERC-20, or address(0) for the native coin.
    @param amount In the token's smallest unit, more than 0.
    """
    if amount == 0:
        errors._zero_amount()
    if organizationId == PLATFORM:
        errors._no_such_organization(organizationId)
    if staticcall IOrganizationNFT(organizationNFT).ownerOf(organizationId) != msg.sender:
        errors._not_organization_holder(organizationId, msg.sender)
    self._pay_out(organizationId, token, msg.sender, amount, WITHDRAWAL)


@external
def withdrawFees(token: address, amount: uint256):
    """
    @notice Pays platform fees to their present recipient, who calls.
    @dev Only PurchaseManager's `feeRecipient()`.
    @param token ERC-20, or address(0) for the native coin.
    @param amount In the token's smallest unit, more than 0.
    """
    if amount == 0:
        errors._zero_amount()
    if staticcall IPurchaseManager(purchaseManager).feeRecipient() != msg.sender:
        errors._not_fee_recipient(msg.sender)
    self._pay_out(PLATFORM, token, msg.sender, amount, FEES)


# --- views ---------------------------------------------------------------------------------------


@external
@view
@reentrant
def orgBalance(organizationId: uint256, token: address) -> uint256:
    """
    @notice What an organization has here; organization 0 is the platform's fees.
    @dev Not locked: by L1 it is right also while a token or a receiver of coins is being called.
    @param organizationId Whose row.
    @param token ERC-20, or address(0) for the native coin.
    @return In the token's smallest unit.
    """
    return self._rows[organizationId][token]


@external
@view
@reentrant
def obstacle(token: address, payer: address, amount: uint256) -> (uint256, uint256):
    """
    @notice Why pulling `amount` from `payer` failed.
    @dev Anyone. Two reads of the token with exactly 30,000 gas each; reverts NotEnoughGas when there is less.
         What the token does not answer counts as sufficient.
    @param token ERC-20.
    @param payer Who was to pay.
    @param amount In the token's smallest unit.
    @return 8 the allowance is too small, 9 the balance is too small, 11 both suffice; and what there is of
            the one that is too small, else 0.
    """
    return tokens._obstacle(token, payer, self, amount)


# --- internals -----------------------------------------------------------------------------------


@internal
@view
def _check_manager():
    if msg.sender != purchaseManager:
        errors._not_system_contract(msg.sender)


@internal
def _pay_out(org_id: uint256, token: address, to: address, amount: uint256, kind: uint256):
    row: uint256 = self._rows[org_id][token]
    if row < amount:
        errors._insufficient_org_balance(row, amount)
    self._rows[org_id][token] = unsafe_sub(row, amount)  # just compared
    log IPaymentEscrow.PaidOut(orgId=org_id, token=token, to=to, amount=amount, kind=kind)
    tokens._push(token, to, amount)
