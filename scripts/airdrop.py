"""`ape run airdrop`: one pass each for the wallets of a list, in batches, once.

Interrupted, the same command goes on. Example:
ape run airdrop people.csv --org 1 --line 2:2 --network ethereum:sepolia:node --account mine --autosign
"""

from contextlib import ExitStack
from pathlib import Path

import click
from ape.api import AccountAPI, ProviderAPI
from scripts._ape import NetworkCommand, confirm, find_deployment, open_client, sending_options

from passmanager.airdrop import (
    HolderRule,
    Journal,
    Line,
    Plan,
    PlanOptions,
    Sender,
    SendOptions,
    name_campaign,
    open_plan,
    read_recipients,
    require_folder,
    require_funds,
    write_results,
)
from passmanager.client import PassManager
from passmanager.units import format_units

CONFIRMATIONS = 12


@click.command(cls=NetworkCommand)
@click.argument("recipients", type=click.Path(path_type=Path))
@click.option("--org", type=click.IntRange(min=1), required=True, help="Organization that gives.")
@click.option("--line", "lines", multiple=True, required=True, help="product:pricing[:quantity] of each pass.")
@click.option("--campaign", help="Nobody gets anything twice in a campaign; by default named by its contents.")
@click.option(
    "--holders", type=click.Choice(list(HolderRule)), default=HolderRule.REFUSE, help="Wallets that hold one."
)
@click.option("--journal", type=click.Path(path_type=Path), help="What was sent; <list>.<chainId>-<org>.sqlite.")
@click.option("--out", type=click.Path(path_type=Path), help="Who got which pass; <list>.passes.csv.")
@sending_options
def cli(  # noqa: PLR0913 - one parameter per option
    *,
    account: AccountAPI,
    provider: ProviderAPI,
    recipients: Path,
    org: int,
    lines: tuple[str, ...],
    campaign: str | None,
    holders: str,
    journal: Path | None,
    out: Path | None,
    deployment: Path,
    autosign: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Give a pass with the given lines to each wallet in the CSV or JSON file RECIPIENTS."""
    client = open_client(account, provider, deployment, autosign=autosign and not dry_run)
    path = journal or recipients.with_name(f"{recipients.name}.{client.node.chain_id()}-{org}.sqlite")
    target = out or recipients.with_name(f"{recipients.stem}.passes.csv")
    require_folder(target)
    since = find_deployment(client.node, deployment).from_block
    options = PlanOptions(source=str(recipients), holders=HolderRule(holders), from_block=since)
    with ExitStack() as stack:
        kept = stack.enter_context(Journal.open(path)) if path.exists() else None
        plan = _plan(client, kept, recipients, org, lines, campaign, options)
        _show(plan)
        if dry_run:
            click.echo("Nothing was sent.")
            return
        require_funds(client, plan)
        confirm(provider, f"Send {len(plan.batches)} transaction(s)?", yes=yes)
        kept = kept or stack.enter_context(Journal.open(path))
        if kept.is_empty():
            kept.start(plan)
        _send(client, plan, kept, target, confirmations=1 if provider.network.is_dev else CONFIRMATIONS)


def _plan(
    client: PassManager,
    journal: Journal | None,
    recipients: Path,
    org: int,
    lines: tuple[str, ...],
    campaign: str | None,
    options: PlanOptions,
) -> Plan:
    own = {address: f"the contract {name}" for name, address in client.contracts.all().items()}
    people = read_recipients(recipients, refused=own)
    what = name_campaign(client, people, org_id=org, lines=[Line.parse(text) for text in lines], name=campaign)
    return open_plan(client, journal, what, people, sender=client.signer.address, options=options)


def _show(plan: Plan) -> None:
    if plan.skipped:
        click.echo(f"{len(plan.skipped)} hold one already and are left out")
    click.echo(f"{plan.recipients:,} recipients in {len(plan.batches):,} batches of up to {plan.batch_size}")
    click.echo(f"About {plan.total_gas:,} gas, {format_units(plan.cost)} coins at the fees of now")


def _send(client: PassManager, plan: Plan, journal: Journal, target: Path, *, confirmations: int) -> None:
    options = SendOptions(confirmations=confirmations)
    batches = Sender(client, client.signer, plan.campaign, journal, options=options).run()
    count = write_results(target, batches)
    click.echo(f"{count:,} recipients have their pass. Who got which: {target}")
