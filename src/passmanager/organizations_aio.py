"""Organizations on a node: those of a wallet, their catalogs, their balances, their meters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from passmanager.core import erc20
from passmanager.core.contracts import (
    OrganizationNFTCalls,
    PassLensCalls,
    PaymentEscrowCalls,
    PromotionsCalls,
)
from passmanager.core.organizations import (
    CatalogCoupon,
    CatalogDiscount,
    CatalogMeter,
    CatalogPricing,
    CatalogProduct,
    EscrowBalance,
    Listing,
    MeterReading,
    Organization,
    OrganizationCatalog,
    catalog_logs,
    link_logs,
    linked,
    organization_logs,
    organizations_in,
    reading_logs,
    readings_in,
)
from passmanager.core.reading import Snapshot
from passmanager.errors import LogsMissing, PassManagerError
from passmanager.models import Contracts
from passmanager.reading_aio import AsyncReader
from passmanager.specs import Role
from passmanager.units import NATIVE, Address, BlockId, checksum

if TYPE_CHECKING:
    from passmanager.core.calls import Call

NATIVE_DECIMALS: Final = 18


class AsyncOrganizations:
    """Reads organizations."""

    def __init__(self, reader: AsyncReader, contracts: Contracts) -> None:
        """Organizations of these contracts."""
        self._reader = reader
        self._contracts = contracts
        self._nft = OrganizationNFTCalls(contracts.organization_nft)
        self._lens = PassLensCalls(contracts.pass_lens)
        self._promotions = PromotionsCalls(contracts.promotions)
        self._escrow = PaymentEscrowCalls(contracts.payment_escrow)

    async def of(self, wallet: str, *, block: BlockId = "latest") -> tuple[Organization, ...]:
        """Organizations that a wallet has, or has roles in, by ascending id; three requests.

        Raises:
            LogsMissing: The node does not give all transfers.
            NoNode: No answer.
            RpcError: The node refuses even the logs of single blocks.
        """
        account = checksum(wallet)
        queries = organization_logs(self._contracts, account)
        snapshot, logs = await self._reader.open(block, queries)
        ids, own = organizations_in(account, logs)
        (total,) = await self._reader.read(snapshot, [self._nft.balance_of(account)])
        if own != total:  # perhaps a block came in between
            ids, own = organizations_in(account, await self._reader.logs(snapshot, queries))
        if own != total:
            first = self._reader.first_block
            raise LogsMissing(wallet=account, what="organizations", found=own, expected=total, first_block=first)
        return tuple(one for one in await self._read(snapshot, ids, account) if one.roles)

    async def get(self, organization_id: int, *, block: BlockId = "latest") -> Organization:
        """One organization; two requests.

        Raises:
            ERC721NonexistentToken: There is none of this id.
        """
        snapshot, _ = await self._reader.open(block)
        return (await self._read(snapshot, [organization_id], None))[0]

    async def catalog(self, organization_id: int, *, block: BlockId = "latest") -> OrganizationCatalog:
        """All that an organization has set up, what is off sale too; four requests.

        Prices are those of the contract, texts those of the last event; both are of the same block. A token that
        does not tell its decimals is counted in its smallest unit.

        Raises:
            ERC721NonexistentToken: There is no such organization.
            NoNode: No answer.
            RpcError: The node refuses even the logs of single blocks.
        """
        snapshot, logs = await self._reader.open(block, catalog_logs(self._contracts, organization_id))
        listing = Listing.of(logs)
        links = await self._links(snapshot, listing)
        decimals = {token: known or 0 for token, (known, _) in (await self._tokens(snapshot, listing.tokens)).items()}
        calls: list[Call[Any]] = [
            self._nft.owner_of(organization_id),
            self._lens.sale_rules_of(organization_id),
            *map(self._lens.product_of, listing.products),
            *map(self._lens.pricing_of, listing.pricings),
            *(self._promotions.coupon_of(organization_id, code_hash=one.code_hash) for one in listing.coupons.values()),
            *map(self._promotions.discount, listing.discounts),
        ]
        answers = iter(await self._reader.read(snapshot, calls))
        next(answers)  # the holder: that there is one
        rules = next(answers)
        return OrganizationCatalog(
            organization_id=organization_id,
            rules=rules,
            products=tuple(
                CatalogProduct.of(one, texts, next(answers), links.get(one, ()))
                for one, texts in listing.products.items()
            ),
            pricings=tuple(
                CatalogPricing.of(one, next(answers), decimals[created.terms.token])
                for one, created in listing.pricings.items()
            ),
            coupons=tuple(CatalogCoupon.of(created, next(answers)) for created in listing.coupons.values()),
            discounts=tuple(CatalogDiscount.of(one, next(answers)) for one in listing.discounts),
            meters=tuple(CatalogMeter(id=one, active=active) for one, active in listing.meters.items()),
            block_number=snapshot.number,
            timestamp=snapshot.timestamp,
        )

    async def balances(
        self, organization_id: int, *, tokens: Sequence[str] = (), block: BlockId = "latest"
    ) -> tuple[EscrowBalance, ...]:
        """What an organization can withdraw: of the tokens of its pricings, and of those given; three requests.

        Anybody can top up an organization in any token; such a token is only shown if it is given.

        Raises:
            NoNode: No answer.
            RpcError: The node refuses even the logs of single blocks.
        """
        snapshot, logs = await self._reader.open(block, catalog_logs(self._contracts, organization_id))
        wanted = sorted({*Listing.of(logs).tokens, *map(checksum, tokens)})
        calls = [self._escrow.org_balance(organization_id, token) for token in wanted]
        amounts = await self._reader.read(snapshot, calls)
        names = await self._tokens(snapshot, wanted)
        return tuple(
            EscrowBalance(token=token, amount=amount, decimals=names[token][0], symbol=names[token][1])
            for token, amount in zip(wanted, amounts, strict=True)
        )

    async def readings(self, meter_id: int, *, block: BlockId = "latest") -> tuple[MeterReading, ...]:
        """What a meter counted, of each pass that it counted anything for, by ascending pass; one request.

        Raises:
            NoNode: No answer.
            RpcError: The node refuses even the logs of single blocks.
        """
        _, (logs,) = await self._reader.open(block, [reading_logs(self._contracts, meter_id)])
        return readings_in(logs)

    # --- parts

    async def _read(self, snapshot: Snapshot, ids: Sequence[int], wallet: Address | None) -> list[Organization]:
        calls: list[Call[Any]] = []
        for one in ids:
            calls += [self._nft.owner_of(one), self._nft.org_metadata(one), self._lens.sale_rules_of(one)]
            calls += [self._nft.roles_of(one, wallet or NATIVE)]
        answers = await self._reader.read(snapshot, calls)
        parts = zip(ids, answers[0::4], answers[1::4], answers[2::4], answers[3::4], strict=True)
        return [
            Organization(id=one, owner=owner, metadata=metadata, rules=rules, roles=Role(bits if wallet else 0))
            for one, owner, metadata, rules, bits in parts
        ]

    async def _links(self, snapshot: Snapshot, listing: Listing) -> dict[int, set[int]]:
        if not listing.products:
            return {}
        _, (logs,) = await self._reader.open(snapshot.number, [link_logs(self._contracts, listing.products)])
        return linked(logs)

    async def _tokens(self, snapshot: Snapshot, tokens: Sequence[Address]) -> dict[Address, tuple[int | None, str]]:
        """Decimals and symbol of each token; foreign contracts may refuse both."""
        asked = [token for token in tokens if token != NATIVE]
        calls: list[Call[Any]] = [*map(erc20.decimals, asked), *map(erc20.symbol, asked)]
        answers = [
            None if isinstance(answer, PassManagerError) else answer
            for answer in await self._reader.read_each(snapshot, calls)
        ]
        told = zip(asked, answers[: len(asked)], answers[len(asked) :], strict=True)
        return {NATIVE: (NATIVE_DECIMALS, ""), **{token: (count, sign or "") for token, count, sign in told}}
