from tests.fuzz.rules.base import ShopMachine, one_of
from tests.fuzz.rules.draws import action, between, choice, each, number, odd, often, sometimes
from tests.fuzz.world import IDS, ORG, OTHER_PRICING, OTHER_PRODUCT, PRICINGS, PRODUCTS, product, terms


class Selling(ShopMachine):
    """What the merchant sets up and changes; mostly back to open."""

    def maker(self, n: int, stray: bool) -> str:
        return self.anybody(n) if stray else self.person("maker")

    @action(weight=2, n=number, active=often, transferable=often, stray=odd, supply=between(0, 12), limited=sometimes)
    def set_product(self, n, active, transferable, stray, supply, limited) -> None:
        product_id = one_of([*PRODUCTS, *PRODUCTS, 99, OTHER_PRODUCT], n)
        new = product(active, transferable, supply if limited else 0)
        self.do("Catalog.setProduct", ORG, product_id, new, by=self.maker(n, stray))

    @action(weight=2, n=number, stray=odd, supply=choice([0, 3, 2**64]))
    def create_product(self, n, stray, supply) -> None:
        self.do("Catalog.setProduct", ORG, 0, product(supply=supply), by=self.maker(n, stray))

    @action(weight=2, n=number, active=often, retired=odd, restricted=odd, stray=odd)
    def set_pricing_flags(self, n, active, retired, restricted, stray) -> None:
        used = [item.pricing_id for item in self.state.items.values()]
        pricing_id = one_of([*IDS.values(), OTHER_PRICING, 99, *used * 3], n)
        self.do("Catalog.setPricingFlags", pricing_id, active, retired, restricted, by=self.maker(n, stray))

    @action(weight=2, n=number, linked=often, stray=odd, foreign=odd)
    def link_pricings(self, n, linked, stray, foreign) -> None:
        ids = [OTHER_PRICING] if foreign else [one_of(list(IDS.values()), n)] if n % 30 else []
        self.do("Catalog.linkPricings", ORG, one_of(PRODUCTS, n), ids, linked, by=self.maker(n, stray))

    @action(weight=2, n=number)
    def link_all_pricings(self, n) -> None:
        self.do("Catalog.linkPricings", ORG, one_of(PRODUCTS, n), list(IDS.values()), True, by=self.person("maker"))

    @action(weight=2, n=number, allowed=often, stray=odd)
    def set_pricing_access(self, n, allowed, stray) -> None:
        wallets = [self.buyer(n), self.buyer(n + 1)] if n % 20 else []
        pricing_id = one_of(list(IDS.values()), n)
        self.do("Catalog.setPricingAccess", pricing_id, wallets, allowed, by=self.maker(n, stray))

    @action(weight=2, n=number, shut=each(odd, odd, odd, often, odd), grace=choice([0, 1, 5, 30, 31]), most=number)
    def set_sale_rules(self, n, shut, grace, most) -> None:
        limit = one_of([0, 0, 0, 1, 3, 2**16], most)
        rules = (*shut, grace, limit, n % 2 == 0)
        self.do("Catalog.setSaleRules", ORG, rules, by=self.maker(n, n % 9 == 0))

    @action(weight=4, n=number)
    def open_the_sale(self, n) -> None:
        rules = (False, False, False, True, False, n % 31, 0, False)
        self.do("Catalog.setSaleRules", ORG, rules, by=self.person("clerk"))

    @action(weight=2, n=number, allowed=often, stray=odd)
    def set_allow_list(self, n, allowed, stray) -> None:
        wallets = [self.buyer(n), self.buyer(n + 1)] if n % 20 else []
        self.do("Catalog.setAllowList", ORG, wallets, allowed, by=self.maker(n, stray))

    @action(weight=4, n=number, bad=between(0, 9), stray=odd)
    def create_pricing(self, n, bad, stray) -> None:
        style, frequency, token, flat, meter, tiers = one_of(list(PRICINGS.values()), n)
        token = self.session.tokens.get(token, "0x" + "00" * 20)
        if bad == 0:
            style = 6
        elif bad == 1:
            frequency = 0 if frequency else 3
        elif bad == 2:
            token = self.person("keeper")
        elif bad == 3:
            flat = 2**96 if not tiers else 1
        elif bad == 4:
            tiers = [(0, 0, 1, 1), (1, 0, 1, 1)]
        elif bad == 5:
            tiers = tiers[1:]
        elif bad == 6:
            meter = 2
        made = terms(style, frequency, token, flat, meter, tiers)
        self.do("Catalog.createPricing", ORG, made, by=self.maker(n, stray))
