"""Sell seats by the month: what ten cost, what five more cost in the middle of a month, and what fewer give back.

Usage: python examples/sell_seats.py [RPC_URL]    (or PASSMANAGER_RPC_URL; by default a local chain of its own)
"""

import os
import sys
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from passmanager.abi.structs import ChangeQuote
from passmanager.client import PassManager
from passmanager.core.purchases import Line
from passmanager.demo.report import Report
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.specs import Band, Currency, Frequency, TieredVolume
from passmanager.units import DAY, format_units

HALF_A_MONTH = 15  # days; a month is 30


def main(url: str | None) -> None:
    """A chain with the contracts and a dollar token, then the story."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        tell(World.build(url or stack.enter_context(devchain()).url, folder, Report(live=False)))


def tell(world: World) -> None:
    """A team buys ten seats, grows to fifteen, shrinks to five."""
    seller, team, usd = world.clients["merchant"], world.clients["buyer"], Currency(world.token, decimals=6)
    org = seller.merchant.create_organization().id
    seats = offer_seats(seller, org, usd)
    world.token_send("platform", "dollars", "mint", world.people["buyer"], usd.amount(Decimal(1_000)))

    print("Seats cost $5 a month each, from the tenth on $4, all of them:")
    bought = team.purchases.buy([seats._replace(quantity=10)], org, approve=12)
    expect("ten seats, in dollars", dollars(bought.amount), wanted="40")
    expect("what may be taken in a year", dollars(bought.approved), wanted="480")

    world.travel(HALF_A_MONTH)
    print("Half a month later the team has fifteen people. A new month starts, what is left of the old one counts:")
    first = change(world, bought.pass_id, seats.product_id, quantity=15)
    near("left of the $40", first.value_left, wanted="20")
    near("charged for fifteen seats, $60 a month", first.amount, wanted="40")

    world.travel(HALF_A_MONTH)
    before = world.balance(world.token, world.people["buyer"])
    print("Another half a month later only five are left. Nothing is paid back; the rest becomes time:")
    second = change(world, bought.pass_id, seats.product_id, quantity=5)
    near("left of the $60", second.value_left, wanted="30")
    expect("charged for five seats, $25 a month", dollars(second.amount), wanted="0")
    expect("taken from the wallet", before - world.balance(world.token, world.people["buyer"]), wanted=0)
    now = team.lens.get_subscription(bought.pass_id, seats.product_id)
    expect("seats", now.quantity, wanted=5)
    expect("days that $30 buy at $25 for 30 days", round((now.end - now.start) / DAY), wanted=36)


def offer_seats(client: PassManager, org: int, usd: Currency) -> Line:
    """A product with one tiered pricing."""
    product = client.merchant.create_product(org, "Team seats", transferable=False).id
    tiers = [Band(9, Decimal(5)), Band(None, Decimal(4))]
    spec = TieredVolume(currency=usd, frequency=Frequency.MONTHLY, tiers=tiers)
    pricing = client.merchant.create_pricing(org, spec).id
    client.catalog.link_pricings(org, product_id=product, pricing_ids=[pricing], linked=True)
    return Line(product, pricing)


def change(world: World, pass_id: int, product_id: int, *, quantity: int) -> ChangeQuote:
    """Shows the price of a change to the team, and does it."""
    team, wallet = world.clients["buyer"], world.people["buyer"]
    quote = team.lens.quote_quantity(pass_id, product_id=product_id, quantity=quantity, airdrop=False, caller=wallet)
    team.manager.change_tiered_subscription_unit_quantity(
        pass_id, product_id=product_id, quantity=quantity, airdrop=False
    )
    return quote


def dollars(amount: int) -> str:
    """Millionths as people write them."""
    return format_units(amount, 6)


def near(what: str, found: int, *, wanted: str) -> None:
    """Equal to the cent: seconds pass meanwhile, and a minute of $60 a month is a seventh of a cent."""
    expect(f"{what}, to the cent", dollars(round(found, -4)), wanted=wanted)


def expect(what: str, found: object, *, wanted: object) -> None:
    """Ends the program if something is not as it should be."""
    if found != wanted:
        sys.exit(f"{what}: expected {wanted}, found {found}")
    print(f"  {what}: {found}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PASSMANAGER_RPC_URL"))
