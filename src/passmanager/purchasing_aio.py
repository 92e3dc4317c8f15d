"""Purchases as a person makes them: quoted, checked, approved, simulated, sent, and read from the receipt."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar, Unpack

from passmanager.abi.structs import Quote
from passmanager.core import erc20
from passmanager.core.affording import check_native, check_price, check_tokens
from passmanager.core.calls import Call
from passmanager.core.purchases import (
    BuyOptions,
    Line,
    MoreOptions,
    Order,
    Plan,
    Purchased,
    Step,
    approval,
    checkout_step,
)
from passmanager.core.transactions import Transaction
from passmanager.errors import NoSigner, Reverted
from passmanager.models import DEFAULT_OPTIONS, Contracts, Receipt, TxOptions
from passmanager.node_aio import AsyncNode
from passmanager.signers import Signer, UnsignedSigner
from passmanager.units import NATIVE, Address, BlockId

T = TypeVar("T")


class AsyncBuyer(Protocol):
    """What reads and sends: the client."""

    node: AsyncNode
    contracts: Contracts
    signer: Signer | None

    async def read(self, call: Call[T], *, block: BlockId = "latest") -> T:
        """The answer of a view."""
        ...

    async def read_many(self, calls: Sequence[Call[T]], *, block: BlockId = "latest") -> list[T]:
        """The answers of several views of one block."""
        ...

    async def simulate(self, call: Call[T], *, block: BlockId = "latest") -> T:
        """What a transaction would return."""
        ...

    async def send(self, call: Call[T], *, tx: TxOptions = DEFAULT_OPTIONS) -> Receipt[T]:
        """Simulates, signs, sends and waits."""
        ...

    async def build(self, call: Call[Any], *, tx: TxOptions = DEFAULT_OPTIONS, estimate: bool = True) -> Transaction:
        """The transaction that `send` would sign."""
        ...


class AsyncPurchases:
    """Buys, on behalf of the client's wallet; `build_...` gives the same as unsigned steps."""

    def __init__(self, client: AsyncBuyer) -> None:
        """Purchases that `client` reads and sends."""
        self._client = client

    async def quote(
        self,
        lines: Sequence[Line],
        organization_id: int,
        *,
        payer: Address | None = None,
        **options: Unpack[BuyOptions],
    ) -> Quote:
        """What a new pass with these lines would cost now, line by line; refused as the purchase would be.

        Nobody's balance or allowance is looked at.

        Args:
            lines: What to buy.
            organization_id: Who sells it.
            payer: Who would buy; by default the client's wallet.
            options: See `BuyOptions`.

        Raises:
            AmountAboveMax: It costs more than `max_amount`.
            ContractError: The contract would refuse; the subclass says why.
        """
        return await self._quote(Order(lines=lines, organization_id=organization_id, **options), payer)

    async def quote_more(
        self, pass_id: int, lines: Sequence[Line], *, payer: Address | None = None, **options: Unpack[MoreOptions]
    ) -> Quote:
        """What further products for a pass would cost now, line by line.

        Args:
            pass_id: The pass.
            lines: What to buy.
            payer: Who would buy; by default the client's wallet.
            options: See `MoreOptions`.

        Raises:
            PassManagerError: As in `quote`.
        """
        return await self._quote(Order(lines=lines, pass_id=pass_id, **options), payer)

    async def buy(
        self,
        lines: Sequence[Line],
        organization_id: int,
        *,
        tx: TxOptions = DEFAULT_OPTIONS,
        **options: Unpack[BuyOptions],
    ) -> Purchased:
        """Buys a new pass with these lines, for the price of now and no more.

        Args:
            lines: What to buy; all lines of one cart are priced in one token.
            organization_id: Who sells it.
            tx: Fees and waiting; `dry_run` sends nothing.
            options: See `BuyOptions`. Without `approve` an allowance has to be there.

        Raises:
            AmountAboveMax: It costs more than `max_amount`.
            InsufficientBalance: The wallet has too little of the token.
            InsufficientAllowance: PaymentEscrow may not take enough, and `approve` is not given.
            InsufficientFunds: The wallet has too little of the native coin.
            ContractError: The contract refuses; the subclass says why.
            TransactionError: A transaction was not mined, or failed.
        """
        return await self._do(Order(lines=lines, organization_id=organization_id, **options), tx)

    async def buy_more(
        self, pass_id: int, lines: Sequence[Line], *, tx: TxOptions = DEFAULT_OPTIONS, **options: Unpack[MoreOptions]
    ) -> Purchased:
        """Buys further products for a pass of the wallet.

        Args:
            pass_id: The pass.
            lines: What to buy.
            tx: Fees and waiting; `dry_run` sends nothing.
            options: See `MoreOptions`. Without `approve` an allowance has to be there.

        Raises:
            PassManagerError: As in `buy`.
        """
        return await self._do(Order(lines=lines, pass_id=pass_id, **options), tx)

    async def build_buy(
        self,
        lines: Sequence[Line],
        organization_id: int,
        *,
        payer: Address | None = None,
        **options: Unpack[BuyOptions],
    ) -> Plan:
        """The unsigned steps of `buy`: the approval if one is needed, then the checkout.

        Without `approve` it approves exactly the price. The client needs no wallet if `payer` is given.

        Args:
            lines: What to buy.
            organization_id: Who sells it.
            payer: Who sends the steps; by default the client's wallet.
            options: See `BuyOptions`.

        Raises:
            PassManagerError: As in `buy`.
        """
        order = Order(lines=lines, organization_id=organization_id, **options)
        return await self._plan(_approving(order), payer or self._wallet())

    async def build_buy_more(
        self, pass_id: int, lines: Sequence[Line], *, payer: Address | None = None, **options: Unpack[MoreOptions]
    ) -> Plan:
        """The unsigned steps of `buy_more`.

        Args:
            pass_id: The pass.
            lines: What to buy.
            payer: Who sends the steps; by default the client's wallet.
            options: See `MoreOptions`.

        Raises:
            PassManagerError: As in `buy`.
        """
        order = Order(lines=lines, pass_id=pass_id, **options)
        return await self._plan(_approving(order), payer or self._wallet())

    # --- planning

    async def _quote(self, order: Order, payer: Address | None) -> Quote:
        order.check()
        quote = await self._client.read(order.quote(self._client.contracts, payer or self._wallet()))
        check_price(order, quote)
        return quote

    async def _plan(self, order: Order, payer: Address) -> Plan:
        quote = await self._quote(order, payer)
        if quote.token == NATIVE:
            check_native(quote, payer, await self._client.node.balance(payer))
            approvals, approved = [], 0
        else:
            approvals, approved = await self._approvals(order, quote, payer)
        deadline = (await self._client.node.head()).timestamp + order.deadline_s
        call = order.checkout(self._client.contracts, payer, quote, deadline)
        checkout = checkout_step(order, payer, quote, call)
        return Plan(payer=payer, quote=quote, approvals=approvals, approved=approved, checkout=checkout)

    async def _approvals(self, order: Order, quote: Quote, payer: Address) -> tuple[list[Step], int]:
        contracts, token = self._client.contracts, quote.token
        funds = [erc20.balance_of(token, payer), erc20.allowance(token, payer, contracts.payment_escrow)]
        balance, allowed = await self._client.read_many(funds)
        check_tokens(order, quote, balance, allowed)
        by_period = isinstance(order.approve, int)
        pricings = await self._client.read_many(order.pricings(contracts)) if by_period else []
        wanted = order.allowance_wanted(quote, pricings)
        if order.approve is None or allowed >= wanted:
            return [], 0
        step = approval(contracts, payer, token, wanted)
        if allowed and not await self._may_replace(step):
            return [approval(contracts, payer, token, 0), step], wanted
        return [step], wanted

    async def _may_replace(self, step: Step) -> bool:
        """Some tokens (USDT) refuse to change an approval that is not 0."""
        node = self._client.node
        try:
            await node.call(Transaction(to=step.call.to, data=step.call.data, sender=step.sender), name=step.call.name)
        except Reverted:
            return False
        return True

    def _wallet(self) -> Address:
        if self._client.signer is None:
            raise NoSigner(call="purchases")
        return self._client.signer.address

    # --- doing

    async def _do(self, order: Order, tx: TxOptions) -> Purchased:
        plan = await self._plan(order, self._wallet())
        if isinstance(self._client.signer, UnsignedSigner):
            return await self._unsigned(plan, order, tx)
        if tx.dry_run:
            return await self._dry(plan, order, tx)
        receipts: list[Receipt[None]] = []
        for number, step in enumerate(plan.steps):
            receipts.append(await self._client.send(step.call, tx=_options(plan, tx, number)))
        return Purchased.of(plan, receipts)

    async def _unsigned(self, plan: Plan, order: Order, tx: TxOptions) -> Purchased:
        """All steps; only the first can be simulated and its gas estimated, the others need it to be mined."""
        first = await self._client.send(plan.steps[0].call, tx=_options(plan, tx, 0))
        made = await self._client.build(plan.steps[0].call, tx=_options(plan, tx, 0), estimate=False)
        unsigned = list(first.unsigned)
        for number, step in enumerate(plan.steps[1:], start=1):
            options = replace(_options(plan, tx, number), nonce=made.nonce + number)
            unsigned.append(await self._client.build(step.call, tx=options, estimate=False))
        return Purchased.planned(plan, order.pass_id, first, unsigned)

    async def _dry(self, plan: Plan, order: Order, tx: TxOptions) -> Purchased:
        """Simulates the first step; after an approval the checkout cannot be simulated before that is mined."""
        receipt = await self._client.send(plan.steps[0].call, tx=tx)
        return Purchased.planned(plan, order.pass_id, receipt)


def _options(plan: Plan, tx: TxOptions, number: int) -> TxOptions:
    """For step `number`: the nonce counts on, and the gas is meant for the purchase itself."""
    last = number == len(plan.approvals)
    return replace(tx, nonce=None if tx.nonce is None else tx.nonce + number, gas=tx.gas if last else None)


def _approving(order: Order) -> Order:
    return order if order.approve is not None else replace(order, approve="exact")
