# pragma version 0.4.3
"""
@title MockToken
@license Apache-2.0
@notice A plain, well-behaved ERC-20 for tests; anyone mints.
@dev Nothing but the standard, so that gas is that of an ordinary token: no infinite allowance, no lock.
"""
from ethereum.ercs import IERC20

implements: IERC20


totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


@external
def mint(to: address, amount: uint256):
    """
    @notice Makes `amount` new units.
    @dev Anyone.
    @param to Who gets them.
    @param amount In the token's smallest unit.
    """
    self.totalSupply += amount
    self.balanceOf[to] += amount
    log IERC20.Transfer(sender=empty(address), receiver=to, value=amount)


@external
def approve(spender: address, amount: uint256) -> bool:
    """
    @notice Lets `spender` take up to `amount` from the caller.
    @dev Anyone, for himself; replaces the former allowance.
    @param spender Who may take.
    @param amount In the token's smallest unit.
    @return True.
    """
    self.allowance[msg.sender][spender] = amount
    log IERC20.Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@external
def transfer(to: address, amount: uint256) -> bool:
    """
    @notice Moves `amount` from the caller.
    @dev Reverts (empty) when the balance is too small.
    @param to Who gets it.
    @param amount In the token's smallest unit.
    @return True.
    """
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[to] += amount
    log IERC20.Transfer(sender=msg.sender, receiver=to, value=amount)
    return True


@external
def transferFrom(sender: address, to: address, amount: uint256) -> bool:
    """
    @notice Moves `amount` from `sender` by the caller's allowance.
    @dev Reverts (empty) when balance or allowance is too small.
    @param sender Who pays.
    @param to Who gets it.
    @param amount In the token's smallest unit.
    @return True.
    """
    self.allowance[sender][msg.sender] -= amount
    self.balanceOf[sender] -= amount
    self.balanceOf[to] += amount
    log IERC20.Transfer(sender=sender, receiver=to, value=amount)
    return True


@external
@pure
def name() -> String[32]:
    """
    @notice Name of the token.
    @return "Mock Dollar".
    """
    return "Mock Dollar"


@external
@pure
def symbol() -> String[8]:
    """
    @notice Short name of the token.
    @return "MUSD".
    """
    return "MUSD"


@external
@pure
def decimals() -> uint8:
    """
    @notice Decimal places shown to people.
    @return 6.
    """
    return 6
