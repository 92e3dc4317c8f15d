from tests.fuzz.model.items import EXPIRED
from tests.fuzz.model.pricing import NATIVE
from tests.fuzz.rules.base import ShopMachine, one_of
from tests.fuzz.rules.draws import action, between, choice, each, number, odd, several, sometimes
from tests.fuzz.world import IDS, ORG, OTHER_ORG, OTHER_PRICING, OTHER_PRODUCT, PRICINGS, PRODUCTS

REFERENCE = bytes(range(32))
lines = several(each(number, number, number), 1, 3)


class Buying(ShopMachine):
    """Carts of all kinds."""

    pricing_names: tuple[str, ...] = tuple(PRICINGS)  # what this machine sells

    def cart(self, drawn: list[tuple[int, int, int]], free: list[int], spoil: int) -> tuple[list, list, list]:
        """Products of `free`, pricings of one token; `spoil` breaks a rule of carts now and then."""
        token = PRICINGS[one_of(self.pricing_names, drawn[0][1])][2]
        names = [name for name in self.pricing_names if PRICINGS[name][2] == token]
        products, pricings, quantities = [], [], []
        for i, (product, pricing, quantity) in enumerate(drawn[: len(free)]):
            name = one_of(names, pricing)
            products.append(one_of(free, product + i) if one_of(free, product + i) not in products else free[i - 1])
            pricings.append(IDS[name])
            quantities.append(1 + quantity % 30 if PRICINGS[name][0] in (2, 3) else 0)
        self._spoil(spoil, products, pricings, quantities)
        return products, pricings, quantities

    def _spoil(self, spoil: int, products: list, pricings: list, quantities: list) -> None:
        kind = spoil % 60
        if kind == 0:
            quantities[0] = 0 if quantities[0] else 1
        elif kind == 1:
            pricings[-1] = OTHER_PRICING
        elif kind == 2:
            products[0] = OTHER_PRODUCT
        elif kind == 3:
            pricings[-1] = one_of(list(IDS.values()), spoil)
        elif kind == 4:
            products.append(products[0])
            pricings.append(pricings[0])
            quantities.append(quantities[0])
        elif kind == 5:
            quantities.append(0)
        elif kind == 6:
            products.clear(), pricings.clear(), quantities.clear()

    def params(self, n: int, gift: bool, cart: tuple, code: str = "", flags: tuple = (False, False)) -> tuple:
        to = self.anybody(n // 7) if gift else self.buyer(n)
        return (to, ORG, *cart, [], code, *flags)

    @action(weight=8, n=number, drawn=lines, spoil=number, gift=sometimes, pause=odd, stray=odd)
    def purchase_products(self, n, drawn, spoil, gift, pause, stray) -> None:
        params = self.params(n, gift, self.cart(drawn, PRODUCTS, spoil), flags=(False, pause))
        by, name = self.buyer(n), "PurchaseManager.purchaseProducts"
        self.do_paid(name, params, by=by, more=spoil % 2 if stray else 0)

    @action(n=number, drawn=lines, spoil=number, bad=between(0, 11))
    def checkout(self, n, drawn, spoil, bad) -> None:
        params, by = self.params(n, False, self.cart(drawn, PRODUCTS, spoil)), self.buyer(n)
        amount = self.session.price("PurchaseManager.purchaseProducts", params, by=by)
        terms = self.terms(params[3], amount, bad)
        self.do("PurchaseManager.checkout", params, terms, by=by, value=self._coins(params[3], amount))

    def terms(self, pricing_ids: list, amount: int, bad: int) -> tuple:
        """Agreed exactly; or another token, one unit too little, one second too late."""
        token = self._token(pricing_ids)
        agreed = (self.session.tokens["Bad"] if bad == 0 else token, amount, self.now)
        token, amount, deadline = agreed
        return (REFERENCE, token, max(amount - (bad == 1), 0), deadline - (bad == 2))

    def _token(self, pricing_ids: list) -> str:
        return self.state.catalog.pricings[pricing_ids[0]].terms.token if pricing_ids else NATIVE

    def _coins(self, pricing_ids: list, amount: int) -> int:
        return amount if self._token(pricing_ids) == NATIVE else 0

    def open_products(self, pass_id: int, any_product: bool) -> list[int]:
        """What the pass can take: new to it, or over."""
        items, now = self.state.items, self.now

        def is_open(product_id: int) -> bool:
            item = items.get((pass_id, product_id))
            return item is None or item.status(now) == EXPIRED

        found = [product_id for product_id in PRODUCTS if is_open(product_id)]
        return PRODUCTS if any_product or not found else found

    @action(weight=8, n=number, drawn=lines, spoil=number, pause=odd, stray=odd, taken=odd)
    def purchase_additional_products(self, n, drawn, spoil, pause, stray, taken) -> None:
        pass_id = self.some_pass(n)
        cart = self.cart(drawn, self.open_products(pass_id, taken), spoil)
        params = (pass_id, *cart, "", False, pause)
        by = self.holder_or(pass_id, spoil, stray)
        self.do_paid("PurchaseManager.purchaseAdditionalProducts", params, by=by)

    @action(n=number, drawn=lines, bad=between(0, 11))
    def checkout_additional(self, n, drawn, bad) -> None:
        pass_id = self.some_pass(n)
        cart = self.cart(drawn, self.open_products(pass_id, False), 59)
        params, by = (pass_id, *cart, "", False, False), self.holder(pass_id)
        amount = self.session.price("PurchaseManager.purchaseAdditionalProducts", params, by=by)
        terms = self.terms(params[2], amount, bad)
        self.do("PurchaseManager.checkoutAdditional", params, terms, by=by, value=self._coins(params[2], amount))

    @action(n=number, drawn=lines, spoil=number, pause=odd, stray=odd, more=sometimes)
    def airdrop_cart(self, n, drawn, spoil, pause, stray, more) -> None:
        """The flag on a cart, for a new pass or an existing one."""
        by = self.buyer(n) if stray else self.person("clerk")
        code = "SPRING" if spoil % 29 == 0 else ""
        if more:
            pass_id = self.some_pass(n)
            cart = self.cart(drawn, self.open_products(pass_id, False), spoil)
            params = (pass_id, *cart, code, True, pause)
            self.do("PurchaseManager.purchaseAdditionalProducts", params, by=by)
        else:
            params = self.params(n, True, self.cart(drawn, PRODUCTS, spoil), code, (True, pause))
            self.do("PurchaseManager.purchaseProducts", params, by=by)

    @action(n=number, drawn=lines, spoil=number, count=between(1, 4), stray=odd, reference=between(0, 9))
    def airdrop_products(self, n, drawn, spoil, count, stray, reference) -> None:
        """Also more recipients than one call takes, and a reference given before."""
        many = 70 if spoil % 31 == 0 and len(drawn) == 3 else count
        recipients = [self.anybody(n + i) for i in range(many)]
        if spoil % 37 == 0:
            recipients[-1] = NATIVE
        by = self.buyer(n) if stray else self.person("clerk")
        cart = self.cart(drawn, PRODUCTS, spoil)
        ref = reference.to_bytes(32)
        self.do("PurchaseManager.airdropProducts", ORG, recipients, *cart, ref, by=by)

    @action(weight=1, n=number)
    def purchase_of_another_org(self, n) -> None:
        params = (self.buyer(n), OTHER_ORG, [OTHER_PRODUCT], [OTHER_PRICING], [0], [], "", False, False)
        self.do("PurchaseManager.purchaseProducts", params, by=self.buyer(n))

    @action(weight=1, n=number, org=choice([0, 3, 99]))
    def purchase_of_no_org(self, n, org) -> None:
        params = (self.buyer(n), org, [1], [1], [0], [], "", False, False)
        self.do("PurchaseManager.purchaseProducts", params, by=self.buyer(n))
