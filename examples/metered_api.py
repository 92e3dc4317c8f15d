"""Bill an API by the calls that were made: a meter, a limit that the customer sets, and a bill after each month.

Usage: python examples/metered_api.py [RPC_URL]    (or PASSMANAGER_RPC_URL; by default a local chain of its own)
"""

import os
import sys
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from passmanager.abi.errors import UsageCapExceeded
from passmanager.abi.events import UsageBilled
from passmanager.client import PassManager
from passmanager.core.purchases import Line
from passmanager.core.state import Outcome
from passmanager.demo.report import Report
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.specs import Band, Currency, Frequency, UsageGraduated
from passmanager.units import format_units

MONTH = 30  # days


def main(url: str | None) -> None:
    """A chain with the contracts and a dollar token, then the story."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        tell(World.build(url or stack.enter_context(devchain()).url, folder, Report(live=False)))


def tell(world: World) -> None:
    """One month within the limit, and one above it."""
    seller, customer = world.clients["merchant"], world.clients["buyer"]
    usd = Currency(world.token, decimals=6)
    org = seller.merchant.create_organization().id
    meter = seller.merchant.create_meter(org).id
    api = offer_api(seller, org, usd, meter)
    world.token_send("platform", "dollars", "mint", world.people["buyer"], usd.amount(Decimal(200)))

    print("The customer subscribes: nothing to pay yet. He allows bills up to $25, and PaymentEscrow to take them:")
    bought = customer.purchases.buy([api], org)
    customer.manager.set_usage_cap(bought.pass_id, api.product_id, amount=usd.amount(Decimal(25)))
    customer.token(world.token).approve(customer.contracts.payment_escrow, Decimal(150))
    expect("paid at the start, in dollars", dollars(bought.amount), wanted="0")

    print("In the first month he makes 1,600 calls; 100 are free, each more is a cent:")
    seller.merchant.record_usage(meter, {bought.pass_id: 1_600})
    world.travel(MONTH)
    expect("the bill, in dollars", bill(world, bought.pass_id, api.product_id), wanted="15")

    print("In the second month it is 10,000, which the limit does not allow. No one can take more:")
    seller.merchant.record_usage(meter, {bought.pass_id: 10_000})
    world.travel(MONTH)
    outcome = Outcome(customer.manager.renew_subscriptions([bought.pass_id], [api.product_id]).simulated[0])
    expect("a keeper is told", outcome.name, wanted="CAP_EXCEEDED")
    try:
        bill(world, bought.pass_id, api.product_id)
    except UsageCapExceeded as refusal:
        print(f"  refused: {refusal.MEANING}")
    else:
        sys.exit("a bill above the limit was taken")

    print("He looks at it, agrees, and the bill goes through:")
    customer.manager.set_usage_cap(bought.pass_id, api.product_id, amount=usd.amount(Decimal(100)))
    expect("the bill, in dollars", bill(world, bought.pass_id, api.product_id), wanted="99")
    expect("the merchant has, in dollars", dollars(seller.escrow.org_balance(org, world.token)), wanted="114")


def offer_api(client: PassManager, org: int, usd: Currency, meter: int) -> Line:
    """A product that is paid after each month, by what the meter says."""
    product = client.merchant.create_product(org, "API", description="100 calls a month are free.").id
    tiers = [Band(100), Band(None, Decimal("0.01"))]
    spec = UsageGraduated(currency=usd, frequency=Frequency.MONTHLY, meter_id=meter, tiers=tiers)
    pricing = client.merchant.create_pricing(org, spec).id
    client.catalog.link_pricings(org, product_id=product, pricing_ids=[pricing], linked=True)
    return Line(product, pricing)


def bill(world: World, pass_id: int, product_id: int) -> str:
    """What anybody may do once the month is over, for instance a keeper; the customer's wallet pays."""
    receipt = world.clients["stranger"].manager.renew_subscription(pass_id, product_id, airdrop=False)
    return dollars(receipt.event(UsageBilled).amount)


def dollars(amount: int) -> str:
    """Millionths as people write them."""
    return format_units(amount, 6)


def expect(what: str, found: object, *, wanted: object) -> None:
    """Ends the program if something is not as it should be."""
    if found != wanted:
        sys.exit(f"{what}: expected {wanted}, found {found}")
    print(f"  {what}: {found}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PASSMANAGER_RPC_URL"))
