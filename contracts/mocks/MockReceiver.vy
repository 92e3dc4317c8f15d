# pragma version 0.4.3
"""
@title MockReceiver
@license Apache-2.0
@notice A contract wallet for tests that acts as told and refuses or abuses the native coin it gets.
"""

# What it does with native coin (`mode`); the numbers are those of tests/support/bad_tokens.py.
ACCEPTS: constant(uint256) = 0
REFUSES: constant(uint256) = 1
BURNS_ALL_GAS: constant(uint256) = 2
REENTERS: constant(uint256) = 3  # calls `target`, then accepts

mode: public(uint256)
target: public(address)
payload: public(Bytes[2048])
calls: public(uint256)  # made to `target`
succeeded: public(uint256)  # of these
returned: public(Bytes[32])  # by the last of these
executed: public(uint256)


@external
def behave(mode: uint256):
    """
    @notice From now on like this.
    @param mode What it does with native coin.
    """
    self.mode = mode


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
@payable
def execute(to: address, data: Bytes[4096]):
    """
    @notice Calls `to` as this wallet, with the coin sent along; its revert becomes this one's.
    @dev Anyone.
    @param to Whom.
    @param data With what.
    """
    self.executed += 1
    raw_call(to, data, value=msg.value)


@external
@payable
def __default__():
    if self.mode == REFUSES:
        raise "MockReceiver: no"
    if self.mode == BURNS_ALL_GAS:
        raise UNREACHABLE  # INVALID takes all gas
    if self.mode == REENTERS:
        success: bool = False
        returned: Bytes[32] = b""
        success, returned = raw_call(self.target, self.payload, max_outsize=32, revert_on_failure=False)
        self.calls += 1
        self.succeeded += 1 if success else 0
        self.returned = returned
