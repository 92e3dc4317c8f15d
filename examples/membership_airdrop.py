"""Give 200 wallets of a CSV a month of membership; the program is stopped in the middle, and goes on.

Usage: python examples/membership_airdrop.py [RPC_URL]    (or PASSMANAGER_RPC_URL; by default a local chain of its own)
"""

import csv
import os
import sys
from collections import Counter
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from eth_utils.crypto import keccak

from passmanager import airdrop
from passmanager.airdrop import Line
from passmanager.client import PassManager
from passmanager.demo.report import Report
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.signers import NodeSigner
from passmanager.specs import Currency, Flat, Frequency

MEMBERS = 200


def main(url: str | None) -> None:
    """A chain with the contracts and a dollar token, then the story."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        tell(World.build(url or stack.enter_context(devchain()).url, folder, Report(live=False)), folder)


def tell(world: World, folder: Path) -> None:
    """A first start that is stopped, the same again, and a look at the chain."""
    seller, signer = world.clients["merchant"], NodeSigner(world.people["merchant"])
    org = seller.merchant.create_organization().id
    membership = offer_membership(seller, org, Currency(world.token, decimals=6))
    people = folder / "members.csv"
    wallets = [keccak(text=f"member {number}")[:20].hex() for number in range(MEMBERS)]
    people.write_text("recipient\n" + "".join(f"0x{wallet}\n" for wallet in wallets))

    print(f"{MEMBERS} wallets, 40 in a transaction; the program is stopped when the first ones are through:")
    try:
        give(seller, signer, org, membership, people, stop=True)
    except KeyboardInterrupt:
        minted = seller.manager.pass_supply()
        expect("some have a pass, not all", 0 < minted < MEMBERS, wanted=True)
    else:
        sys.exit("it was to be stopped")

    print("The same command again:")
    give(seller, signer, org, membership, people, stop=False)
    expect("passes on the chain", seller.manager.pass_supply(), wanted=MEMBERS)
    with (folder / "passes.csv").open() as file:
        rows = list(csv.DictReader(file))
    held = Counter(seller.product_pass.owner_of(int(row["pass_id"])).lower() for row in rows)
    expect("wallets with exactly one", [*held.values()].count(1), wanted=MEMBERS)
    expect("they are those of the list", held.keys() == {f"0x{wallet}" for wallet in wallets}, wanted=True)
    first = int(rows[0]["pass_id"])
    expect("the first one is a member", seller.lens.has_access(first, membership.product_id), wanted=True)
    expect(
        "it renews without his consent",
        seller.lens.get_subscription(first, membership.product_id).auto_renew,
        wanted=False,
    )


def give(seller: PassManager, signer: NodeSigner, org: int, line: Line, people: Path, *, stop: bool) -> None:
    """The whole command: read, plan or go on with the plan in the journal, send, write who got which pass."""
    recipients = airdrop.read_recipients(people)
    campaign = airdrop.name_campaign(seller, recipients, org_id=org, lines=[line], name="first members")
    with airdrop.Journal.open(people.with_suffix(".sqlite")) as journal:
        options = airdrop.PlanOptions(batch_size=40)
        plan = airdrop.open_plan(seller, journal, campaign, recipients, sender=signer.address, options=options)
        print(f"  {plan.recipients} recipients are left, in {len(plan.batches)} transactions, {plan.total_gas:,} gas")
        airdrop.require_funds(seller, plan)
        if journal.is_empty():
            journal.start(plan)
        slowly = airdrop.SendOptions(window=1)  # one transaction at a time, so that there is something to interrupt
        report = stop_early if stop else None
        batches = airdrop.Sender(seller, signer, campaign, journal, options=slowly, report=report).run()
    airdrop.write_results(people.with_name("passes.csv"), batches)


def stop_early(status: airdrop.Status) -> None:
    """Called after each round; does what Ctrl-C, a crash or `kill -9` would do."""
    if status.recipients[airdrop.State.DONE]:
        raise KeyboardInterrupt


def offer_membership(client: PassManager, org: int, usd: Currency) -> Line:
    """A product by the month."""
    product = client.merchant.create_product(org, "Membership", transferable=False).id
    terms = Flat(currency=usd, price=Decimal(10), frequency=Frequency.MONTHLY)
    pricing = client.merchant.create_pricing(org, terms).id
    client.catalog.link_pricings(org, product_id=product, pricing_ids=[pricing], linked=True)
    return Line(product, pricing)


def expect(what: str, found: object, *, wanted: object) -> None:
    """Ends the program if something is not as it should be."""
    if found != wanted:
        sys.exit(f"{what}: expected {wanted}, found {found}")
    print(f"  {what}: {found}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PASSMANAGER_RPC_URL"))
