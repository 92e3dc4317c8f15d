"""Organizations as values: what they sell, to which terms, and what they have earned. No network.

The chain keeps words and names; descriptions and the like are in the events of their last change. Ids, amounts
(the token's smallest unit) and times (unix seconds) are whole numbers; basis points are hundredths of a percent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from passmanager.abi.events import (
    CouponCreated,
    DiscountCreated,
    MeterSet,
    PricingCreated,
    PricingLinked,
    ProductSet,
    RolesSet,
    UsageRecorded,
)
from passmanager.abi.structs import Coupon, Discount, Metadata, Pricing, Product, ProductState, SaleRules
from passmanager.core.passes import held, transfers
from passmanager.core.reading import LogQuery, Logs
from passmanager.models import Contracts
from passmanager.specs import DiscountMode, PricingSpec, Role, pricing_spec
from passmanager.units import Address, format_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organization.

    Attributes:
        owner: The holder of its NFT.
        metadata: Texts it set for itself, empty if none.
        rules: Who may buy what and how.
        roles: What the wallet that was asked for may do; `Role.NONE` where none was.
    """

    id: int
    owner: Address
    metadata: Metadata
    rules: SaleRules
    roles: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogProduct:
    """A product on sale, or once.

    Attributes:
        transferable: Of what is sold from now on.
        max_supply: 0 = no limit.
        sold: So far.
        pricing_ids: Pricings it is offered at, ascending; whether they are active is theirs to say.
    """

    id: int
    name: str
    description: str
    image: str
    external_url: str
    active: bool
    transferable: bool
    max_supply: int
    sold: int
    pricing_ids: tuple[int, ...]

    @classmethod
    def of(cls, product_id: int, texts: Product, state: ProductState, pricing_ids: Iterable[int]) -> "CatalogProduct":
        """From its last event and the contract's answer."""
        return cls(
            id=product_id,
            name=state.name,
            description=texts.description,
            image=texts.image,
            external_url=texts.external_url,
            active=state.active,
            transferable=state.transferable,
            max_supply=state.max_supply,
            sold=state.sold,
            pricing_ids=tuple(sorted(pricing_ids)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPricing:
    """A pricing.

    Attributes:
        spec: Its terms, which never change; one class per charge style.
        active: It is on sale.
        retired: Neither sold nor renewed, until the organization takes that back.
        restricted: To listed wallets.
    """

    id: int
    spec: PricingSpec
    active: bool
    retired: bool
    restricted: bool

    @classmethod
    def of(cls, pricing_id: int, pricing: Pricing, decimals: int) -> "CatalogPricing":
        """From the contract's answer."""
        return cls(
            id=pricing_id,
            spec=pricing_spec(pricing.terms, decimals),
            active=pricing.active,
            retired=pricing.retired,
            restricted=pricing.terms.restricted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogCoupon:
    """A coupon; the chain has the hash of its code only.

    Attributes:
        code_hash: `passmanager.specs.coupon_hash` of organization and code.
        bps: Basis points.
        expiry: Unix second from which it is over; 0 = never.
        max_redemptions: 0 = no limit.
        redeemed: So often.
        renewals: Renewals it also makes cheaper; 255 = all.
        product_ids: Products it is for; empty = all.
    """

    id: int
    code_hash: bytes
    bps: int
    expiry: int
    max_redemptions: int
    redeemed: int
    renewals: int
    once_per_wallet: bool
    first_pass_only: bool
    restricted: bool
    active: bool
    product_ids: tuple[int, ...]

    @classmethod
    def of(cls, created: CouponCreated, coupon: Coupon) -> "CatalogCoupon":
        """From its event and the contract's answer."""
        terms = coupon.terms
        return cls(
            id=coupon.coupon_id,
            code_hash=created.code_hash,
            bps=terms.bps,
            expiry=terms.expiry,
            max_redemptions=terms.max_redemptions,
            redeemed=coupon.redeemed,
            renewals=terms.renewals,
            once_per_wallet=terms.once_per_wallet,
            first_pass_only=terms.first_pass_only,
            restricted=terms.restricted,
            active=terms.active,
            product_ids=tuple(created.product_ids),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogDiscount:
    """A discount that passes can get for good.

    Attributes:
        bps: Basis points.
        minted: Passes that got it.
        max_mints: 0 = no limit.
        mode: Who may take it with a first purchase.
    """

    id: int
    name: str
    bps: int
    minted: int
    max_mints: int
    mode: DiscountMode
    active: bool

    @classmethod
    def of(cls, discount_id: int, discount: Discount) -> "CatalogDiscount":
        """From the contract's answer."""
        return cls(
            id=discount_id,
            name=discount.name,
            bps=discount.bps,
            minted=discount.minted,
            max_mints=discount.max_mints,
            mode=DiscountMode(discount.mode),
            active=discount.active,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogMeter:
    """A usage meter."""

    id: int
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationCatalog:
    """All that an organization has set up, by ascending ids, as of one block.

    Attributes:
        timestamp: Unix seconds of the block.
    """

    organization_id: int
    products: tuple[CatalogProduct, ...]
    pricings: tuple[CatalogPricing, ...]
    coupons: tuple[CatalogCoupon, ...]
    discounts: tuple[CatalogDiscount, ...]
    meters: tuple[CatalogMeter, ...]
    rules: SaleRules
    block_number: int
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowBalance:
    """What an organization can withdraw of one token.

    Attributes:
        token: The zero address is the native coin.
        amount: In the smallest unit.
        decimals: None if the token does not tell.
        symbol: What the token calls itself; empty for the native coin, and if it does not tell.
    """

    token: Address
    amount: int
    decimals: int | None
    symbol: str

    def text(self) -> str:
        """The amount as people read it: `12.5 USDC`."""
        return f"{format_units(self.amount, self.decimals or 0)} {self.symbol}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    """What a meter counted for a pass, ever."""

    meter_id: int
    pass_id: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the events tell of an organization's catalog."""

    products: Mapping[int, Product]
    pricings: Mapping[int, PricingCreated]
    meters: Mapping[int, bool]
    coupons: Mapping[int, CouponCreated]
    discounts: tuple[int, ...]

    @property
    def tokens(self) -> list[Address]:
        """Tokens of its pricings, each once."""
        return sorted({created.terms.token for created in self.pricings.values()})

    @classmethod
    def of(cls, logs: Iterable[Logs]) -> "Listing":
        """From the logs of `catalog_logs`; of several on one thing, the last one counts."""
        events = [log.event for part in logs for log in part]
        return cls(
            products={one.product_id: one.product for one in events if isinstance(one, ProductSet)},
            pricings={one.pricing_id: one for one in events if isinstance(one, PricingCreated)},
            meters={one.meter_id: one.active for one in events if isinstance(one, MeterSet)},
            coupons={one.coupon_id: one for one in events if isinstance(one, CouponCreated)},
            discounts=tuple(sorted(one.discount_id for one in events if isinstance(one, DiscountCreated))),
        )


def catalog_logs(contracts: Contracts, organization_id: int) -> list[LogQuery]:
    """The logs of what an organization created."""
    created = [ProductSet, PricingCreated, MeterSet]
    return [
        LogQuery(contracts.catalog, created, [organization_id]),
        LogQuery(contracts.promotions, [CouponCreated, DiscountCreated], [organization_id]),
    ]


def link_logs(contracts: Contracts, products: Iterable[int]) -> LogQuery:
    """The logs of the pricings that products were offered at."""
    return LogQuery(contracts.catalog, [PricingLinked], [sorted(products)])


def linked(logs: Logs) -> dict[int, set[int]]:
    """Pricings by product."""
    found: dict[int, set[int]] = {}
    for log in logs:
        if isinstance(log.event, PricingLinked):
            pricings = found.setdefault(log.event.product_id, set())
            change = pricings.add if log.event.linked else pricings.discard
            change(log.event.pricing_id)
    return found


def organization_logs(contracts: Contracts, wallet: Address) -> list[LogQuery]:
    """The logs of organizations that a wallet had, or had roles in."""
    return [
        *transfers(contracts.organization_nft, wallet),
        LogQuery(contracts.organization_nft, [RolesSet], [None, wallet]),
    ]


def organizations_in(wallet: Address, logs: list[Logs]) -> tuple[list[int], int]:
    """Organizations that a wallet has, or may have roles in, ascending; and how many of them it has."""
    roles = {log.event.org_id for log in logs[2] if isinstance(log.event, RolesSet)}
    own = held(wallet, logs[:2])
    return sorted(roles.union(own)), len(own)


def reading_logs(contracts: Contracts, meter_id: int) -> LogQuery:
    """The logs of what a meter counted."""
    return LogQuery(contracts.catalog, [UsageRecorded], [meter_id])


def readings_in(logs: Logs) -> tuple[MeterReading, ...]:
    """The last reading of each pass, by ascending pass."""
    events = [log.event for log in logs if isinstance(log.event, UsageRecorded)]
    totals = {event.product_pass_id: (event.meter_id, event.total) for event in events}
    return tuple(
        MeterReading(meter_id=meter, pass_id=one, total=total) for one, (meter, total) in sorted(totals.items())
    )
