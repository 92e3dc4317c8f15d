from tests.fuzz.consent import Key
from tests.fuzz.matrix import cell
from tests.fuzz.model.items import ACTIVE, CANCELLED, EXPIRED, PAST_DUE, PAUSED, Item
from tests.fuzz.rules.base import ShopMachine, one_of
from tests.fuzz.rules.draws import action, between, choice, each, number, odd, often, several, sometimes
from tests.fuzz.world import IDS, ORG, OTHER_ORG, PRICINGS

numbers = several(number, 1, 3)
ACTS = [
    "renew",
    "cancel",
    "undo",
    "pause",
    "unpause",
    "change",
    "quantity",
    "auto-renew",
    "end",
    "buy again",
    "buy again",
]
WHO = ["holder", "holder", "holder", "clerk", "clerk", "keeper"]
brought_status = choice([ACTIVE, ACTIVE, CANCELLED, CANCELLED, PAST_DUE, PAST_DUE, PAUSED, EXPIRED])
any_status = choice([ACTIVE, CANCELLED, PAST_DUE, PAUSED, EXPIRED])
QUANTITIES = [0, 0, 1, 5, 6, 20, 21, 50, 51, 2**32 - 1, 2**32, 2**32]
open_status = choice([ACTIVE, ACTIVE, PAST_DUE, PAST_DUE, EXPIRED, EXPIRED, CANCELLED, PAUSED])


class Subscribing(ShopMachine):
    """What happens to a subscription after it is bought."""

    def recurring(self, *statuses: int):
        def fits(item: Item) -> bool:
            return not item.one_time and (not statuses or item.status(self.now) in statuses)

        return fits

    def siblings(self, key: Key, drawn: list[int]) -> list[int]:
        products = self.session.shop.products_of(key[0]) if key[0] in self.state.passes else [1]
        return [one_of(products, n) for n in drawn]

    @action(weight=48, n=number, at=brought_status, what=choice(ACTS), who=choice(WHO), how=number)
    def try_a_cell(self, n, at, what, who, how) -> None:
        """One cell of the status and action matrix: an item is brought into a status, and something is tried."""
        key = self.pick(n, self.recurring(ACTIVE))
        item = self.item(key)
        if item is None or item.one_time:
            return
        self._bring(key, item, at, early=how % 2 == 0)
        by = self.holder(key[0]) if who == "holder" else self.person(who)
        self._try(key, what, by, how)

    def _bring(self, key: Key, item: Item, at: int, *, early: bool) -> None:
        """EXPIRED comes `early` by cancelling, at the end of the period."""
        if item.status(self.now) != ACTIVE:
            return
        if at == CANCELLED or (at == EXPIRED and early):
            self.do("PurchaseManager.cancelSubscription", *key, True, by=self.holder(key[0]))
        elif at == PAUSED and item.pausable and not item.usage:
            self.do("PurchaseManager.pauseSubscription", *key, True, by=self.holder(key[0]))
        if at in (PAST_DUE, EXPIRED):
            self.session.travel((item.end if at == PAST_DUE or early else item.grace_end) - self.now)

    def _try(self, key: Key, what: str, by: str, n: int) -> None:
        free = by == self.person("clerk")
        if what == "renew":
            self.do_paid("PurchaseManager.renewSubscription", *key, free, by=by)
        elif what in ("cancel", "undo"):
            self.do_paid("PurchaseManager.cancelSubscription", *key, what == "cancel", by=by)
        elif what in ("pause", "unpause"):
            self.do("PurchaseManager.pauseSubscription", *key, what == "pause", by=by)
        elif what == "change":
            params = (ORG, *key, self._another(key, n, any_pricing=False), free)
            self.do_paid("PurchaseManager.changeSubscriptionPricing", params, by=by)
        elif what == "quantity":
            quantity = max(self.state.items[key].quantity + (1 if n % 3 else -1), 0)
            self.do_paid("PurchaseManager.changeTieredSubscriptionUnitQuantity", *key, quantity, free, by=by)
        elif what == "auto-renew":
            self.do("PurchaseManager.setAutoRenew", *key, n % 2 == 0, by=by)
        elif what == "buy again":
            item = self.state.items[key]
            cart = ([key[1]], [item.pricing_id], [item.quantity])
            self.do_paid("PurchaseManager.purchaseAdditionalProducts", (key[0], *cart, "", free, False), by=by)
        else:
            self.do("PurchaseManager.endSubscription", *key, by=by)

    @action(weight=10, n=number, at=open_status, stray=odd, spare=choice([0, 0, 0, 0, 1, 10**15]))
    def renew_subscription(self, n, at, stray, spare) -> None:
        """By its holder: early, in grace, or a restart; more coins than needed come back."""
        key = self.pick(n, self.recurring(at))
        by = self.holder_or(key[0], n, stray)
        item = self.item(key)
        more = spare if item is not None and (item.native or spare == 1) else 0
        self.do_paid("PurchaseManager.renewSubscription", *key, False, by=by, more=more)

    @action(weight=8, n=number, at=open_status, short=odd)
    def renew_for_another(self, n, at, short) -> None:
        key = self.pick(n, self.recurring(at))
        by, name = self.person("keeper"), "PurchaseManager.renewSubscription"
        coins = self.coins_for(name, *key, False, by=by)
        self.do(name, *key, False, by=by, value=max(coins - 1, 0) if short else coins)

    @action(weight=6, n=number, stray=odd, at=open_status)
    def renew_by_the_org(self, n, stray, at) -> None:
        key = self.pick(n, self.recurring(at))
        by = self.anybody(n) if stray else self.person("clerk")
        self.do("PurchaseManager.renewSubscription", *key, True, by=by)

    @action(n=number, drawn=numbers, free=odd)
    def renew_subscription_batch(self, n, drawn, free) -> None:
        key = self.pick(n, self.recurring(ACTIVE, PAST_DUE, EXPIRED))
        by = self.person("clerk") if free else self.holder(key[0])
        self.do("PurchaseManager.renewSubscriptionBatch", key[0], self.siblings(key, drawn), free, by=by)

    @action(weight=8, drawn=several(each(number, often), 1, 6), n=number)
    def renew_subscriptions(self, drawn, n) -> None:
        """A keeper's batch: all kinds of pairs, most of them due."""
        keys = [self.pick(i, self.recurring(PAST_DUE) if due else lambda _: True) for i, due in drawn]
        if n % 5 == 0:
            keys.append((self.state.pass_supply + 1, 1))
        if n % 50 == 1:
            passes = [key[0] for key in keys]
            self.do("PurchaseManager.renewSubscriptions", passes, [1] * (len(passes) - 1), by=self.anybody(n))
        else:
            self._renew_pairs(keys, self.anybody(n))

    def _renew_pairs(self, keys: list[Key], by: str) -> None:
        """A pair named twice is in another cell the second time, which is not counted."""
        shop = self.session.shop
        cells = [None if key in keys[:i] else cell("pair", key, "keeper", shop) for i, key in enumerate(keys)]
        passes, products = [key[0] for key in keys], [key[1] for key in keys]
        answer = self.do("PurchaseManager.renewSubscriptions", passes, products, by=by)
        if answer.error is None:
            self.session.count_pairs(answer.value, cells)

    @action(weight=8, n=number, seconds=between(0, 3), also=numbers)
    def keep(self, n, seconds, also) -> None:
        """A keeper waits for the end of a period and renews what is due then, and a few more."""
        key = self.pick(n, lambda item: item.auto_renew and not item.paused and item.end >= self.now)
        item = self.item(key)
        if item is None or item.paused:
            return
        self.session.travel(max(item.end - self.now, 0) + seconds * 3_600)
        due = self.live(lambda item: item.in_grace(self.now))[:4]
        self._renew_pairs([*due, *[self.pick(i, self.recurring()) for i in also]], self.person("keeper"))

    @action(weight=6, n=number, at=any_status, stray=odd, other=odd)
    def pause_subscription(self, n, at, stray, other) -> None:
        key = self.pick(n, lambda item: not item.usage and self.recurring(at if n % 2 else ACTIVE)(item))
        by = self.holder_or(key[0], n, stray)
        self.do("PurchaseManager.pauseSubscription", *key, not other, by=by)

    @action(n=number, other=odd, paused=often)
    def unpause_subscription(self, n, other, paused) -> None:
        key = self.pick(n, lambda item: item.paused or not paused)
        self.do("PurchaseManager.pauseSubscription", *key, other, by=self.holder(key[0]))

    @action(n=number, drawn=numbers, on=often)
    def pause_subscription_batch(self, n, drawn, on) -> None:
        key = self.pick(n, self.recurring(ACTIVE if on else PAUSED))
        products = self.siblings(key, drawn)
        ons = [on] * (len(products) + (n % 40 == 0))
        self.do("PurchaseManager.pauseSubscriptionBatch", key[0], products, ons, by=self.holder(key[0]))

    @action(n=number, at=any_status, stray=odd, support=sometimes)
    def cancel_subscription(self, n, at, stray, support) -> None:
        key = self.pick(n, self.recurring(at))
        by = self.person("clerk") if support else self.holder_or(key[0], n, stray)
        self.do("PurchaseManager.cancelSubscription", *key, True, by=by, value=int(n % 20 == 0))

    @action(weight=6, n=number, at=choice([CANCELLED, PAUSED, EXPIRED, EXPIRED]), stray=odd, cancelled=often)
    def undo_cancel(self, n, at, stray, cancelled) -> None:
        key = self.pick(n, lambda item: item.cancelled == cancelled and self.recurring(at)(item))
        by = self.person("clerk") if stray else self.holder(key[0])
        self.do_paid("PurchaseManager.cancelSubscription", *key, False, by=by)

    @action(n=number, drawn=numbers, on=often)
    def cancel_subscription_batch(self, n, drawn, on) -> None:
        key = self.pick(n, lambda item: self.recurring()(item) and item.cancelled != on)
        products = self.siblings(key, drawn)
        ons = [on] * (len(products) + (n % 40 == 0))
        self.do("PurchaseManager.cancelSubscriptionBatch", key[0], products, ons, by=self.holder(key[0]))

    @action(weight=10, n=number, drawn=number, free=sometimes, stray=odd, any_pricing=odd, active=often, at=any_status)
    def change_subscription_pricing(self, n, drawn, free, stray, any_pricing, active, at) -> None:
        """Mostly to a pricing of the same token and kind; by the org too."""
        key = self.pick(n, self.recurring(ACTIVE if active else at))
        pricing_id = self._another(key, drawn, any_pricing)
        org_id = OTHER_ORG if stray and drawn % 3 == 0 else ORG
        by = self.person("clerk") if free else self.holder_or(key[0], drawn, stray)
        params = (org_id, *key, pricing_id, free)
        self.do_paid("PurchaseManager.changeSubscriptionPricing", params, by=by)

    def _another(self, key: Key, drawn: int, any_pricing: bool) -> int:
        item = self.item(key)
        if any_pricing or item is None:
            return one_of([*IDS.values(), 99], drawn)
        old = self.state.catalog.pricings[item.pricing_id].terms

        def fits(pricing_id: int) -> bool:
            new = self.state.catalog.pricings[pricing_id].terms
            same = new.usage == old.usage and new.token == old.token
            return same and not new.one_time and pricing_id != item.pricing_id

        return one_of([pricing_id for pricing_id in IDS.values() if fits(pricing_id)] or [1], drawn)

    @action(weight=10, n=number, quantity=choice(QUANTITIES), free=sometimes, up=choice([True, False]))
    def change_tiered_subscription_unit_quantity(self, n, quantity, free, up) -> None:
        tiered = [i for i, terms in enumerate(PRICINGS.values(), 1) if terms[0] in (2, 3)]
        at = ACTIVE if n % 4 else n // 4 % 5
        key = self.pick(n, lambda item: item.pricing_id in tiered and self.recurring(at)(item))
        item = self.item(key)
        if up and item is not None:
            quantity = item.quantity + quantity % 13
        by = self.person("clerk") if free else self.holder_or(key[0], n, n % 9 == 0)
        self.do_paid("PurchaseManager.changeTieredSubscriptionUnitQuantity", *key, quantity, free, by=by)

    @action(n=number, at=any_status, on=often, stray=odd)
    def set_auto_renew(self, n, at, on, stray) -> None:
        key = self.pick(n, lambda item: self.recurring(at)(item) and item.auto_renew != on)
        by = self.holder_or(key[0], n, stray)
        self.do("PurchaseManager.setAutoRenew", *key, on, by=by)

    @action(weight=1, n=number, at=any_status, stray=odd)
    def end_subscription(self, n, at, stray) -> None:
        key = self.pick(n, self.recurring(at))
        self.do("PurchaseManager.endSubscription", *key, by=self.holder_or(key[0], n, stray))
