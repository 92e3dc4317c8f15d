"""Airdrops of tests, and the check that every wallet got one pass."""

from collections.abc import Callable, Sequence
from pathlib import Path

from passmanager.airdrop import (
    Batch,
    Campaign,
    Journal,
    PlanOptions,
    Recipient,
    Sender,
    SendOptions,
    Status,
    open_plan,
    write_results,
)
from passmanager.airdrop.results import result_rows
from passmanager.client import PassManager

QUICK = SendOptions(window=4, resend_seconds=0.2, replace_seconds=0.5, patience_seconds=30, poll_seconds=0.05)


class Interrupted(Exception):
    """Somebody pulled the plug."""


def drop(
    shop,
    path: Path,
    campaign: Campaign,
    recipients: Sequence[Recipient],
    *,
    client: PassManager | None = None,
    options: SendOptions = QUICK,
    report: Callable[[Status], None] | None = None,
    plan_options: PlanOptions | None = None,
) -> list[Batch]:
    """The whole command: starts, or goes on with the journal at `path`."""
    client = client or shop.client
    with Journal.open(path) as journal:
        wanted = plan_options or PlanOptions(batch_size=5, from_block=shop.from_block)
        plan = open_plan(client, journal, campaign, recipients, sender=shop.signer.address, options=wanted)
        if journal.is_empty():
            journal.start(plan)
        batches = Sender(client, shop.signer, campaign, journal, options=options, report=report).run()
        write_results(path.with_suffix(".csv"), batches)
        return batches


def check_one_each(shop, recipients: Sequence[Recipient], batches: Sequence[Batch]) -> None:
    """Every recipient has one pass, the one that the results say."""
    wallets = [recipient.address for recipient in recipients]
    passes = shop.client.product_pass.calls
    assert shop.client.read_many([passes.balance_of(wallet) for wallet in wallets]) == [1] * len(wallets)
    rows = list(result_rows(batches))
    assert [row[0] for row in rows] == wallets
    owners = shop.client.read_many([passes.owner_of(row[1]) for row in rows])
    assert owners == wallets
    items = [shop.client.manager.calls.state_of(row[1], shop.line.product_id) for row in rows]
    assert all(shop.client.read_many(items))
    receipts = {row[2] for row in rows}
    found = [shop.node.request("eth_getTransactionReceipt", tx_hash) for tx_hash in receipts]
    assert all(int(receipt["status"], 16) == 1 for receipt in found)
