"""Tokens, wallets and the ledger: one row per (org, token), row 0 for the platform (contracts.md 1, R5)."""

from dataclasses import dataclass, field

from .pricing import BPS, NATIVE
from .refusal import Refusal, refuse_if

MAX_FEE_BPS = 500
FEE_DELAY = 7 * 86_400
UNLIMITED = 2**256 - 1


@dataclass
class Token:
    """An ERC-20, or the native coin (which needs no allowance)."""

    balances: dict[str, int] = field(default_factory=dict)
    allowances: dict[str, int] = field(default_factory=dict)  # given to the escrow
    loses: int = 0  # basis points that do not arrive; going out, that is the receiver's bad luck
    takes_more: int = 0  # basis points that leave the sender on top; coming in, that is the payer's bad luck
    failing: bool = False  # transfers fail: revert, return false, do nothing or burn all gas
    says_yes: bool = False  # failing, but pretends that it moved, whatever allowance and balance are
    moves_first: bool = False  # failing: moves and then does not say yes
    backwards: bool = False  # failing: moves from the receiver to the sender, within the allowance
    exact_allowance: bool = False  # the largest number is not treated as endless

    def balance(self, wallet: str) -> int:
        return self.balances.get(wallet, 0)

    def extra(self, amount: int) -> int:
        return amount * self.takes_more // BPS

    def lost(self, amount: int) -> int:
        return amount * self.loses // BPS

    def move(self, sender: str, to: str, amount: int) -> None:
        self.balances[sender] = self.balance(sender) - amount - self.extra(amount)
        self.balances[to] = self.balance(to) + amount - self.lost(amount)


@dataclass
class Fee:
    """What is announced acts from its date on; an announcement that has not acted yet is replaced."""

    bps: int = 0
    recipient: str = NATIVE
    next_bps: int = 0
    next_recipient: str = NATIVE
    acts_from: int = 0

    def at(self, now: int) -> tuple[int, str]:
        acts = self.acts_from and now >= self.acts_from
        return (self.next_bps, self.next_recipient) if acts else (self.bps, self.recipient)

    def announce(self, bps: int, recipient: str, now: int) -> None:
        refuse_if(bps > MAX_FEE_BPS, "FeeTooHigh")
        refuse_if(recipient == NATIVE, "ZeroAddress")
        self.bps, self.recipient = self.at(now)
        self.next_bps, self.next_recipient, self.acts_from = bps, recipient, now + FEE_DELAY


@dataclass
class Escrow:
    address: str
    tokens: dict[str, Token] = field(default_factory=lambda: {NATIVE: Token()})
    rows: dict[tuple[int, str], int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)  # all that ever came in, per token
    given: dict[str, int] = field(default_factory=dict)

    def row(self, org_id: int, token: str) -> int:
        return self.rows.get((org_id, token), 0)

    def collect(self, org_id: int, token: str, payer: str, amount: int, bps: int) -> None:
        """Books exactly `amount`, of which the platform's share goes to row 0."""
        if amount == 0:
            return
        fee = amount * bps // BPS
        self.pull(token, payer, amount)
        self._add(org_id, token, amount - fee)
        self._add(0, token, fee)
        self.taken[token] = self.taken.get(token, 0) + amount

    def obstacle(self, token: str, payer: str, amount: int) -> str | None:
        """Why an ERC-20 would not come, or None."""
        coin = self.tokens[token]
        if coin.allowances.get(payer, 0) < amount:
            return "InsufficientAllowance"
        if coin.balance(payer) < amount:
            return "InsufficientBalance"
        short = coin.balance(payer) < amount + coin.extra(amount)
        return "PaymentFailed" if coin.failing or coin.lost(amount) or short else None

    def refusal(self, token: str, payer: str, amount: int) -> str | None:
        """As what it would be refused: a token that says yes is not asked further."""
        coin, obstacle = self.tokens[token], self.obstacle(token, payer, amount)
        if coin.moves_first and obstacle == "PaymentFailed":
            return self.obstacle(token, payer, 2 * amount)  # asked when it has moved once
        turned = coin.backwards and min(coin.allowances.get(payer, 0), coin.balance(self.address)) >= amount
        return "PaymentFailed" if obstacle and (coin.says_yes or turned) else obstacle

    def pull(self, token: str, payer: str, amount: int) -> None:
        coin = self.tokens[token]
        if token != NATIVE:
            refusal = self.refusal(token, payer, amount)
            if refusal:
                raise Refusal(refusal)
            if coin.allowances[payer] != UNLIMITED:
                coin.allowances[payer] -= amount
        coin.move(payer, self.address, amount)

    def pay_out(self, org_id: int, token: str, to: str, amount: int) -> None:
        """The balance must fall by exactly `amount`."""
        refuse_if(self.row(org_id, token) < amount, "InsufficientOrgBalance")
        coin = self.tokens.get(token, Token())
        refuse_if(coin.failing or coin.extra(amount) > 0, "PaymentFailed")
        self._add(org_id, token, -amount)
        self.given[token] = self.given.get(token, 0) + amount
        coin.move(self.address, to, amount)

    def owed(self, token: str) -> int:
        return sum(amount for (_, of), amount in self.rows.items() if of == token)

    def _add(self, org_id: int, token: str, amount: int) -> None:
        if amount:
            self.rows[org_id, token] = self.row(org_id, token) + amount
