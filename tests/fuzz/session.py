"""One run of model and system side by side: every call goes to both, and both must answer alike.

After each call that went through, the words it changed are compared three ways: the model's, the
contracts' storage, and what an indexer knows that has seen nothing but the events.
"""

import pickle
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from eth_utils import keccak
from hypothesis import currently_in_test_context, event

from tests.fuzz.consent import RENEWING, Consents, nobody_else_pays
from tests.fuzz.driver import Answer, Driver
from tests.fuzz.matrix import cell_of
from tests.fuzz.model.items import EXPIRED, PAST_DUE, Item, Usage, value_left
from tests.fuzz.model.periods import rounding_loss
from tests.fuzz.model.pricing import NATIVE
from tests.fuzz.model.refusal import Refusal
from tests.fuzz.model.shop import Shop
from tests.fuzz.operations import OPERATIONS

OUTCOMES: Counter[str] = Counter()  # "PurchaseManager.topUp: done", "PurchaseManager.topUp: ZeroAmount"


def _topic(text: str) -> int:
    return int.from_bytes(keccak(text=text))


STATE = _topic("SubscriptionStateChanged(uint256,uint256,uint256)")
RECEIVED = _topic("PaymentReceived(uint256,address,address,uint256,uint256)")
PAID_OUT = _topic("PaidOut(uint256,address,address,uint256,uint256)")

# What `PassLens` says beforehand of a call, as its caller, and where it keeps the sum.
QUOTES = {
    "PurchaseManager.purchaseProducts": "quotePurchase",
    "PurchaseManager.checkout": "quotePurchase",
    "PurchaseManager.purchaseAdditionalProducts": "quoteAdditional",
    "PurchaseManager.checkoutAdditional": "quoteAdditional",
    "PurchaseManager.renewSubscription": "quoteRenewal",
    "PurchaseManager.changeSubscriptionPricing": "quoteChange",
    "PurchaseManager.changeTieredSubscriptionUnitQuantity": "quoteQuantity",
}
# A quote does not look at wallets, and knows nothing of what a checkout agreed to.
ABOUT_MONEY = {
    "WrongValue",
    "ValueTooLow",
    "InsufficientAllowance",
    "InsufficientBalance",
    "PaymentFailed",
}
AS_AGREED = {"UnexpectedToken", "AmountAboveMax", "DeadlinePassed"}
# Moves that keep what the customer has: value after = value before + charged, less rounding (R18).
KEEPING = {
    "changeSubscriptionPricing",
    "changeTieredSubscriptionUnitQuantity",
    "renewSubscription",
    "pauseSubscription",
    "cancelSubscription",
}


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + 32]) for i in range(0, len(data), 32)]


def _token(topic: int) -> str:
    return f"0x{topic:040x}" if topic else NATIVE


@dataclass
class Indexer:
    """Words and ledger rows, rebuilt from logs alone."""

    words: dict[tuple[int, int], int] = field(default_factory=dict)
    rows: dict[tuple[int, str], int] = field(default_factory=dict)

    def follow(self, logs: list) -> set[tuple[int, int]]:
        """The items whose words were announced."""
        seen = set()
        for _, topics, data in logs:
            if topics[0] == STATE:
                self.words[topics[1], topics[2]] = _words(data)[0]
                seen.add((topics[1], topics[2]))
            elif topics[0] == RECEIVED:
                amount, fee = _words(data)
                self._book(topics[1], _token(topics[2]), amount - fee)
                self._book(0, _token(topics[2]), fee)
            elif topics[0] == PAID_OUT:
                self._book(topics[1], _token(topics[2]), -_words(data)[0])
        return seen

    def _book(self, org_id: int, token: str, amount: int) -> None:
        self.rows[org_id, token] = self.rows.get((org_id, token), 0) + amount


@dataclass
class Before:
    """What a call is compared with."""

    items: dict[tuple[int, int], Item]
    usages: dict
    rows: dict
    passes: dict[int, int]
    balances: dict[tuple[str, str], int]
    taken: int


@dataclass
class Session:
    driver: Driver
    shop: Shop
    people: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)  # name of the contract in the driver -> address
    indexer: Indexer = field(default_factory=Indexer)
    consents: Consents = field(default_factory=Consents)
    differs: bool = False  # a call failed to compare; nothing after it means anything

    def fork(self) -> "Session":
        """A copy to run on; what the last run did to the chain is undone."""
        self.driver.chain.restore()
        shop = Shop.__new__(Shop)
        shop.state = pickle.loads(pickle.dumps(self.shop.state))
        indexer = Indexer(dict(self.indexer.words), dict(self.indexer.rows))
        consents = Consents(dict(self.consents.renewals), dict(self.consents.caps))
        return Session(self.driver, shop, self.people, self.tokens, indexer, consents)

    def travel(self, seconds: int) -> None:
        self.driver.chain.travel(seconds)
        self.shop.state.now = self.driver.chain.now

    def do(self, name: str, *args: Any, by: str, value: int = 0) -> Answer:
        """The call on both sides; its result, or the error both gave."""
        self.differs = True
        before, cell = self._before(), cell_of(name.split(".")[1], args, by, self.shop)
        quote = self._quote(name, args, by)
        told = self._ask_model(name, args, by, value)
        answer = self.driver.send(name, *args, by=by, value=value)
        assert answer.error == told.error, f"{name}{args} by {by}: {answer.error}, the model says {told.error}"
        self._count(f"{name}: {answer.error or 'done'}")
        if cell is not None:
            self._count(f"{cell}: {answer.error or 'done'}")
        self._compare_quote(quote, told.error, self.shop.taken() - before.taken)
        if answer.error is None:
            if isinstance(answer.value, int | list) and isinstance(told.value, int | list):
                assert answer.value == told.value, (name, answer.value, told.value)
            self._compare(before, self.indexer.follow(answer.logs))
            self._check_customers(name, args, by, before)
        self.differs = False
        return Answer(answer.error, told.value, answer.logs)

    def price(self, name: str, *args: Any, by: str) -> int:
        """What the model says the call would charge now."""
        return self.shop.dry_run(OPERATIONS[name], by, *args)

    def price_in_coins(self, name: str, *args: Any, by: str) -> int:
        """The same where it is due in the native coin, else 0."""
        return self.shop.dry_run(OPERATIONS[name], by, *args, token=NATIVE)

    def count_pairs(self, outcomes: list[int], cells: list[str | None]) -> None:
        """Outcomes of a keeper's batch, each by the cell that its pair was in."""
        for outcome, place in zip(outcomes, cells, strict=True):
            self._count(f"pair: {outcome}")
            if place is not None:
                self._count(f"{place}: {outcome}")

    def _quote(self, name: str, args: tuple, by: str) -> Answer | None:
        if name not in QUOTES:
            return None
        if name == "PurchaseManager.renewSubscription":
            args = (*args[:2], by, args[2])
        elif name == "PurchaseManager.changeTieredSubscriptionUnitQuantity":
            args = (*args, by)
        else:
            args = (args[0], by)
        return self.driver.ask(f"PassLens.{QUOTES[name]}", *args)

    def _compare_quote(self, quote: Answer | None, error: str | None, charged: int) -> None:
        """Quote and charge in one block are equal, and so are their refusals (R24)."""
        if quote is None or error in AS_AGREED:
            return
        if error is None:
            total = quote.value.total if hasattr(quote.value, "total") else quote.value.amount
            assert total == charged, f"quoted {total}, charged {charged}"
        elif error in ABOUT_MONEY:
            assert quote.error is None, f"{error}, but the quote says {quote.error}"
        else:
            assert quote.error == error, f"{error}, but the quote says {quote.error}"

    def _check_customers(self, called: str, args: tuple, by: str, before: Before) -> None:
        """Nobody pays without having agreed; nobody gains or loses by moving (R12, R18)."""
        name = called.split(".")[1]
        now = self.balances()
        fell = [key for key, held in before.balances.items() if now[key] < held]
        nobody_else_pays(name, by, fell, self.shop.state.escrow.address)
        if name in RENEWING and not (name != "renewSubscriptions" and args[2]):
            for key in _changed(before.items, self.shop.state.items):
                self.consents.check(key, self.shop, before.items[key], self._bill(key, before), by)
        if name in KEEPING:
            self._check_value(before)
        self.consents.follow(called, args, by, self.shop, before.items)

    def _bill(self, key: tuple[int, int], before: Before) -> int | None:
        """Charged for usage by this call; None if the item is not billed by usage."""
        if not before.items[key].usage:
            return None
        old, new = before.usages.get(key, Usage()), self.shop.usage(*key)
        return new.bill if new.mark != old.mark else 0

    def _check_value(self, before: Before) -> None:
        now, charged = self.shop.state.now, self.shop.taken() - before.taken
        for key in _changed(before.items, self.shop.state.items):
            old, new = before.items[key], self.shop.state.items[key]
            terms = self.shop.pricing_of(new).terms
            if new.usage or old.status(now) in (PAST_DUE, EXPIRED):
                continue
            was = value_left(old, self.shop.pricing_of(old).terms, now)
            value = value_left(new, terms, now)
            assert value <= was + charged, f"{key} gained: {was} + {charged} became {value}"
            assert value >= was + charged - rounding_loss(new, terms, now), f"{key} lost: {was} + {charged}, {value}"

    def _count(self, outcome: str) -> None:
        OUTCOMES[outcome] += 1
        if currently_in_test_context():
            event(outcome)

    def _ask_model(self, name: str, args: tuple, by: str, value: int) -> Answer:
        try:
            return Answer(None, self.shop.attempt(OPERATIONS[name], by, value, *args))
        except Refusal as refusal:
            return Answer(refusal.name)

    def pass_word(self, pass_id: int) -> int:
        if pass_id not in self.shop.state.passes:
            return 0
        owned, owner = self.shop.state.passes[pass_id], int(self.shop.state.nfts.owners[pass_id], 16)
        return owner | owned.org_id << 160 | owned.first << 192 | owned.discount_bps << 232 | owned.count << 246

    def _before(self) -> Before:
        state = self.shop.state
        passes = {pass_id: self.pass_word(pass_id) for pass_id in state.passes}
        return Before(
            dict(state.items), dict(state.usages), dict(state.escrow.rows), passes, self.balances(), self.shop.taken()
        )

    def balances(self) -> dict[tuple[str, str], int]:
        tokens = self.shop.state.escrow.tokens
        return {(token, wallet): held for token in tokens for wallet, held in tokens[token].balances.items()}

    def _compare(self, before: Before, announced: set[tuple[int, int]]) -> None:
        state, read = self.shop.state, self.driver.read
        for key, item in state.items.items():
            if item is not before.items.get(key):
                assert read("PurchaseManager.stateOf", *key) == item.pack(), key
        for key in _changed(before.items, state.items) | announced:
            assert self.indexer.words[key] == state.items[key].pack(), f"events of {key}"
        for key in _changed(before.usages, state.usages):
            assert read("PurchaseManager.usageStateOf", *key) == state.usages[key].pack(), key
        for pass_id in before.passes.keys() | state.passes.keys():
            if self.pass_word(pass_id) != before.passes.get(pass_id):
                assert read("ProductPass.wordOf", pass_id) == self.pass_word(pass_id), pass_id
        self._compare_money(before)

    def _compare_money(self, before: Before) -> None:
        rows = self.shop.state.escrow.rows
        for key in _changed(before.rows, rows):
            assert self.driver.read("PaymentEscrow.orgBalance", *key) == rows[key], key
            assert self.indexer.rows[key] == rows[key], f"events of row {key}"
        now = self.balances()
        for token, wallet in _changed(before.balances, now):
            assert self.real_balance(token, wallet) == now[token, wallet], (token, wallet)

    def real_balance(self, token: str, wallet: str) -> int:
        names = {address: name for name, address in self.tokens.items()}
        return self.driver.balance(names.get(token, token), wallet)

    def compare_all(self) -> None:
        """Everything, at the end of a run: also what no call should have touched."""
        if self.differs:
            return
        state, read = self.shop.state, self.driver.read
        for key, item in state.items.items():
            assert read("PurchaseManager.stateOf", *key) == item.pack(), key
        for key, usage in state.usages.items():
            if state.items[key].usage:
                assert read("PurchaseManager.usageStateOf", *key) == usage.pack(), key
        for pass_id in range(1, state.pass_supply + 1):
            assert read("ProductPass.wordOf", pass_id) == self.pass_word(pass_id), pass_id
        assert read("PurchaseManager.passSupply") == state.pass_supply
        for (token, wallet), held in self.balances().items():
            assert self.real_balance(token, wallet) == held, (token, wallet)
        self._compare_catalog()
        self._compare_promotions()
        self.check_solvency()

    def _compare_catalog(self) -> None:
        """What was sold, bought and used."""
        catalog, read = self.shop.state.catalog, self.driver.read
        for product_id, product in catalog.products.items():
            state = read("PassLens.productOf", product_id)
            assert (state.orgId, state.sold) == (product.org_id, product.sold), product_id
        for key, bought in catalog.bought.items():
            assert read("Catalog.passesBought", *key) == bought, key
        for key, total in catalog.totals.items():
            assert read("Catalog.usageTotal", *key) == total, key

    def _compare_promotions(self) -> None:
        promotions, read = self.shop.state.promotions, self.driver.read
        for code, coupon_id in promotions.codes.items():
            coupon = promotions.coupons[coupon_id]
            assert read("Promotions.couponOf", coupon.org_id, code).redeemed == coupon.redeemed
        for discount_id, discount in promotions.discounts.items():
            assert read("Promotions.discount", discount_id).minted == discount.minted
        for pass_id, minted in promotions.minted.items():
            if pass_id in self.shop.state.passes:
                assert read("Promotions.discountsOf", pass_id) == sorted(minted)

    def check_solvency(self) -> None:
        """All that came in is owed or went out, and the escrow really has what it owes."""
        escrow = self.shop.state.escrow
        for token in escrow.tokens:
            owed = escrow.owed(token)
            assert escrow.taken.get(token, 0) == owed + escrow.given.get(token, 0)
            assert self.real_balance(token, escrow.address) >= owed
            orgs = range(len(self.shop.state.orgs.epochs) + 1)
            rows = [self.driver.read("PaymentEscrow.orgBalance", org_id, token) for org_id in orgs]
            assert rows == [escrow.row(org_id, token) for org_id in orgs]


def _changed(old: dict, new: dict) -> set:
    return {key for key in new if key not in old or new[key] != old[key]}
