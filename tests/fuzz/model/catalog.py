"""Products, pricings, links, sale rules, lists, meters (R2, R3, R6, R11)."""

from dataclasses import dataclass, field

from .pricing import NATIVE, Terms, check_terms, check_tiers
from .refusal import refuse_if


@dataclass
class Product:
    org_id: int
    transferable: bool = True
    active: bool = True
    max_supply: int = 0
    sold: int = 0


@dataclass
class Pricing:
    org_id: int
    terms: Terms
    active: bool = True
    retired: bool = False
    restricted: bool = False


@dataclass(frozen=True)
class SaleRules:
    closed: bool = False
    allow_list: bool = False
    gifting_off: bool = False
    pausing: bool = False
    plan_change_off: bool = False
    grace_days: int = 0
    max_passes: int = 0
    count_passes: bool = False

    def abi(self) -> tuple:
        return tuple(vars(self).values())


@dataclass
class Meter:
    org_id: int
    active: bool = True


@dataclass
class Catalog:
    products: dict[int, Product] = field(default_factory=dict)
    pricings: dict[int, Pricing] = field(default_factory=dict)
    links: set[tuple[int, int]] = field(default_factory=set)
    access: set[tuple[int, str]] = field(default_factory=set)
    rules: dict[int, SaleRules] = field(default_factory=dict)
    allowed: set[tuple[int, str]] = field(default_factory=set)
    bought: dict[tuple[int, str], int] = field(default_factory=dict)
    meters: dict[int, Meter] = field(default_factory=dict)
    totals: dict[tuple[int, int], int] = field(default_factory=dict)

    def rules_of(self, org_id: int) -> SaleRules:
        return self.rules.get(org_id, SaleRules())

    def product(self, product_id: int, org_id: int) -> Product:
        known = product_id in self.products and self.products[product_id].org_id == org_id
        refuse_if(not known, "NoSuchProduct")
        return self.products[product_id]

    def pricing(self, pricing_id: int, org_id: int) -> Pricing:
        known = pricing_id in self.pricings and self.pricings[pricing_id].org_id == org_id
        refuse_if(not known, "NoSuchPricing")
        return self.pricings[pricing_id]

    def total(self, meter_id: int, pass_id: int) -> int:
        return self.totals.get((meter_id, pass_id), 0)

    def set_product(self, org_id: int, product_id: int, transferable: bool, active: bool, max_supply: int) -> int:
        """A new one (`product_id` 0), or all fields of an old one anew."""
        refuse_if(max_supply >= 2**64, "NumberTooLarge")
        sold = self.product(product_id, org_id).sold if product_id else 0
        refuse_if(0 < max_supply < sold, "MaxSupplyBelowSold")
        product_id = product_id or len(self.products) + 1
        self.products[product_id] = Product(org_id, transferable, active, max_supply, sold)
        return product_id

    def create_pricing(self, org_id: int, terms: Terms, token_has_code: bool) -> int:
        check_terms(terms)
        refuse_if(terms.token != NATIVE and not token_has_code, "TokenHasNoCode")
        meter = self.meters.get(terms.meter_id)
        refuse_if(not terms.usage and terms.meter_id != 0, "UnexpectedMeter")
        refuse_if(terms.usage and (meter is None or meter.org_id != org_id), "NoSuchMeter")
        check_tiers(terms)
        self.pricings[len(self.pricings) + 1] = Pricing(org_id, terms, restricted=terms.restricted)
        return len(self.pricings)

    def set_flags(self, pricing_id: int, active: bool, retired: bool, restricted: bool) -> None:
        pricing = self.pricings[pricing_id]
        pricing.active, pricing.retired, pricing.restricted = active, retired, restricted

    def link(self, org_id: int, product_id: int, pricing_ids: list[int], linked: bool) -> None:
        self.product(product_id, org_id)
        refuse_if(not pricing_ids, "EmptyList")
        for pricing_id in pricing_ids:
            self.pricing(pricing_id, org_id)
            _put(self.links, (product_id, pricing_id), linked)

    def set_access(self, pricing_id: int, wallets: list[str], allowed: bool) -> None:
        refuse_if(not wallets, "EmptyList")
        for wallet in wallets:
            _put(self.access, (pricing_id, wallet), allowed)

    def set_rules(self, org_id: int, rules: SaleRules) -> None:
        refuse_if(rules.grace_days > 30, "InvalidGrace")
        refuse_if(rules.max_passes >= 2**16, "NumberTooLarge")
        self.rules[org_id] = rules

    def set_allow_list(self, org_id: int, wallets: list[str], allowed: bool) -> None:
        refuse_if(not wallets, "EmptyList")
        for wallet in wallets:
            _put(self.allowed, (org_id, wallet), allowed)

    def create_meter(self, org_id: int) -> int:
        self.meters[len(self.meters) + 1] = Meter(org_id)
        return len(self.meters)

    def record(self, meter_id: int, pass_id: int, units: int) -> None:
        total = self.total(meter_id, pass_id) + units
        refuse_if(total >= 2**48, "NumberTooLarge")
        self.totals[meter_id, pass_id] = total

    def adjust(self, meter_id: int, pass_id: int, units: int, mark: int) -> None:
        refuse_if(units >= self.total(meter_id, pass_id), "UsageNotLower")
        refuse_if(units < mark, "UsageBelowMark")
        self.totals[meter_id, pass_id] = units

    def check_access(self, pricing_id: int, wallet: str) -> None:
        listed = not self.pricings[pricing_id].restricted or (pricing_id, wallet) in self.access
        refuse_if(not listed, "PricingRestricted")

    def check_sale(self, org_id: int, recipient: str) -> None:
        rules = self.rules_of(org_id)
        refuse_if(rules.closed, "SaleClosed")
        refuse_if(rules.allow_list and (org_id, recipient) not in self.allowed, "NotOnAllowList")

    def count_pass(self, org_id: int, caller: str) -> None:
        rules, bought = self.rules_of(org_id), self.bought.get((org_id, caller), 0)
        refuse_if(0 < rules.max_passes <= bought, "TooManyPasses")
        if rules.max_passes or rules.count_passes:
            self.bought[org_id, caller] = bought + 1

    def check_supply(self, product_id: int, count: int) -> None:
        product = self.products[product_id]
        refuse_if(0 < product.max_supply < product.sold + count, "SoldOut")

    def sell(self, product_id: int, count: int) -> None:
        self.products[product_id].sold += count


def _put(members: set, member: tuple, present: bool) -> None:
    (members.add if present else members.discard)(member)
