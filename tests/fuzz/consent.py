"""What customers have agreed to, kept apart from the model: who, to which pricing, up to which bill (R12)."""

from dataclasses import dataclass, field
from typing import Any

from tests.fuzz.model.items import ACTIVE, EXPIRED, Item
from tests.fuzz.model.shop import Shop

Key = tuple[int, int]
BUYING = {"purchaseProducts", "checkout"}
ADDING = {"purchaseAdditionalProducts", "checkoutAdditional"}
RENEWING = {"renewSubscription", "renewSubscriptionBatch", "renewSubscriptions"}


@dataclass
class Consents:
    renewals: dict[Key, tuple[str, int]] = field(default_factory=dict)  # holder, pricing
    caps: dict[Key, tuple[str, int]] = field(default_factory=dict)  # holder, largest bill

    def agree(self, key: Key, holder: str, item: Item) -> None:
        self.renewals[key] = (holder, item.pricing_id)

    def withdraw(self, key: Key) -> None:
        self.renewals.pop(key, None)

    def forget(self, key: Key) -> None:
        self.withdraw(key)
        self.caps.pop(key, None)

    def follow(self, called: str, args: tuple, by: str, shop: Shop, before: dict[Key, Item]) -> None:
        """A call that went through, as a bystander understands it."""
        contract, name = called.split(".")
        if name in BUYING or name in ADDING:
            self._follow_cart(args[0], by, shop, is_new=name in BUYING)
        elif name in ("renewSubscription", "renewSubscriptionBatch"):
            ids = args[1] if isinstance(args[1], list) else [args[1]]
            for product_id in ids:
                self._follow_renewal((args[0], product_id), args[2], by, shop, before)
        elif name in ("cancelSubscription", "cancelSubscriptionBatch"):
            self._follow_undo(args, by, shop, before)
        elif name == "setAutoRenew":
            key = args[:2]
            self.agree(key, by, shop.state.items[key]) if args[2] else self.withdraw(key)
        elif name == "setUsageCap":
            self.caps[args[:2]] = (by, args[2])
        elif name in ("changeSubscriptionPricing", "changeTieredSubscriptionUnitQuantity"):
            self._follow_change(name, args, by, shop)
        elif contract == "ProductPass" and name in ("transferFrom", "safeTransferFrom", "burn"):
            for key in [key for key in shop.state.items if key[0] == args[-1]]:
                self.forget(key)

    def _follow_cart(self, params: tuple, by: str, shop: Shop, is_new: bool) -> None:
        pass_id = shop.state.pass_supply if is_new else params[0]
        *_, airdrop, _ = params
        for product_id in params[2 if is_new else 1]:
            key = (pass_id, product_id)
            self.forget(key)
            if by == shop.holder(pass_id) and not airdrop:
                self.agree(key, by, shop.state.items[key])

    def _follow_renewal(self, key: Key, free: bool, by: str, shop: Shop, before: dict[Key, Item]) -> None:
        status = before[key].status(shop.state.now)
        if free and status != ACTIVE:
            self.withdraw(key)
        elif not free and status == EXPIRED and by == shop.holder(key[0]):
            self.agree(key, by, shop.state.items[key])

    def _follow_undo(self, args: tuple, by: str, shop: Shop, before: dict[Key, Item]) -> None:
        pass_id, ids, ons = args
        pairs = zip(ids, ons, strict=True) if isinstance(ids, list) else [(ids, ons)]
        for product_id, on in pairs:
            key = (pass_id, product_id)
            if not on and before[key].status(shop.state.now) == EXPIRED:
                self.agree(key, by, shop.state.items[key])

    def _follow_change(self, name: str, args: tuple, by: str, shop: Shop) -> None:
        of_plan = name == "changeSubscriptionPricing"
        key, free = (args[0][1:3], args[0][4]) if of_plan else (args[:2], args[3])
        if free:
            self.forget(key)
        elif key in self.renewals:
            self.agree(key, by, shop.state.items[key])

    def check(self, key: Key, shop: Shop, before: Item, bill: int | None, by: str) -> None:
        """The item was charged (`bill`: for usage) or renewed by `by`: may it?"""
        now, holder, after = shop.state.now, shop.holder(key[0]), shop.state.items[key]
        if bill:
            assert self.caps.get(key, ("", 0))[0] == holder, f"{key} billed without a cap"
            assert bill <= self.caps[key][1], f"{key} billed above its cap"
        if by == holder:
            return
        assert before.in_grace(now), f"{key} renewed by another outside of grace"
        if after.start != before.start or bill is None:
            assert self.renewals.get(key) == (holder, before.pricing_id), f"{key} renewed without consent"


def charged_keys(before: dict[Key, Item], shop: Shop) -> list[Key]:
    return [key for key, item in before.items() if shop.state.items.get(key) != item]


def nobody_else_pays(name: str, by: str, fell: list[tuple[str, str]], escrow: str) -> Any:
    others = [wallet for _, wallet in fell if wallet not in (by, escrow)]
    assert not others or name in RENEWING, f"{name} by {by} took money from {others}"
