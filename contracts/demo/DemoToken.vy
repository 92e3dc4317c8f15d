# pragma version 0.4.3
"""
@title DemoToken
@license Apache-2.0
@author passmanager contributors
@notice An ordinary ERC-20 that anyone may mint, for the demo, the gas figures and local development.
@dev Worth nothing. Never sell for it on a public chain.
@custom:kill There is nothing to stop.
"""
from ethereum.ercs import IERC20

implements: IERC20

name: public(constant(String[16])) = "Demo Dollar"
symbol: public(constant(String[8])) = "DEMO"
decimals: public(constant(uint8)) = 6

totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


@external
def mint(to: address, amount: uint256):
    """
    @notice Makes `amount` for `to`.
    @param to Who gets it.
    @param amount In the smallest unit, a millionth.
    """
    self.totalSupply += amount
    self.balanceOf[to] += amount
    log IERC20.Transfer(sender=empty(address), receiver=to, value=amount)


@external
def approve(spender: address, amount: uint256) -> bool:
    """
    @notice Lets `spender` take up to `amount` from the caller.
    @param spender Who may take.
    @param amount In the smallest unit.
    @return True; it reverts otherwise.
    """
    self.allowance[msg.sender][spender] = amount
    log IERC20.Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@external
def transfer(to: address, amount: uint256) -> bool:
    """
    @notice Moves `amount` from the caller to `to`.
    @param to Who gets it.
    @param amount In the smallest unit.
    @return True; it reverts otherwise.
    """
    self._move(msg.sender, to, amount)
    return True


@external
def transferFrom(sender: address, to: address, amount: uint256) -> bool:
    """
    @notice Moves `amount` from `sender`, who allowed it to the caller.
    @param sender Who pays.
    @param to Who gets it.
    @param amount In the smallest unit.
    @return True; it reverts otherwise.
    """
    self.allowance[sender][msg.sender] -= amount
    self._move(sender, to, amount)
    return True


@internal
def _move(sender: address, to: address, amount: uint256):
    self.balanceOf[sender] -= amount
    self.balanceOf[to] += amount
    log IERC20.Transfer(sender=sender, receiver=to, value=amount)
