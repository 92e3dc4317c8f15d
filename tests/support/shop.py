"""A shop on the deployed system, for tests that need products, prices and customers to say what they mean.

`Shop(system)` is one organization. Its merchant does every setting, unless `by=` names another person;
people are addresses, made by name (`system.person`). Prices are in the smallest unit of `system.token`.
A line of a cart is `(product, pricing)` or `(product, pricing, quantity)`.
"""

from collections.abc import Sequence
from typing import Any

import boa

from tests.support.system import DAY, System

ONE_TIME, FLAT, TIERED_VOLUME, TIERED_GRADUATED, USAGE_VOLUME, USAGE_GRADUATED = range(6)
ONCE, DAILY, WEEKLY, MONTHLY, QUARTERLY, YEARLY = range(6)
CYCLES = [0, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY]  # seconds, by frequency
ACTIVE, CANCELLED, PAST_DUE, PAUSED, EXPIRED = range(5)
CATALOG, PROMOTIONS, AIRDROP, USAGE, REFUND, SUPPORT = (1 << bit for bit in range(6))
NO_REFERENCE = b"\x00" * 32

Line = tuple[int, ...]

# Two sets of tiers with bounds 9 and 99: (lower, upper, unit price, flat price).
VOLUME_TIERS = [(1, 9, 100, 7), (10, 99, 80, 0), (100, 0, 50, 3)]
GRADUATED_TIERS = [(0, 9, 100, 7), (10, 99, 80, 0), (100, 0, 50, 3)]


def now() -> int:
    return boa.env.evm.patch.timestamp


def travel(days: int = 0, seconds: int = 0) -> None:
    boa.env.evm.patch.timestamp += days * DAY + seconds


def events(contract: Any, name: str) -> list[Any]:
    """Events of this name in the last call of `contract`, also those of the contracts that it called."""
    return [log for log in contract.get_logs() if type(log).__name__ == name]


def only_event(contract: Any, name: str) -> Any:
    """The event, of which there must be one; its members are the values: `event.orgId`."""
    (event,) = events(contract, name)
    return event


def tiers_of(style: int) -> list[tuple[int, int, int, int]]:
    """Valid tiers where the style has any."""
    if style in (ONE_TIME, FLAT):
        return []
    return GRADUATED_TIERS if style in (TIERED_GRADUATED, USAGE_GRADUATED) else VOLUME_TIERS


class Shop:
    """One organization and its merchant."""

    def __init__(self, system: System, merchant: str = "merchant"):
        self.system = system
        self.merchant = system.person(merchant)
        self.org: int = system.org_nft.mint(self.merchant)

    # What the merchant sets up

    def product(
        self,
        name: str = "Course",
        *,
        description: str = "",
        image: str = "",
        url: str = "",
        transferable: bool = True,
        active: bool = True,
        max_supply: int = 0,
        product: int = 0,
        by: str | None = None,
    ) -> int:
        """A new product, or all fields of `product` anew."""
        fields = (name, description, image, url, transferable, active, max_supply)
        return self.system.catalog.setProduct(self.org, product, fields, sender=by or self.merchant)

    def terms(
        self,
        style: int = FLAT,
        frequency: int | None = None,
        *,
        price: int = 0,
        tiers: Sequence[Line] | None = None,
        token: str | None = None,
        meter: int = 0,
        restricted: bool = False,
    ) -> tuple:
        """Pricing terms as the contract takes them: monthly unless one-time, tiers that fit the style."""
        if frequency is None:
            frequency = ONCE if style == ONE_TIME else MONTHLY
        tiers = tiers_of(style) if tiers is None else list(tiers)
        return (style, frequency, token or self.system.token.address, price, meter, restricted, tiers)

    def pricing(self, style: int = FLAT, frequency: int | None = None, **terms: Any) -> int:
        """A new pricing; keywords as of `terms`. Usage styles get a meter of their own unless one is given."""
        if style >= USAGE_VOLUME:
            terms.setdefault("meter", self.meter())
        return self.create(self.terms(style, frequency, **terms))

    def create(self, terms: tuple, by: str | None = None) -> int:
        return self.system.catalog.createPricing(self.org, terms, sender=by or self.merchant)

    def offer(self, product: int, style: int = FLAT, frequency: int | None = None, **terms: Any) -> int:
        """A new pricing, and the product offered at it."""
        pricing = self.pricing(style, frequency, **terms)
        self.link(product, pricing)
        return pricing

    def link(self, product: int, *pricings: int, linked: bool = True) -> None:
        self.system.catalog.linkPricings(self.org, product, list(pricings), linked, sender=self.merchant)

    def flags(self, pricing: int, *, active: bool = True, retired: bool = False, restricted: bool = False) -> None:
        self.system.catalog.setPricingFlags(pricing, active, retired, restricted, sender=self.merchant)

    def let_hold(self, pricing: int, *wallets: str) -> None:
        """Puts wallets on a restricted pricing's list."""
        self.system.catalog.setPricingAccess(pricing, list(wallets), True, sender=self.merchant)

    def allow(self, *wallets: str) -> None:
        """Puts wallets on the organization's allow-list."""
        self.system.catalog.setAllowList(self.org, list(wallets), True, sender=self.merchant)

    def rules(
        self,
        *,
        closed: bool = False,
        allow_list: bool = False,
        gifting_off: bool = False,
        pausing: bool = False,
        plan_change_off: bool = False,
        grace_days: int = 0,
        max_passes: int = 0,
        count_passes: bool = False,
        by: str | None = None,
    ) -> tuple:
        """Replaces the sale rules; returns them as the contract took them."""
        switches = (closed, allow_list, gifting_off, pausing, plan_change_off)
        rules = (*switches, grace_days, max_passes, count_passes)
        self.system.catalog.setSaleRules(self.org, rules, sender=by or self.merchant)
        return rules

    def meter(self) -> int:
        return self.system.catalog.createMeter(self.org, sender=self.merchant)

    def record(self, meter: int, pass_id: int, units: int) -> None:
        self.system.catalog.recordUsage(meter, [pass_id], [units], sender=self.merchant)

    def role(self, person: str, bits: int) -> str:
        """A person with exactly these roles."""
        wallet = self.system.person(person)
        self.system.org_nft.setRoles(self.org, wallet, bits, sender=self.merchant)
        return wallet

    def sell_organization(self, to: str) -> str:
        """The organization's NFT moves; all roles end, and `merchant` is the new holder."""
        former, self.merchant = self.merchant, self.system.person(to)
        self.system.org_nft.transferFrom(former, self.merchant, self.org, sender=former)
        return former

    # Customers

    def buyer(self, name: str = "buyer", tokens: int = 10**24) -> str:
        """A person with native coins, and with tokens, all of them approved for the escrow."""
        wallet = self.system.person(name)
        boa.env.set_balance(wallet, 10**24)
        self.system.token.mint(wallet, tokens)
        self.system.token.approve(self.system.escrow.address, tokens, sender=wallet)
        return wallet

    def purchase(
        self,
        to: str,
        *lines: Line,
        coupon: str = "",
        discounts: Sequence[int] = (),
        airdrop: bool = False,
        pause: bool = False,
    ) -> tuple:
        """Parameters of `purchaseProducts`."""
        return (to, self.org, *columns(lines), list(discounts), coupon, airdrop, pause)

    def buy(self, buyer: str, *lines: Line, to: str | None = None, value: int = 0, **cart: Any) -> int:
        """A new pass, paid by `buyer` and held by `to`; keywords as of `purchase`."""
        manager = self.system.manager
        pass_id = manager.passSupply() + 1  # asked before, so that the purchase stays the last call, for `events`
        manager.purchaseProducts(self.purchase(to or buyer, *lines, **cart), sender=buyer, value=value)
        return pass_id

    def buy_more(
        self,
        pass_id: int,
        *lines: Line,
        by: str | None = None,
        coupon: str = "",
        airdrop: bool = False,
        pause: bool = False,
        value: int = 0,
    ) -> None:
        """Products for a pass that exists, by its holder; airdrops by the merchant."""
        params = (pass_id, *columns(lines), coupon, airdrop, pause)
        sender = by or (self.merchant if airdrop else self.holder(pass_id))
        self.system.manager.purchaseAdditionalProducts(params, sender=sender, value=value)

    def airdrop(self, recipients: Sequence[str], *lines: Line, reference: bytes = NO_REFERENCE) -> int:
        """One new pass for each recipient; returns the first."""
        arguments = (self.org, list(recipients), *columns(lines), reference)
        return self.system.manager.airdropProducts(*arguments, sender=self.merchant)

    # What became of it

    def holder(self, pass_id: int) -> str:
        return self.system.product_pass.ownerOf(pass_id)

    def state(self, pass_id: int, product: int) -> Any:
        """The subscription with all its fields and its status (PassLens.getSubscription)."""
        return self.system.lens.getSubscription(pass_id, product)

    def word(self, pass_id: int, product: int) -> int:
        return self.system.manager.stateOf(pass_id, product)

    def balance(self, token: str | None = None) -> int:
        """What the escrow owes the organization; in `system.token` unless another is named."""
        return self.system.escrow.orgBalance(self.org, token or self.system.token.address)


def columns(lines: Sequence[Line]) -> tuple[list[int], list[int], list[int]]:
    """Products, pricings and quantities of a cart's lines."""
    full = [line if len(line) == 3 else (*line, 0) for line in lines]
    return [line[0] for line in full], [line[1] for line in full], [line[2] for line in full]
