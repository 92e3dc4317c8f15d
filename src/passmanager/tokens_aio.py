"""ERC-20s on a node: what they are called, who has them, and their approvals and transfers."""

from passmanager.contracts_aio import AsyncShell
from passmanager.core import erc20
from passmanager.models import DEFAULT_OPTIONS, Receipt, TxOptions
from passmanager.specs import Amount, Currency, base_units
from passmanager.units import Address, BlockId


class AsyncToken:
    """One ERC-20. Its texts are its maker's, and may be any."""

    def __init__(self, shell: AsyncShell, address: Address) -> None:
        """The token at `address`, that `shell` reads and sends to."""
        self._shell = shell
        self.address = address

    async def name(self, *, block: BlockId = "latest") -> str:
        """Its name."""
        return await self._shell.read(erc20.name(self.address), block=block)

    async def symbol(self, *, block: BlockId = "latest") -> str:
        """Its short name."""
        return await self._shell.read(erc20.symbol(self.address), block=block)

    async def decimals(self, *, block: BlockId = "latest") -> int:
        """Decimals of its amounts.

        Raises:
            Reverted: It does not tell.
            UnexpectedAnswer: The same.
        """
        return await self._shell.read(erc20.decimals(self.address), block=block)

    async def currency(self) -> Currency:
        """What prices in `Decimal` need: the token and its decimals.

        Raises:
            Reverted: It does not tell its decimals.
            UnexpectedAnswer: The same.
        """
        return Currency(self.address, await self.decimals())

    async def total_supply(self, *, block: BlockId = "latest") -> int:
        """How much of it there is, in the smallest unit."""
        return await self._shell.read(erc20.total_supply(self.address), block=block)

    async def balance_of(self, owner: Address, *, block: BlockId = "latest") -> int:
        """What a wallet has, in the smallest unit."""
        return await self._shell.read(erc20.balance_of(self.address, owner), block=block)

    async def allowance(self, owner: Address, spender: Address, *, block: BlockId = "latest") -> int:
        """What `spender` may take from `owner`, in the smallest unit."""
        return await self._shell.read(erc20.allowance(self.address, owner, spender), block=block)

    async def approve(self, spender: Address, amount: Amount, *, tx: TxOptions = DEFAULT_OPTIONS) -> Receipt[None]:
        """Lets `spender` take up to `amount` from the client's wallet.

        Raises:
            BadAmount: A float, or more decimals than the token has.
            PassManagerError: As in `send`.
        """
        return await self._shell.send(erc20.approve(self.address, spender, await self._units(amount)), tx=tx)

    async def transfer(self, to: Address, amount: Amount, *, tx: TxOptions = DEFAULT_OPTIONS) -> Receipt[None]:
        """Gives `amount` of the client's wallet to `to`.

        Raises:
            BadAmount: A float, or more decimals than the token has.
            PassManagerError: As in `send`.
        """
        return await self._shell.send(erc20.transfer(self.address, to, await self._units(amount)), tx=tx)

    async def transfer_from(
        self, owner: Address, to: Address, amount: Amount, *, tx: TxOptions = DEFAULT_OPTIONS
    ) -> Receipt[None]:
        """Gives `amount` of what `owner` allowed the client's wallet to `to`.

        Raises:
            BadAmount: A float, or more decimals than the token has.
            PassManagerError: As in `send`.
        """
        call = erc20.transfer_from(self.address, owner, to, await self._units(amount))
        return await self._shell.send(call, tx=tx)

    async def _units(self, amount: Amount) -> int:
        """A whole number is in the smallest unit; only a Decimal needs to ask for the decimals."""
        return base_units(amount, None if type(amount) is int else await self.currency())
