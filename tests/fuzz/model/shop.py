"""The whole state, and what every operation needs of it."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .catalog import Catalog, Pricing
from .escrow import Escrow, Fee
from .items import Item, Usage
from .nfts import Nfts
from .orgs import Orgs
from .pricing import NATIVE
from .promotions import Promotions
from .refusal import Refusal, refuse_if

MAX_PRODUCTS = 64
ENOUGH = -1  # as `value`: whatever it takes, for dry runs


@dataclass
class Pass:
    org_id: int
    first: int = 0
    discount_bps: int = 0
    count: int = 0


@dataclass
class State:
    escrow: Escrow
    owner: str
    now: int
    pending_owner: str = NATIVE
    orgs: Orgs = field(default_factory=Orgs)
    catalog: Catalog = field(default_factory=Catalog)
    promotions: Promotions = field(default_factory=Promotions)
    nfts: Nfts = field(default_factory=Nfts)  # of the passes
    passes: dict[int, Pass] = field(default_factory=dict)
    items: dict[tuple[int, int], Item] = field(default_factory=dict)
    usages: dict[tuple[int, int], Usage] = field(default_factory=dict)
    pass_supply: int = 0
    purchases_paused: bool = False
    fee: Fee = field(default_factory=Fee)
    references: set[tuple[int, bytes]] = field(default_factory=set)


class Shop:
    """`state` and the readings that the operations share; operations are functions of the other files."""

    def __init__(self, escrow: str, owner: str, now: int):
        self.state = State(Escrow(escrow), owner, now)

    def attempt(self, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """All or nothing."""
        saved = pickle.dumps(self.state)
        try:
            return operation(self, *args, **kwargs)
        except Refusal:
            self.state = pickle.loads(saved)
            raise

    def attempt_and_undo(self, operation: Callable[..., Any], *args: Any) -> Any:
        saved = pickle.dumps(self.state)
        try:
            return operation(self, *args)
        finally:
            self.state = pickle.loads(saved)

    def dry_run(self, operation: Callable[..., Any], caller: str, *args: Any, token: str | None = None) -> int:
        """What the operation would charge now (in `token`); 0 if it refuses."""
        before = self.taken(token)

        def charge(_: "Shop") -> int:
            operation(self, caller, ENOUGH, *args)
            return self.taken(token) - before

        try:
            return self.attempt_and_undo(charge)
        except Refusal:
            return 0

    def taken(self, token: str | None = None) -> int:
        """All that was ever collected."""
        taken = self.state.escrow.taken
        return sum(taken.values()) if token is None else taken.get(token, 0)

    def holder(self, pass_id: int) -> str:
        refuse_if(pass_id not in self.state.passes, "NoSuchPass")
        return self.state.nfts.owners[pass_id]

    def require_holder(self, pass_id: int, caller: str) -> None:
        refuse_if(self.holder(pass_id) != caller, "NotPassHolder")

    def require_role(self, pass_id: int, caller: str, role: int) -> None:
        self.holder(pass_id)
        self.state.orgs.require_role(self.state.passes[pass_id].org_id, caller, role)

    def item(self, pass_id: int, product_id: int) -> Item:
        refuse_if(pass_id not in self.state.passes, "NoSuchPass")
        refuse_if((pass_id, product_id) not in self.state.items, "NoSuchItem")
        return self.state.items[pass_id, product_id]

    def subscription(self, pass_id: int, product_id: int) -> Item:
        item = self.item(pass_id, product_id)
        refuse_if(item.one_time, "NotASubscription")
        return item

    def usage(self, pass_id: int, product_id: int) -> Usage:
        return self.state.usages.get((pass_id, product_id), Usage())

    def pricing_of(self, item: Item) -> Pricing:
        return self.state.catalog.pricings[item.pricing_id]

    def products_of(self, pass_id: int) -> list[int]:
        """The chain, from the pass's first product on."""
        found, product_id = [], self.state.passes[pass_id].first
        while product_id:
            found.append(product_id)
            product_id = self.state.items[pass_id, product_id].next
        return found

    def items_of(self, pass_id: int) -> list[Item]:
        return [self.state.items[pass_id, product_id] for product_id in self.products_of(pass_id)]

    def locked(self, pass_id: int) -> bool:
        return not all(item.movable(self.state.now) for item in self.items_of(pass_id))

    def collect(self, org_id: int, token: str, payer: str, amount: int) -> None:
        self.state.escrow.collect(org_id, token, payer, amount, self.state.fee.at(self.state.now)[0])


def require_exact_value(token: str, amount: int, value: int) -> None:
    """Carts: the native coin exactly, else nothing."""
    if value != ENOUGH:
        refuse_if(value != (amount if token == NATIVE else 0), "WrongValue")


def require_enough_value(token: str, amount: int, value: int) -> None:
    """Renewals, restarts, changes: in the native coin a ceiling, else nothing."""
    if value == ENOUGH:
        return
    if token == NATIVE:
        refuse_if(value < amount, "ValueTooLow")
    else:
        require_no_value(value)


def require_no_value(value: int) -> None:
    refuse_if(value not in (0, ENOUGH), "WrongValue")
