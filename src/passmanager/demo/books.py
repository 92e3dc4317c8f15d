"""What must hold at the end: the escrow has what it owes, and the events add up to its rows."""

import base64
import json

from passmanager.abi.events import PaidOut, PaymentReceived
from passmanager.demo.shop import Shop
from passmanager.demo.world import World
from passmanager.units import NATIVE, Address


def check_books(world: World, shop: Shop) -> None:
    """Balances equal what is owed, and what is owed equals what came in less what went out."""
    platform = world.clients["platform"]
    escrow = platform.contracts.payment_escrow
    events = [log.event for log in platform.events.history(0)]
    for name, token in (("ERC-20s", world.token), ("native coins", NATIVE)):
        owed = platform.escrow.org_balance(shop.org, token) + platform.escrow.org_balance(0, token)
        world.report.check(f"{name} in the escrow = owed", owed, world.balance(token, escrow))
        received = [event for event in events if isinstance(event, PaymentReceived) and event.token == token]
        paid_out = [event for event in events if isinstance(event, PaidOut) and event.token == token]
        came_in = sum(event.amount for event in received)
        went_out = sum(event.amount for event in paid_out)
        world.report.check(f"{name}: received - paid out = owed", came_in - went_out, owed)
        _check_row(world, name, token, sum(event.fee for event in received), paid_out)
    manager = platform.contracts.purchase_manager
    world.report.check("native coins left in PurchaseManager", 0, world.balance(NATIVE, manager))


def _check_row(world: World, name: str, token: Address, fees: int, paid_out: list[PaidOut]) -> None:
    withdrawn = sum(event.amount for event in paid_out if event.org_id == 0)
    row = world.clients["platform"].escrow.org_balance(0, token)
    world.report.check(f"{name}: fees - withdrawn = the platform's row", fees - withdrawn, row)


def show_metadata(world: World, pass_id: int) -> None:
    """What a wallet shows of the buyer's pass: JSON on the chain."""
    uri = world.clients["buyer"].product_pass.token_uri(pass_id)
    kind, _, payload = uri.partition(",")
    world.report.check("metadata is JSON on the chain", "data:application/json;base64", kind)
    world.report.metadata = json.loads(base64.b64decode(payload))
