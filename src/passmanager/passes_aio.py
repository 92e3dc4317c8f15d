"""Passes on a node: those of a wallet, what is on them, whether they renew, and what meters counted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from passmanager.core.contracts import (
    CatalogCalls,
    PassLensCalls,
    ProductPassCalls,
    PromotionsCalls,
    PurchaseManagerCalls,
)
from passmanager.core.passes import Pass, PassPage, PassParts, Renewability, UsageReading, held, page_of, transfers
from passmanager.core.reading import Snapshot
from passmanager.core.state import ItemState, Outcome, PassState, UsageState
from passmanager.errors import BadArgument, LogsMissing
from passmanager.models import Contracts
from passmanager.reading_aio import AsyncReader
from passmanager.units import Address, BlockId, checksum

if TYPE_CHECKING:
    from passmanager.core.calls import Call

Pair = tuple[int, int]
PAGE: Final = 100


class AsyncPasses:
    """Reads passes; a page of 100 takes three requests."""

    def __init__(self, reader: AsyncReader, contracts: Contracts) -> None:
        """Passes of these contracts."""
        self._reader = reader
        self._contracts = contracts
        self._lens = PassLensCalls(contracts.pass_lens)
        self._manager = PurchaseManagerCalls(contracts.purchase_manager)
        self._nft = ProductPassCalls(contracts.product_pass)

    async def of(self, wallet: str, *, after: int = 0, limit: int = PAGE, block: BlockId = "latest") -> PassPage:
        """A page of the passes of a wallet, with everything on them.

        Who holds what is in the transfers on the chain; the count is compared with that of the contract.

        Args:
            wallet: Any address.
            after: Passes with a greater id; `next_after` of the page before.
            limit: Passes on the page, 1 to 1,000.
            block: All of it is read at this block.

        Raises:
            BadArgument: No such limit.
            LogsMissing: The node does not give all transfers.
            NoNode: No answer.
            RpcError: The node refuses even the logs of single blocks.
        """
        if not 1 <= limit <= 10 * PAGE:
            raise BadArgument(function="passes.of", problem=f"limit is {limit}, it has to be 1 to {10 * PAGE}")
        holder = checksum(wallet)
        snapshot, ids = await self._open(holder, block)
        page, next_after = page_of(ids, after, limit)
        found, total = await self._read(snapshot, page, holder)
        if total != len(ids):
            ids = await self._again(snapshot, holder, total)
            page, next_after = page_of(ids, after, limit)
            found, _ = await self._read(snapshot, page, holder)
        return PassPage(
            wallet=holder,
            passes=found,
            total=total,
            next_after=next_after,
            block_number=snapshot.number,
            timestamp=snapshot.timestamp,
        )

    async def ids_of(self, wallet: str, *, block: BlockId = "latest") -> tuple[int, ...]:
        """Ids of the passes of a wallet, ascending.

        Raises:
            LogsMissing: The node does not give all transfers.
        """
        holder = checksum(wallet)
        snapshot, ids = await self._open(holder, block)
        (total,) = await self._reader.read(snapshot, [self._nft.balance_of(holder)])
        return tuple(ids if total == len(ids) else await self._again(snapshot, holder, total))

    async def get(self, pass_id: int, *, block: BlockId = "latest") -> Pass:
        """One pass and everything on it.

        Raises:
            NoSuchPass: It was never sold, or is burned.
        """
        return (await self.get_many([pass_id], block=block))[0]

    async def get_many(self, pass_ids: Sequence[int], *, block: BlockId = "latest") -> tuple[Pass, ...]:
        """Several passes and everything on them, in the order of the ids.

        Raises:
            NoSuchPass: One of them was never sold, or is burned.
        """
        snapshot, _ = await self._reader.open(block)
        return (await self._read(snapshot, pass_ids, None))[0]

    async def renewability(self, pass_id: int, product_id: int, *, block: BlockId = "latest") -> Renewability:
        """What would come of a renewal by a stranger, and why."""
        return (await self.renewabilities([(pass_id, product_id)], block=block))[0]

    async def renewabilities(self, pairs: Sequence[Pair], *, block: BlockId = "latest") -> tuple[Renewability, ...]:
        """The same for several pairs of pass and product, in their order."""
        snapshot, _ = await self._reader.open(block)
        calls: list[Call[Any]] = [self._lens.is_renewable(*pair) for pair in pairs]
        calls += [self._manager.state_of(*pair) for pair in pairs]
        answers = await self._reader.read(snapshot, calls)
        pricings = [ItemState.from_word(word).pricing_id for word in answers[len(pairs) :]]
        tokens = await self._tokens(snapshot, pricings)
        return tuple(
            _renewability(pair, answer, tokens.get(pricing))
            for pair, answer, pricing in zip(pairs, answers, pricings, strict=False)
        )

    async def usage(self, pass_id: int, product_id: int, *, block: BlockId = "latest") -> UsageReading:
        """What a meter counted for a subscription, and what of it is to be paid.

        Raises:
            NoSuchPass: It was never sold, or is burned.
            NoSuchItem: The pass does not have the product.
            NotUsageBased: The product is not billed by usage.
        """
        pair = (pass_id, product_id)
        snapshot, _ = await self._reader.open(block)
        first: list[Call[Any]] = [
            self._lens.usage_of(*pair),
            self._manager.state_of(*pair),
            self._manager.usage_state_of(*pair),
        ]
        usage, word, usage_word = await self._reader.read(snapshot, first)
        item = ItemState.from_word(word)
        meter = CatalogCalls(self._contracts.catalog).meter_total(item.pricing_id, pass_id)
        second: list[Call[Any]] = [self._lens.pricing_of(item.pricing_id), meter]
        pricing, total = await self._reader.read(snapshot, second)
        return UsageReading.of(pair, item, pricing.terms, usage, UsageState.from_word(usage_word), total)

    # --- parts

    async def _open(self, wallet: Address, block: BlockId) -> tuple[Snapshot, list[int]]:
        snapshot, logs = await self._reader.open(block, transfers(self._contracts.product_pass, wallet))
        return snapshot, held(wallet, logs)

    async def _again(self, snapshot: Snapshot, wallet: Address, expected: int) -> list[int]:
        """The transfers did not fit the count: perhaps a block came in between."""
        logs = await self._reader.logs(snapshot, transfers(self._contracts.product_pass, wallet))
        ids = held(wallet, logs)
        if len(ids) != expected:
            first = self._reader.first_block
            raise LogsMissing(wallet=wallet, what="passes", found=len(ids), expected=expected, first_block=first)
        return ids

    async def _read(
        self, snapshot: Snapshot, pass_ids: Sequence[int], wallet: Address | None
    ) -> tuple[tuple[Pass, ...], int]:
        """The passes; and how many the wallet has, if one is given."""
        parts, total = await self._parts(snapshot, pass_ids, wallet)
        pairs = [(part.id, product) for part in parts for product in part.product_ids]
        products = sorted({product for _, product in pairs})
        calls: list[Call[Any]] = [self._manager.state_of(*pair) for pair in pairs]
        calls += [self._lens.product_of(product) for product in products]
        answers = await self._reader.read(snapshot, calls)
        words = dict(zip(pairs, answers, strict=False))
        names = dict(zip(products, [product.name for product in answers[len(pairs) :]], strict=True))
        return tuple(part.put_together(words, names, snapshot) for part in parts), total

    async def _parts(
        self, snapshot: Snapshot, pass_ids: Sequence[int], wallet: Address | None
    ) -> tuple[list[PassParts], int]:
        promotions = PromotionsCalls(self._contracts.promotions)
        calls: list[Call[Any]] = []
        for one in pass_ids:
            calls += [self._nft.word_of(one), self._lens.products_of(one), promotions.discounts_of(one)]
        count = [] if wallet is None else [self._nft.balance_of(wallet)]
        answers: list[Any] = await self._reader.read(snapshot, [*calls, *count])
        parts = [
            PassParts(id=one, state=PassState.from_word(word), product_ids=products, discount_ids=discounts)
            for one, word, products, discounts in zip(
                pass_ids, answers[0::3], answers[1::3], answers[2::3], strict=False
            )
        ]
        return parts, answers[-1] if count else 0

    async def _tokens(self, snapshot: Snapshot, pricings: Sequence[int]) -> dict[int, Address]:
        known = sorted(set(pricings) - {0})
        answers = await self._reader.read(snapshot, [self._lens.pricing_of(one) for one in known])
        return {one: pricing.terms.token for one, pricing in zip(known, answers, strict=True)}


def _renewability(pair: Pair, answer: tuple[int, int, int, int, Address], token: Address | None) -> Renewability:
    outcome, due, too_late, amount, payer = answer
    return Renewability(
        pass_id=pair[0],
        product_id=pair[1],
        outcome=Outcome(outcome),
        due=due,
        too_late=too_late,
        amount=amount,
        token=token,
        payer=payer,
    )
