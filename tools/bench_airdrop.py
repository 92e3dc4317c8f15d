"""An airdrop against the same signed transactions sent with bare web3.py, on the same chain, in one run.

Usage: python tools/bench_airdrop.py [--recipients N] [--at-most X]
The airdrop is the whole command: reading the list, checking every row and who holds a pass, estimating,
signing, the journal, sending, and the list of results. Then the chain is set back, and web3.py sends what the
journal holds and waits for the receipts. Blocks are large, so that Anvil never leaves a transaction over.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from eth_utils.crypto import keccak
from web3 import Web3

from passmanager.abi.structs import PricingTerms, Product
from passmanager.airdrop import (
    Journal,
    Line,
    PlanOptions,
    Sender,
    make_plan,
    name_campaign,
    read_recipients,
    write_results,
)
from passmanager.client import PassManager
from passmanager.deployments import deploy
from passmanager.devchain import devchain
from passmanager.node import Node
from passmanager.signers import LocalSigner
from passmanager.units import NATIVE

# The first of Anvil's development accounts; everybody knows its key.
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
BLOCK_GAS = "1000000000"
FLAT, MONTHLY = 1, 3


def open_shop(client: PassManager, owner: str) -> tuple[int, Line]:
    org_id = client.org_nft.mint(owner).simulated
    product = Product(
        name="Membership",
        description="",
        image="",
        external_url="",
        transferable=True,
        active=True,
        max_supply=0,
    )
    product_id = client.catalog.set_product(org_id, 0, product=product).simulated
    terms = PricingTerms(
        charge_style=FLAT, frequency=MONTHLY, token=NATIVE, flat_price=1, meter_id=0, restricted=False, tiers=[]
    )
    pricing_id = client.catalog.create_pricing(org_id, terms).simulated
    client.catalog.link_pricings(org_id, product_id=product_id, pricing_ids=[pricing_id], linked=True)
    return org_id, Line(product_id, pricing_id)


def airdrop(client: PassManager, org_id: int, line: Line, path: Path) -> list[bytes]:
    """The signed transactions, in their order."""
    signer = client.signer
    people = read_recipients(path)
    campaign = name_campaign(client, people, org_id=org_id, lines=[line], name="bench")
    plan = make_plan(client, campaign, people, sender=signer.address, options=PlanOptions())
    with Journal.open(path.with_suffix(".sqlite")) as journal:
        journal.start(plan)
        batches = Sender(client, signer, campaign, journal).run()
    write_results(path.with_suffix(".passes.csv"), batches)
    return [batch.raw for batch in sorted(batches, key=lambda batch: batch.nonce)]


def bare(url: str, signed: list[bytes]) -> int:
    """Gas used."""
    web3 = Web3(Web3.HTTPProvider(url))
    hashes = [web3.eth.send_raw_transaction(raw) for raw in signed]
    receipts = [web3.eth.wait_for_transaction_receipt(tx_hash) for tx_hash in hashes]
    if not all(receipt["status"] for receipt in receipts):
        sys.exit("a transaction failed: the chain was not set back")
    return sum(receipt["gasUsed"] for receipt in receipts)


def measure(count: int) -> tuple[float, float, int, int]:
    """Seconds of both, transactions, gas."""
    with devchain("--gas-limit", BLOCK_GAS) as chain, tempfile.TemporaryDirectory() as folder:
        node, signer = Node.connect(chain.url), LocalSigner.from_key(KEY)
        deployment = deploy(node, signer, out=Path(folder))
        client = PassManager.connect(chain.url, deployment=deployment, signer=signer)
        org_id, line = open_shop(client, signer.address)
        path = Path(folder, "people.csv")
        path.write_text("\n".join(f"0x{keccak(text=f'{i}')[:20].hex()}" for i in range(count)))
        before = node.request("evm_snapshot")
        start = time.perf_counter()
        signed = airdrop(client, org_id, line, path)
        ours = time.perf_counter() - start
        node.request("evm_revert", before)
        start = time.perf_counter()
        gas = bare(chain.url, signed)
        return ours, time.perf_counter() - start, len(signed), gas


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--recipients", type=int, default=10_000)
    arguments.add_argument("--at-most", type=float, default=1.5)
    given = arguments.parse_args()
    ours, theirs, count, gas = measure(given.recipients)
    print(f"airdrop of {given.recipients:,} recipients in {count} transactions, {gas:,} gas")
    print(f"whole command {ours:.1f} s, the same signed transactions with bare web3 {theirs:.1f} s")
    print(f"{ours / theirs:.2f} times as long; at most {given.at_most:g}")
    sys.exit(ours > given.at_most * theirs)


if __name__ == "__main__":
    main()
