from tests.fuzz.model.items import least_refund, refundable
from tests.fuzz.model.pricing import NATIVE
from tests.fuzz.rules.base import ShopMachine, one_of
from tests.fuzz.rules.draws import action, between, choice, number, odd, often, sometimes
from tests.fuzz.world import ORG, RICH

# Modes of mocks/MockBadToken, and what they mean: fails, how much is lost on the way, how much it takes on top.
MODES = {
    "good": (0, False, 0, 0),
    "no answer": (1, False, 0, 0),
    "says false": (2, True, 0, 0),
    "moves but says false": (3, True, 0, 0),
    "says two": (4, True, 0, 0),
    "short answer": (5, True, 0, 0),
    "fee on transfer": (7, False, 100, 0),
    "extra from sender": (8, False, 0, 100),
    "moves nothing": (11, True, 0, 0),
    "reverts": (12, True, 0, 0),
    "long answer": (6, False, 0, 0),
    "backwards": (10, True, 0, 0),
    "slow": (14, False, 0, 0),
}
GAS = 100_000  # that the slow one burns


class Paying(ShopMachine):
    """Refunds, top-ups, withdrawals, the platform's fee, and what customers allow."""

    def rows(self) -> list[tuple[int, str]]:
        return [key for key, amount in self.state.escrow.rows.items() if amount and key[0]] or [(ORG, NATIVE)]

    @action(weight=8, n=number, at=between(0, 4), part=between(0, 20), revoke=sometimes, stray=odd)
    def refund_product(self, n, at, part, revoke, stray) -> None:
        """Twentieths of what may go back, at times one unit too much or too little."""
        key = self.pick(n, lambda item: item.one_time or item.status(self.now) == at)
        item = self.item(key)
        amount = 1
        if item is not None:
            terms, usage = self.state.catalog.pricings[item.pricing_id].terms, self.session.shop.usage(*key)
            limit, least = refundable(item, usage, terms), least_refund(item, usage, terms, self.now)
            low = max(least - (part == 1), 0) if revoke else min(part, 1)
            amount = limit + 1 if part == 2 else max(low, limit * part // 20 if part > 1 else low)
        by = self.anybody(n) if stray else self.person("clerk")
        self.do("PurchaseManager.refundProduct", *key, amount, revoke, by=by)

    @action(n=number, amount=choice([0, 1, 10**6, 10**12]), bad=odd, unknown=odd)
    def top_up(self, n, amount, bad, unknown) -> None:
        token = one_of([NATIVE, *self.session.tokens.values()], n)
        org_id = 99 if unknown else ORG
        value = amount + bad if token == NATIVE else int(bad)
        self.do("PurchaseManager.topUp", org_id, token, amount, by=self.anybody(n), value=value)

    @action(n=number, part=between(0, 11), stray=odd)
    def withdraw(self, n, part, stray) -> None:
        org_id, token = one_of(self.rows(), n)
        held = self.state.escrow.row(org_id, token)
        amount = held + 1 if part == 11 else held * part // 10
        owner = self.state.orgs.nfts.owners[org_id]
        by = self.anybody(n) if stray else owner
        self.do("PaymentEscrow.withdraw", org_id, token, amount, by=by)

    @action(n=number, part=between(1, 11), stray=odd)
    def withdraw_fees(self, n, part, stray) -> None:
        token = one_of([NATIVE, *self.session.tokens.values()], n)
        held = self.state.escrow.row(0, token)
        amount = held + 1 if part == 11 else held * part // 10
        recipient = self.state.fee.at(self.now)[1]
        by = self.anybody(n) if stray or recipient == NATIVE else recipient
        self.do("PaymentEscrow.withdrawFees", token, amount, by=by)

    @action(n=number, bps=choice([0, 1, 250, 500, 501]), stray=odd)
    def announce_fee(self, n, bps, stray) -> None:
        recipient = NATIVE if n % 6 == 0 else self.person(one_of(["treasurer", "treasurer", "keeper"], n))
        by = self.anybody(n) if stray else self.state.owner
        self.do("PurchaseManager.announceFee", bps, recipient, by=by)
        read = self.session.driver.read
        bps_now, recipient_now = self.state.fee.at(self.now)
        assert read("PurchaseManager.feeBps") == bps_now
        assert read("PurchaseManager.feeRecipient") == recipient_now

    @action(n=number, few=often)
    def approve_token(self, n, few) -> None:
        """Customers take back or give allowance; it is the escrow that they allow."""
        wallet, name = self.buyer(n), one_of(list(self.session.tokens), n // 3)
        amount = one_of([0, 10**6, 10**9, RICH], n) if few else RICH
        escrow = self.state.escrow.address
        self.session.driver.tell(f"{name}.approve", escrow, amount, by=wallet)
        self.state.escrow.tokens[self.session.tokens[name]].allowances[wallet] = amount

    @action(n=number, rest=choice([0, 10**5, 10**8]))
    def spend_elsewhere(self, n, rest) -> None:
        """A customer's balance runs low."""
        wallet, name = self.buyer(n), one_of(list(self.session.tokens), n // 3)
        token = self.state.escrow.tokens[self.session.tokens[name]]
        amount = max(token.balance(wallet) - rest, 0)
        if token.failing or token.takes_more or token.loses:
            return
        keeper = self.person("keeper")
        self.session.driver.tell(f"{name}.transfer", keeper, amount, by=wallet)
        token.move(wallet, keeper, amount)

    @action(n=number)
    def earn_elsewhere(self, n) -> None:
        wallet, name = self.buyer(n), one_of(list(self.session.tokens), n // 3)
        self.session.driver.tell(f"{name}.mint", wallet, RICH, by=wallet)
        token = self.state.escrow.tokens[self.session.tokens[name]]
        token.balances[wallet] = token.balance(wallet) + RICH


class Platform(ShopMachine):
    """The two things that the platform's owner can do, and his succession."""

    @action(weight=1, n=number, stray=odd)
    def pause_purchases(self, n, stray) -> None:
        self.do("PurchaseManager.pausePurchases", by=self.anybody(n) if stray else self.state.owner)

    @action(weight=16, when=lambda self: self.state.purchases_paused, n=number, stray=odd)
    def unpause_purchases(self, n, stray) -> None:
        self.do("PurchaseManager.unpausePurchases", by=self.anybody(n) if stray else self.state.owner)

    @action(weight=2, n=number, stray=odd)
    def transfer_ownership(self, n, stray) -> None:
        by = self.anybody(n) if stray else self.state.owner
        self.do("PurchaseManager.transferOwnership", self.anybody(n // 3), by=by)

    @action(weight=12, when=lambda self: self.state.pending_owner != NATIVE, n=number, stray=odd)
    def accept_ownership(self, n, stray) -> None:
        by = self.anybody(n) if stray else self.state.pending_owner
        self.do("PurchaseManager.acceptOwnership", by=by)
        assert self.session.driver.read("PurchaseManager.owner") == self.state.owner


class Misbehaving(ShopMachine):
    """The second token changes its ways; the good one and the coin must not notice."""

    @action(mode=choice(["good"] * 6 + list(MODES)))
    def misbehave(self, mode) -> None:
        number_of, failing, loses, takes_more = MODES[mode]
        by = self.person("keeper")
        self.session.driver.tell("Bad.behave", number_of, 0, 0, GAS, by=by)
        token = self.state.escrow.tokens[self.session.tokens["Bad"]]
        token.failing, token.loses, token.takes_more = failing, loses, takes_more
        token.says_yes, token.backwards = mode == "moves nothing", mode == "backwards"
        token.moves_first = mode in ("moves but says false", "says two", "short answer")
