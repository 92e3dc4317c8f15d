"""`ape run withdraw`: the organization's money, from PaymentEscrow to the holder of the organization.

Example: ape run withdraw 1 --token 0x... --amount 250.5 --network ethereum:sepolia:node --account mine
"""

from pathlib import Path

import click
from ape.api import AccountAPI, ProviderAPI
from scripts._ape import NetworkCommand, confirm, open_client, sending_options
from scripts._money import money_of

from passmanager.abi.events import PaidOut
from passmanager.core.addresses import parse_address
from passmanager.models import TxOptions
from passmanager.units import NATIVE


@click.command(cls=NetworkCommand)
@click.argument("organization", type=click.IntRange(min=1))
@click.option("--token", help="An ERC-20; by default the native coin.")
@click.option("--amount", help="In the token's own unit, 20.5 for instance; by default all there is.")
@sending_options
def cli(  # noqa: PLR0913 - one parameter per option
    *,
    account: AccountAPI,
    provider: ProviderAPI,
    organization: int,
    token: str | None,
    amount: str | None,
    deployment: Path,
    autosign: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Pay the money of ORGANIZATION to its holder, who has to be the account."""
    paid_in = parse_address(token) if token else NATIVE
    client = open_client(account, provider, deployment, autosign=autosign and not dry_run)
    money = money_of(client, paid_in)
    balance = client.escrow.org_balance(organization, paid_in)
    wanted = balance if amount is None else money.parse(amount)
    client.escrow.withdraw(organization, paid_in, amount=wanted, tx=TxOptions(dry_run=True))
    click.echo(f"Organization {organization} has {money.text(balance)}; {money.text(wanted)} to {account.address}")
    if dry_run:
        click.echo("Nothing was sent.")
        return
    confirm(provider, "Withdraw?", yes=yes)
    receipt = client.escrow.withdraw(organization, paid_in, amount=wanted)
    paid = receipt.event(PaidOut)
    click.echo(f"Paid {money.text(paid.amount)} to {paid.to}. Transaction: {receipt.tx_hash}")
