"""A small shop on the deployed system, through Ape. Prices are in millionths of the demo's token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi import encode
from eth_utils import keccak

DAY = 86_400
MONTH = 30 * DAY
NATIVE = "0x" + "00" * 20
NO_REFERENCE = b"\0" * 32
ONE_TIME, FLAT, TIERED_VOLUME, USAGE_GRADUATED = 0, 1, 2, 5
ONCE, MONTHLY, YEARLY = 0, 3, 5
ACTIVE, CANCELLED, PAST_DUE, PAUSED, EXPIRED = range(5)
EVERYBODY = 1
CODE = "WELCOME20"

Line = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What the pricings below cost."""

    book: int = 20_000_000
    month: int = 10_000_000
    year: int = 100_000_000
    native: int = 10**15
    seat: int = 5_000_000  # 1 to 9
    seat_from_ten: int = 4_000_000


@dataclass(frozen=True)
class System:
    """The contracts, as Ape sees them."""

    org_nft: Any
    catalog: Any
    promotions: Any
    product_pass: Any
    escrow: Any
    lens: Any
    manager: Any
    token: Any

    def by_name(self) -> dict[str, Any]:
        """The seven, by the names of the contracts."""
        seven = (self.org_nft, self.catalog, self.promotions, self.product_pass, self.escrow, self.lens, self.manager)
        return {contract.contract_type.name: contract for contract in seven}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """One organization and what it sells: ids of products and pricings."""

    system: System
    merchant: Any
    org: int
    price: Prices
    book: int
    plan: int
    seats: int
    sticker: int
    once: int
    monthly: int
    yearly: int
    by_seat: int
    coins: int
    discount: int

    def cart(
        self, to: Any, *lines: Line, coupon: str = "", discounts: Sequence[int] = (), airdrop: bool = False
    ) -> dict[str, Any]:
        """Parameters of `purchaseProducts` for lines of (product, pricing, quantity)."""
        return {
            "to": str(to),
            "organizationId": self.org,
            **columns(lines),
            "discountIds": list(discounts),
            "couponCode": coupon,
            "airdrop": airdrop,
            "pause": False,
        }

    def more(self, pass_id: int, *lines: Line) -> dict[str, Any]:
        """Parameters of `purchaseAdditionalProducts`."""
        return {
            "productPassId": pass_id,
            **columns(lines),
            "couponCode": "",
            "airdrop": False,
            "pause": False,
        }

    def buy(self, buyer: Any, *lines: Line, to: Any = None, value: int = 0, **cart: Any) -> int:
        """A new pass."""
        params = self.cart(to or buyer, *lines, **cart)
        self.system.manager.purchaseProducts(params, sender=buyer, value=value)
        return self.system.manager.passSupply()

    def buy_plan(self, buyer: Any, to: Any = None) -> int:
        """A new pass with the monthly plan."""
        return self.buy(buyer, (self.plan, self.monthly, 0), to=to)

    def state(self, pass_id: int, product: int) -> Any:
        """The subscription, unpacked."""
        return self.system.lens.getSubscription(pass_id, product)

    def balance(self, token: str | None = None) -> int:
        """What the escrow owes the organization."""
        return self.system.escrow.orgBalance(self.org, token or self.system.token.address)


def columns(lines: Sequence[Line]) -> dict[str, list[int]]:
    products, pricings, quantities = zip(*lines, strict=True)
    return {"productIds": list(products), "pricingIds": list(pricings), "quantities": list(quantities)}


def open_shop(system: System, merchant: Any, customers: Sequence[Any]) -> Shop:
    """Everything on sale; customers have tokens and have approved the escrow. Ids start at 1."""
    org = system.org_nft.mint.call(merchant, sender=merchant)
    system.org_nft.mint(merchant, sender=merchant)
    rules = (False, False, False, True, False, 0, 0, False)  # pausing is allowed
    system.catalog.setSaleRules(org, rules, sender=merchant)
    for name in ("Handbook", "Membership", "Team seats", "Sticker"):
        product = (name, f"{name} of the tests", "", "", True, True, 0)
        system.catalog.setProduct(org, 0, product, sender=merchant)
    price, token = Prices(), system.token.address
    seats = [(1, 9, price.seat, 0), (10, 0, price.seat_from_ten, 0)]
    for terms in (
        (ONE_TIME, ONCE, token, price.book, 0, False, []),
        (FLAT, MONTHLY, token, price.month, 0, False, []),
        (FLAT, YEARLY, token, price.year, 0, False, []),
        (TIERED_VOLUME, MONTHLY, token, 0, 0, False, seats),
        (ONE_TIME, ONCE, NATIVE, price.native, 0, False, []),
    ):
        system.catalog.createPricing(org, terms, sender=merchant)
    for product, pricings in {1: [1], 2: [2, 3], 3: [4], 4: [5]}.items():
        system.catalog.linkPricings(org, product, pricings, True, sender=merchant)
    coupon = (2_000, 0, 0, 0, False, False, False, True)  # 20 %, the first charge only
    code_hash = keccak(encode(["uint256", "string"], [org, CODE]))
    system.promotions.createCoupon(org, code_hash, coupon, [], sender=merchant)
    system.promotions.createDiscount(org, "Early bird", 500, 0, EVERYBODY, sender=merchant)
    for customer in customers:
        system.token.mint(customer, 10**12, sender=customer)
        system.token.approve(system.escrow, 10**12 - 1, sender=customer)
    return Shop(
        system=system,
        merchant=merchant,
        org=org,
        price=price,
        book=1,
        plan=2,
        seats=3,
        sticker=4,
        once=1,
        monthly=2,
        yearly=3,
        by_seat=4,
        coins=5,
        discount=1,
    )
