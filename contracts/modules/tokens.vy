# pragma version ~=0.4.3
"""
@title tokens
@license Apache-2.0
@notice Money in and out of the contract that uses this module, where no token and no receiver is trusted.
@dev Stateless; `self` is the importing contract. Token address(0) is the native coin.
     Tokens are called by `raw_call` only: at most 32 bytes of an answer are ever copied, a revert of the
     token never becomes ours, and no return value (as USDT has it) counts as yes, because what arrived or
     left is measured. The caller holds its reentrancy lock over `_pull` and `_push`.
"""
from . import errors

READ_GAS: constant(uint256) = 30_000  # for each answer of a token in `_obstacle`, no more and no less
# What must be left before such a read: a call passes on 63/64, and 4,000 covers a cold token and the encoding.
READ_GAS_NEEDED: constant(uint256) = READ_GAS + READ_GAS // 63 + 4_000

# Values of `reason`; those of `renewSubscriptions`.
ALLOWANCE_TOO_SMALL: constant(uint256) = 8
BALANCE_TOO_SMALL: constant(uint256) = 9
TOKEN_FAILED: constant(uint256) = 11


@internal
def _pull(token: address, payer: address, amount: uint256):
    """
    @notice Takes `amount` of an ERC-20 from `payer`. More arriving is ignored, less is refused.
    """
    before: uint256 = self._own_balance(token)
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        token,
        abi_encode(payer, self, amount, method_id=method_id("transferFrom(address,address,uint256)")),
        max_outsize=32,
        revert_on_failure=False,
    )
    if not success or not self._means_yes(answer):
        self._refuse(token, payer, amount)
    after: uint256 = self._own_balance(token)
    if after < before or unsafe_sub(after, before) < amount:
        errors._payment_failed(token)


@internal
def _push(token: address, to: address, amount: uint256):
    """
    @notice Pays `amount` to `to`; the own balance of a token must fall by exactly that.
    @dev A token that took more would take it from the other rows. Native coin: the receiver may run any
         code with all gas, its answer is not copied.
    """
    if token == empty(address):
        if not raw_call(to, b"", value=amount, revert_on_failure=False):
            errors._payment_failed(token)
        return
    before: uint256 = self._own_balance(token)
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        token,
        abi_encode(to, amount, method_id=method_id("transfer(address,uint256)")),
        max_outsize=32,
        revert_on_failure=False,
    )
    if not success or not self._means_yes(answer):
        errors._payment_failed(token)
    after: uint256 = self._own_balance(token)
    if after > before or unsafe_sub(before, after) != amount:
        errors._payment_failed(token)


@internal
@view
def _obstacle(token: address, payer: address, spender: address, amount: uint256) -> (uint256, uint256):
    """
    @notice Why a payment cannot work: (8, allowance), (9, balance), or (11, 0) when both suffice.
    @dev An answer that cannot be read counts as sufficient: then it is the token that fails. With too
         little gas for a fair read this reverts, so the answer never depends on the caller's gas.
    """
    readable: bool = False
    have: uint256 = 0
    readable, have = self._read(
        token, abi_encode(payer, spender, method_id=method_id("allowance(address,address)"))
    )
    if readable and have < amount:
        return ALLOWANCE_TOO_SMALL, have
    readable, have = self._read(token, abi_encode(payer, method_id=method_id("balanceOf(address)")))
    if readable and have < amount:
        return BALANCE_TOO_SMALL, have
    return TOKEN_FAILED, 0


@internal
@view
def _read(token: address, question: Bytes[68]) -> (bool, uint256):
    if msg.gas < READ_GAS_NEEDED:
        errors._not_enough_gas(msg.gas, READ_GAS_NEEDED)
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        token, question, max_outsize=32, gas=READ_GAS, is_static_call=True, revert_on_failure=False
    )
    if not success or len(answer) != 32:
        return False, 0
    return True, convert(answer, uint256)


@internal
@view
def _refuse(token: address, payer: address, amount: uint256):
    """
    @notice Reverts with the reason why `amount` could not be taken.
    """
    reason: uint256 = 0
    have: uint256 = 0
    reason, have = self._obstacle(token, payer, self, amount)
    if reason == ALLOWANCE_TOO_SMALL:
        errors._insufficient_allowance(have, amount)
    if reason == BALANCE_TOO_SMALL:
        errors._insufficient_balance(have, amount)
    errors._payment_failed(token)


@internal
@view
def _own_balance(token: address) -> uint256:
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        token,
        abi_encode(self, method_id=method_id("balanceOf(address)")),
        max_outsize=32,
        is_static_call=True,
        revert_on_failure=False,
    )
    if not success or len(answer) != 32:
        if not token.is_contract:
            errors._token_has_no_code(token)
        errors._payment_failed(token)
    return convert(answer, uint256)


@internal
@pure
def _means_yes(answer: Bytes[32]) -> bool:
    """
    @notice True, or no answer at all; anything else is no.
    """
    if len(answer) == 32:
        return convert(answer, uint256) == 1
    return len(answer) == 0
