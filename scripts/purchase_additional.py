"""`ape run purchase_additional`: further products for a pass of the account.

Example: ape run purchase_additional 17 3:4:10 --network ethereum:sepolia:node --account mine --approve 12
"""

from pathlib import Path
from typing import Any

import click
from ape.api import AccountAPI, ProviderAPI
from scripts._ape import NetworkCommand, open_client, sending_options
from scripts._orders import LINES, order_options, parse_lines, purchase, read_terms

from passmanager.core.purchases import MoreOptions, Purchased
from passmanager.models import TxOptions


@click.command(cls=NetworkCommand)
@click.argument("pass_id", type=click.IntRange(min=1))
@LINES
@order_options
@sending_options
def cli(
    *,
    account: AccountAPI,
    provider: ProviderAPI,
    pass_id: int,
    lines: tuple[str, ...],
    deployment: Path,
    autosign: bool,
    dry_run: bool,
    yes: bool,
    **terms: Any,
) -> None:
    """Buy LINES, each product:pricing[:quantity], for the pass PASS_ID."""
    cart = parse_lines(lines)
    client = open_client(account, provider, deployment, autosign=autosign and not dry_run)

    def buy(options: MoreOptions, tx: TxOptions) -> Purchased:
        return client.purchases.buy_more(pass_id, cart, tx=tx, **options)

    purchase(client, provider, buy, read_terms(client, cart, **terms), dry_run=dry_run, yes=yes)
