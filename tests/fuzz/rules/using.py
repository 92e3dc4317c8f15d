from tests.fuzz.model.renewals import usage_bill
from tests.fuzz.rules.base import ShopMachine, one_of
from tests.fuzz.rules.draws import action, between, choice, number, odd, often, several
from tests.fuzz.world import METER, ORG, OTHER_METER, SECOND_METER


class Using(ShopMachine):
    """Meters, readings, caps."""

    @action(weight=16, n=number, drawn=several(number, 1, 3), stray=odd, bad=odd)
    def record_usage(self, n, drawn, stray, bad) -> None:
        passes = [self.some_pass(i) for i in drawn]
        units = [i % 300 for i in drawn]
        if bad:
            units[0] = 2**48 - n % 2 * 400
        by = self.anybody(n) if stray else self.person("clerk")
        meter = OTHER_METER if stray and n % 2 else one_of([METER, METER, SECOND_METER], n)
        self.do("Catalog.recordUsage", meter, passes, units, by=by)

    @action(n=number, less=between(-1, 40), stray=odd)
    def adjust_usage(self, n, less, stray) -> None:
        key = self.pick(n, lambda item: item.usage)
        meter = one_of([METER, METER, SECOND_METER], n)
        present = self.state.catalog.total(meter, key[0])
        by = self.anybody(n) if stray else self.person("clerk")
        self.do("Catalog.adjustUsage", meter, key[0], max(present - less, 0), by=by)

    @action(weight=12, n=number, stray=odd, kind=choice(["enough"] * 6 + ["exact", "low", "huge"]))
    def set_usage_cap(self, n, stray, kind) -> None:
        shop = self.session.shop
        used = [key for key in self.live(lambda item: item.usage) if usage_bill(shop, *key, self.state.items[key])[1]]
        key = used[n % len(used)] if used and kind != "enough" else self.pick(n, lambda item: item.usage)
        item = self.item(key)
        recorded = usage_bill(shop, *key, item)[1] if item is not None and item.usage else 0
        amount = {"enough": recorded * 3 + 10**6, "exact": recorded, "low": max(recorded - 1, 0), "huge": 2**96}[kind]
        self.do("PurchaseManager.setUsageCap", *key, amount, by=self.holder_or(key[0], n, stray))

    @action(weight=2, n=number, on=often)
    def set_meter_active(self, n, on) -> None:
        by = self.person("rival") if n % 9 == 0 else self.person("maker")
        self.do("Catalog.setMeterActive", one_of([METER, METER, METER, 99], n), on, by=by)

    @action(weight=1, n=number, stray=odd)
    def create_meter(self, n, stray) -> None:
        by = self.buyer(n) if stray else self.person("clerk")
        self.do("Catalog.createMeter", ORG, by=by)

    @action(weight=1, n=number)
    def record_for_a_foreign_pass(self, n) -> None:
        self.do("Catalog.recordUsage", OTHER_METER, [self.some_pass(n)], [1], by=self.person("rival"))
