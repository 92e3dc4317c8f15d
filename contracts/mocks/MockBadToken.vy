# pragma version 0.4.3
"""
@title MockBadToken
@license Apache-2.0
@notice An ERC-20 that misbehaves in the way it is told, for tests; anyone mints and tells.
@dev One mode at a time, for `transfer` and `transferFrom` alike; reads have their own modes.
"""

# How it moves (`mode`); the numbers are those of tests/support/bad_tokens.py.
GOOD: constant(uint256) = 0
NO_ANSWER: constant(uint256) = 1  # moves, returns nothing, like USDT
SAYS_FALSE: constant(uint256) = 2  # moves nothing, returns false
MOVES_SAYS_FALSE: constant(uint256) = 3
SAYS_TWO: constant(uint256) = 4  # moves, returns a word that is no boolean
SHORT_ANSWER: constant(uint256) = 5  # moves, returns one byte
LONG_ANSWER: constant(uint256) = 6  # moves, returns true and a word more
FEE_ON_TRANSFER: constant(uint256) = 7  # 1 % of the amount is lost on the way
EXTRA_FROM_SENDER: constant(uint256) = 8  # 1 % on top leaves the sender
ARRIVES_MORE: constant(uint256) = 9  # 1 % on top reaches the receiver
BACKWARDS: constant(uint256) = 10  # moves from the receiver to the sender
MOVES_NOTHING: constant(uint256) = 11  # returns true
REVERTS: constant(uint256) = 12
BURNS_ALL_GAS: constant(uint256) = 13
BURNS_SOME_GAS: constant(uint256) = 14  # `burn` units, then moves
REENTERS: constant(uint256) = 15  # calls `target`, then moves

# How it answers `balanceOf` and `allowance` (`reads`).
READS_WELL: constant(uint256) = 0
READS_FIXED: constant(uint256) = 1  # `answer`, whoever asks
READS_REVERT: constant(uint256) = 2
READS_SHORT: constant(uint256) = 3
READS_BURN: constant(uint256) = 4  # all gas
READS_COSTLY: constant(uint256) = 5  # `burn` units, then the truth

mode: public(uint256)
reads: public(uint256)
answer: public(uint256)
burn: public(uint256)

target: public(address)
payload: public(Bytes[2048])
calls: public(uint256)  # made to `target`
succeeded: public(uint256)  # of these
returned: public(Bytes[32])  # by the last of these

balances: public(HashMap[address, uint256])  # the truth
allowances: public(HashMap[address, HashMap[address, uint256]])


# --- how it behaves ------------------------------------------------------------------------------


@external
def behave(mode: uint256, reads: uint256, answer: uint256, burn: uint256):
    """
    @notice From now on like this.
    @param mode How it moves.
    @param reads How it answers.
    @param answer What READS_FIXED says.
    @param burn Gas of BURNS_SOME_GAS and READS_COSTLY.
    """
    self.mode = mode
    self.reads = reads
    self.answer = answer
    self.burn = burn


@external
def callBack(target: address, payload: Bytes[2048]):
    """
    @notice What REENTERS calls.
    @param target Whom.
    @param payload With what.
    """
    self.target = target
    self.payload = payload


@external
def mint(to: address, amount: uint256):
    """
    @notice Makes `amount` new units.
    @param to Who gets them.
    @param amount In the token's smallest unit.
    """
    self.balances[to] += amount


# --- ERC-20 --------------------------------------------------------------------------------------


@external
def approve(spender: address, amount: uint256) -> bool:
    """
    @notice Lets `spender` take up to `amount` from the caller.
    @param spender Who may take.
    @param amount In the token's smallest unit.
    @return True.
    """
    self.allowances[msg.sender][spender] = amount
    return True


@external
@raw_return
def transfer(to: address, amount: uint256) -> Bytes[64]:
    """
    @notice Moves by the mode.
    @param to Who gets it.
    @param amount In the token's smallest unit.
    @return By the mode.
    """
    return self._move(msg.sender, to, amount)


@external
@raw_return
def transferFrom(sender: address, to: address, amount: uint256) -> Bytes[64]:
    """
    @notice Moves by the mode, with an allowance.
    @param sender Who pays.
    @param to Who gets it.
    @param amount In the token's smallest unit.
    @return By the mode.
    """
    if self.mode != SAYS_FALSE and self.mode != MOVES_NOTHING:
        self.allowances[sender][msg.sender] -= amount
    return self._move(sender, to, amount)


@external
@view
@raw_return
def balanceOf(account: address) -> Bytes[32]:
    """
    @notice By `reads`.
    @param account Whose.
    @return By `reads`.
    """
    return self._read(self.balances[account])


@external
@view
@raw_return
def allowance(holder: address, spender: address) -> Bytes[32]:
    """
    @notice By `reads`.
    @param holder Whose.
    @param spender Who may take.
    @return By `reads`.
    """
    return self._read(self.allowances[holder][spender])


# --- internals -----------------------------------------------------------------------------------


@internal
def _move(sender: address, to: address, amount: uint256) -> Bytes[64]:
    mode: uint256 = self.mode
    self._before_move(mode)
    if mode == BACKWARDS:
        self.balances[to] -= amount
        self.balances[sender] += amount
    elif mode != SAYS_FALSE and mode != MOVES_NOTHING:
        percent: uint256 = amount // 100
        self.balances[sender] -= amount + (percent if mode == EXTRA_FROM_SENDER else 0)
        arrives: uint256 = amount - (percent if mode == FEE_ON_TRANSFER else 0)
        self.balances[to] += arrives + (percent if mode == ARRIVES_MORE else 0)
    return self._answer(mode)


@internal
def _before_move(mode: uint256):
    if mode == REVERTS:
        raise "MockBadToken: no"
    if mode == BURNS_ALL_GAS:
        raise UNREACHABLE  # INVALID takes all gas
    if mode == BURNS_SOME_GAS:
        self._burn(self.burn)
    if mode == REENTERS:
        success: bool = False
        returned: Bytes[32] = b""
        success, returned = raw_call(self.target, self.payload, max_outsize=32, revert_on_failure=False)
        self.calls += 1
        self.succeeded += 1 if success else 0
        self.returned = returned


@internal
@pure
def _answer(mode: uint256) -> Bytes[64]:
    if mode == NO_ANSWER:
        return b""
    if mode == SAYS_FALSE or mode == MOVES_SAYS_FALSE:
        return abi_encode(False)
    if mode == SAYS_TWO:
        return abi_encode(convert(2, uint256))
    if mode == SHORT_ANSWER:
        return b"\x01"
    if mode == LONG_ANSWER:
        return abi_encode(True, convert(7, uint256))
    return abi_encode(True)


@internal
@view
def _read(truth: uint256) -> Bytes[32]:
    if self.reads == READS_FIXED:
        return abi_encode(self.answer)
    if self.reads == READS_REVERT:
        raise "MockBadToken: not telling"
    if self.reads == READS_SHORT:
        return b"\x01"
    if self.reads == READS_BURN:
        raise UNREACHABLE  # INVALID takes all gas
    if self.reads == READS_COSTLY:
        self._burn(self.burn)
    return abi_encode(truth)


@internal
@view
def _burn(amount: uint256):
    start: uint256 = msg.gas
    for _: uint256 in range(max_value(uint256)):
        if start - msg.gas >= amount:
            break
