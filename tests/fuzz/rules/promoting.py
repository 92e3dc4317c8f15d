from tests.fuzz.model.pricing import DAY
from tests.fuzz.model.promotions import code_hash
from tests.fuzz.rules.base import one_of
from tests.fuzz.rules.buying import Buying, lines
from tests.fuzz.rules.draws import action, between, choice, each, number, odd, often, several, sometimes
from tests.fuzz.world import CODES, ORG, OTHER_ORG, OTHER_PRODUCT, PRODUCTS

RENEWALS = choice([0, 1, 2, 3, 254, 255])
BPS = choice([1, 777, 3_333, 5_000, 10_000])


class Promoting(Buying):
    """Coupons and discounts, made and used."""

    def promoter(self, n: int, stray: bool) -> str:
        return self.anybody(n) if stray else self.person("clerk")

    @action(n=number, bps=BPS, renewals=RENEWALS, flags=each(odd, odd, odd, often), stray=odd, bad=odd)
    def create_coupon(self, n, bps, renewals, flags, stray, bad) -> None:
        expiry = self.now + n % 40 * DAY if n % 3 == 0 else 0
        terms = (0 if bad and n % 2 else bps, expiry, n % 5, 256 if bad else renewals, *flags)
        products = one_of([[], [], PRODUCTS[:2], [OTHER_PRODUCT], [0]] if bad else [[], [], PRODUCTS[:3]], n)
        hashed = code_hash(ORG, one_of(CODES[:3], n))
        self.do("Promotions.createCoupon", ORG, hashed, terms, products, by=self.promoter(n, stray))

    @action(weight=2, n=number, active=often, most=between(0, 4), stray=odd)
    def set_coupon(self, n, active, most, stray) -> None:
        expiry = one_of([0, 0, self.now + 30 * DAY, self.now], n)
        self.do("Promotions.setCoupon", 1 + n % 4, active, expiry, most, by=self.promoter(n, stray))

    @action(n=number, allowed=often, stray=odd)
    def set_coupon_access(self, n, allowed, stray) -> None:
        wallets = [self.buyer(n), self.buyer(n + 1)] if n % 20 else []
        self.do("Promotions.setCouponAccess", 1 + n % 4, wallets, allowed, by=self.promoter(n, stray))

    @action(n=number, bps=BPS, most=between(0, 3), mode=choice([0, 0, 1, 1, 2, 2, 3]), stray=odd, bad=odd)
    def create_discount(self, n, bps, most, mode, stray, bad) -> None:
        bps = 10_001 if bad else bps
        self.do("Promotions.createDiscount", ORG, "Loyal", bps, most, mode, by=self.promoter(n, stray))

    @action(weight=2, n=number, active=often, most=between(0, 4), stray=odd)
    def set_discount(self, n, active, most, stray) -> None:
        self.do("Promotions.setDiscount", 1 + n % 5, active, most, by=self.promoter(n, stray))

    @action(n=number, allowed=often, stray=odd)
    def set_discount_access(self, n, allowed, stray) -> None:
        wallets = [self.buyer(n), self.buyer(n + 1)] if n % 20 else []
        self.do("Promotions.setDiscountAccess", 1 + n % 5, wallets, allowed, by=self.promoter(n, stray))

    @action(n=number, ids=several(between(1, 6), 0, 3), sort=often, stray=sometimes)
    def mint_discounts(self, n, ids, sort, stray) -> None:
        ids = sorted(set(ids)) if sort else ids
        self.do("Promotions.mintDiscounts", self.some_pass(n), ids, by=self.promoter(n, stray))

    def fitting(self, by: str) -> list[int]:
        """Discounts that this wallet may take, one open one at most."""
        found, has_open = [], False
        for discount_id, discount in sorted(self.state.promotions.discounts.items()):
            is_open = discount.mode == 1
            listed = discount.mode == 0 and (discount_id, by) in self.state.promotions.discount_access
            left = discount.active and (not discount.max_mints or discount.minted < discount.max_mints)
            if discount.org_id == ORG and left and (listed or (is_open and not has_open)):
                found.append(discount_id)
                has_open = has_open or is_open
        return found

    @action(weight=24, n=number, drawn=lines, code=number, ids=number, gift=sometimes, stray=odd)
    def purchase_with_promotions(self, n, drawn, code, ids, gift, stray) -> None:
        by, cart = self.buyer(n), self.cart(drawn, PRODUCTS, 59)
        discounts = [1 + ids % 6, 1 + n % 6] if stray else self.fitting(by)[: ids % 3]
        to = self.anybody(n // 7) if gift else by
        params = (to, ORG, *cart, discounts, self.code(code), False, False)
        self.do_paid("PurchaseManager.purchaseProducts", params, by=by)

    def code(self, n: int) -> str:
        """Mostly one that exists."""
        known = [code for code in CODES if code_hash(ORG, code) in self.state.promotions.codes]
        return one_of(["", *known * 4, CODES[3]], n)

    @action(weight=8, n=number, drawn=lines, code=number)
    def additional_with_coupon(self, n, drawn, code) -> None:
        pass_id = self.some_pass(n)
        cart = self.cart(drawn, self.open_products(pass_id, False), 59)
        params = (pass_id, *cart, self.code(code), False, False)
        self.do_paid("PurchaseManager.purchaseAdditionalProducts", params, by=self.holder(pass_id))

    @action(on=often)
    def count_passes(self, on) -> None:
        """First-pass coupons need it."""
        rules = (False, False, False, True, False, 0, 0, on)
        self.do("Catalog.setSaleRules", ORG, rules, by=self.person("maker"))
        assert code_hash(ORG, CODES[0]) != code_hash(OTHER_ORG, CODES[0])
