"""What merchants write: organizations, products, pricings, coupons, usage, money; typed, with the ids of what is new.

Everything else of the contracts is on the client's attributes of their names.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Unpack

from passmanager.abi.events import (
    CouponCreated,
    DiscountCreated,
    MeterSet,
    PricingCreated,
    ProductSet,
    Transfer,
)
from passmanager.abi.structs import Product
from passmanager.core.calls import Call
from passmanager.core.contracts import (
    CatalogCalls,
    OrganizationNFTCalls,
    PaymentEscrowCalls,
    PromotionsCalls,
    PurchaseManagerCalls,
)
from passmanager.core.merchant import ProductChanges, product_logs, texts_in
from passmanager.errors import BadArgument, NoSigner
from passmanager.models import DEFAULT_OPTIONS, Created, Event, Receipt, TxOptions
from passmanager.purchasing_aio import AsyncBuyer
from passmanager.reading_aio import AsyncReader
from passmanager.specs import Amount, Currency, DiscountMode, PricingSpec, base_units, coupon
from passmanager.units import Address


class AsyncMerchant:
    """Sets up and runs organizations, for the client's wallet."""

    def __init__(self, client: AsyncBuyer, reader: AsyncReader) -> None:
        """Writes that `client` sends."""
        self._client = client
        self._reader = reader
        contracts = client.contracts
        self._nft = OrganizationNFTCalls(contracts.organization_nft)
        self._catalog = CatalogCalls(contracts.catalog)
        self._promotions = PromotionsCalls(contracts.promotions)
        self._escrow = PaymentEscrowCalls(contracts.payment_escrow)
        self._manager = PurchaseManagerCalls(contracts.purchase_manager)

    async def create_organization(self, *, to: Address | None = None, tx: TxOptions = DEFAULT_OPTIONS) -> Created:
        """A new organization; its NFT goes to `to`, by default the client's wallet.

        Raises:
            PassManagerError: As in `send`.
        """
        if self._client.signer is None:
            raise NoSigner(call="merchant.create_organization")
        return await self._create(self._nft.mint(to or self._client.signer.address), Transfer, "token_id", tx)

    async def create_product(  # noqa: PLR0913 - one keyword per field
        self,
        organization_id: int,
        name: str,
        *,
        description: str = "",
        image: str = "",
        external_url: str = "",
        transferable: bool = True,
        active: bool = True,
        max_supply: int = 0,
        tx: TxOptions = DEFAULT_OPTIONS,
    ) -> Created:
        """A new product; it is on sale once it is linked to pricings. Role catalog.

        Args:
            organization_id: Whose.
            name: Shown on passes.
            description: A text.
            image: Address of a picture.
            external_url: Address of a page.
            transferable: Passes with it may change hands.
            active: On sale.
            max_supply: 0 = no limit.
            tx: Fees and waiting.

        Raises:
            PassManagerError: As in `send`.
        """
        product = Product(
            name=name,
            description=description,
            image=image,
            external_url=external_url,
            transferable=transferable,
            active=active,
            max_supply=max_supply,
        )
        call = self._catalog.set_product(organization_id, 0, product=product)
        return await self._create(call, ProductSet, "product_id", tx)

    async def update_product(
        self,
        organization_id: int,
        product_id: int,
        *,
        tx: TxOptions = DEFAULT_OPTIONS,
        **changes: Unpack[ProductChanges],
    ) -> Receipt[int]:
        """Changes fields of a product; the others stay as its last event has them. Role catalog.

        Args:
            organization_id: Whose.
            product_id: Which.
            tx: Fees and waiting.
            changes: See `ProductChanges`.

        Raises:
            BadArgument: The organization has no such product, as far as the node's logs go.
            PassManagerError: As in `send`.
        """
        _, (logs,) = await self._reader.open(
            queries=[product_logs(self._client.contracts, organization_id, product_id)]
        )
        present = texts_in(logs)
        if present is None:
            problem = (
                f"organization {organization_id} has no product {product_id} from block {self._reader.first_block} on"
            )
            raise BadArgument(function="merchant.update_product", problem=problem)
        changed = replace(present, **changes)
        return await self._client.send(self._catalog.set_product(organization_id, product_id, product=changed), tx=tx)

    async def create_pricing(
        self, organization_id: int, spec: PricingSpec, *, tx: TxOptions = DEFAULT_OPTIONS
    ) -> Created:
        """A new pricing of one of the charge styles of `passmanager.specs`; its terms never change. Role catalog.

        Raises:
            BadAmount: A price is a float, or has more decimals than the token.
            PassManagerError: As in `send`.
        """
        call = self._catalog.create_pricing(organization_id, spec.terms())
        return await self._create(call, PricingCreated, "pricing_id", tx)

    async def create_coupon(  # noqa: PLR0913 - one keyword per term
        self,
        organization_id: int,
        code: str,
        *,
        bps: int,
        product_ids: tuple[int, ...] = (),
        expiry: int = 0,
        max_redemptions: int = 0,
        renewals: int = 0,
        once_per_wallet: bool = False,
        first_pass_only: bool = False,
        restricted: bool = False,
        tx: TxOptions = DEFAULT_OPTIONS,
    ) -> Created:
        """A new coupon; the chain gets the hash of its code. Role promotions.

        Args:
            organization_id: Whose.
            code: What buyers type, 1 to 64 bytes of UTF-8.
            bps: Basis points, 1 to 10,000.
            product_ids: Products it is for; none = all.
            expiry: Unix second from which it is over; 0 = never.
            max_redemptions: One per cart; 0 = no limit.
            renewals: How many renewals it also makes cheaper, 255 = all.
            once_per_wallet: Each wallet redeems it once.
            first_pass_only: For a wallet's first pass of the organization.
            restricted: For wallets listed with `set_coupon_access`.
            tx: Fees and waiting.

        Raises:
            BadArgument: Nobody could type the code.
            PassManagerError: As in `send`.
        """
        made = coupon(
            code,
            organization_id=organization_id,
            bps=bps,
            expiry=expiry,
            max_redemptions=max_redemptions,
            renewals=renewals,
            once_per_wallet=once_per_wallet,
            first_pass_only=first_pass_only,
            restricted=restricted,
        )
        call = self._promotions.create_coupon(
            organization_id, code_hash=made.code_hash, terms=made.terms, product_ids=product_ids
        )
        return await self._create(call, CouponCreated, "coupon_id", tx)

    async def create_discount(
        self,
        organization_id: int,
        name: str,
        *,
        bps: int,
        max_mints: int = 0,
        mode: DiscountMode = DiscountMode.LISTED,
        tx: TxOptions = DEFAULT_OPTIONS,
    ) -> Created:
        """A new discount that passes can get for good. Role promotions.

        Args:
            organization_id: Whose.
            name: Shown on passes.
            bps: Basis points, 1 to 10,000.
            max_mints: 0 = no limit.
            mode: Who may take it with a first purchase.
            tx: Fees and waiting.

        Raises:
            PassManagerError: As in `send`.
        """
        call = self._promotions.create_discount(organization_id, name=name, bps=bps, max_mints=max_mints, mode=mode)
        return await self._create(call, DiscountCreated, "discount_id", tx)

    async def create_meter(self, organization_id: int, *, tx: TxOptions = DEFAULT_OPTIONS) -> Created:
        """A new usage meter. Role catalog.

        Raises:
            PassManagerError: As in `send`.
        """
        return await self._create(self._catalog.create_meter(organization_id), MeterSet, "meter_id", tx)

    async def record_usage(
        self, meter_id: int, units: Mapping[int, int], *, tx: TxOptions = DEFAULT_OPTIONS
    ) -> Receipt[None]:
        """Adds to what a meter counted: units by pass. Role usage.

        Raises:
            PassManagerError: As in `send`.
        """
        call = self._catalog.record_usage(meter_id, list(units), units=list(units.values()))
        return await self._client.send(call, tx=tx)

    async def refund_product(
        self,
        pass_id: int,
        product_id: int,
        amount: Amount,
        *,
        currency: Currency | None = None,
        revoke: bool = False,
        tx: TxOptions = DEFAULT_OPTIONS,
    ) -> Receipt[None]:
        """Pays back to the holder of a pass, at most what was paid. Role refund.

        Args:
            pass_id: The pass.
            product_id: The product on it.
            amount: In the token's smallest unit, or a Decimal of `currency`.
            currency: Of the product's pricing; a Decimal needs it.
            revoke: End the product at once.
            tx: Fees and waiting.

        Raises:
            BadAmount: A float, or a Decimal without a currency.
            PassManagerError: As in `send`.
        """
        paid = base_units(amount, currency)
        call = self._manager.refund_product(pass_id, product_id=product_id, amount=paid, revoke=revoke)
        return await self._client.send(call, tx=tx)

    async def withdraw(
        self, organization_id: int, amount: Amount, currency: Currency, *, tx: TxOptions = DEFAULT_OPTIONS
    ) -> Receipt[None]:
        """Pays an organization's money to its holder, who has to be the client's wallet.

        Args:
            organization_id: Whose.
            amount: In the token's smallest unit, or a Decimal.
            currency: The token; `Currency()` is the native coin.
            tx: Fees and waiting.

        Raises:
            BadAmount: A float, or more decimals than the token has.
            PassManagerError: As in `send`.
        """
        call = self._escrow.withdraw(organization_id, currency.token, amount=base_units(amount, currency))
        return await self._client.send(call, tx=tx)

    async def _create(self, call: Call[int], kind: type[Event], field: str, tx: TxOptions) -> Created:
        receipt = await self._client.send(call, tx=tx)
        made = receipt.simulated if receipt.dry_run else getattr(receipt.event(kind), field)
        return Created(id=made, receipt=receipt)
