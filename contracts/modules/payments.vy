# pragma version ~=0.4.3
"""
@title payments
@license Apache-2.0
@notice Collecting, through PaymentEscrow, and giving back what was sent too much.
@dev No money stays here between calls.
"""
from ..interfaces import IPaymentEscrow
from . import errors
from . import peers
from . import platform

uses: peers
uses: platform

@internal
@payable
def _collect(org_id: uint256, token: address, payer: address, amount: uint256):
    if amount != 0:
        needed: uint256 = amount if token == empty(address) else 0
        extcall IPaymentEscrow(peers.paymentEscrow).collect(
            org_id,
            token,
            payer,
            amount,
            platform._fee(amount),
            value=needed,
            skip_contract_check=True,
        )


@internal
@payable
def _settle(org_id: uint256, token: address, payer: address, amount: uint256, sent: uint256):
    """
    @notice Collects; in the native coin the value sent is a ceiling, and the rest returns.
    """
    self._collect_checked(org_id, token, payer, amount, sent)
    if token == empty(address):
        self._give_back(sent - amount)


@internal
@payable
def _collect_checked(
    org_id: uint256, token: address, payer: address, amount: uint256, sent: uint256
):
    if token == empty(address):
        if sent < amount:
            errors._value_too_low(sent, amount)
    elif sent != 0:
        errors._wrong_value(sent, 0)
    self._collect(org_id, token, payer, amount)


@internal
@payable
def _give_back(rest: uint256):
    if rest != 0:
        if not raw_call(msg.sender, b"", value=rest, revert_on_failure=False):
            errors._payment_failed(empty(address))
