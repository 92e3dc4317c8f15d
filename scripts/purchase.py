"""`ape run purchase`: a new pass, quoted, checked, approved and bought.

Example: ape run purchase 1 1:1 2:2 --network ethereum:sepolia:node --account mine --approve exact
"""

from pathlib import Path
from typing import Any

import click
from ape.api import AccountAPI, ProviderAPI
from scripts._ape import NetworkCommand, open_client, sending_options
from scripts._orders import LINES, order_options, parse_lines, purchase, read_terms

from passmanager.core.addresses import parse_address
from passmanager.core.purchases import MoreOptions, Purchased
from passmanager.models import TxOptions


@click.command(cls=NetworkCommand)
@click.argument("organization", type=click.IntRange(min=1))
@LINES
@click.option("--to", help="Who gets the pass; by default the account.")
@click.option("--discount", "discounts", type=int, multiple=True, help="Discount to put on the pass for good.")
@order_options
@sending_options
def cli(  # noqa: PLR0913 - one parameter per option
    *,
    account: AccountAPI,
    provider: ProviderAPI,
    organization: int,
    lines: tuple[str, ...],
    to: str | None,
    discounts: tuple[int, ...],
    deployment: Path,
    autosign: bool,
    dry_run: bool,
    yes: bool,
    **terms: Any,
) -> None:
    """Buy a new pass of ORGANIZATION with LINES, each product:pricing[:quantity]."""
    cart = parse_lines(lines)
    recipient = parse_address(to) if to else None
    client = open_client(account, provider, deployment, autosign=autosign and not dry_run)

    def buy(options: MoreOptions, tx: TxOptions) -> Purchased:
        return client.purchases.buy(cart, organization, tx=tx, to=recipient, discount_ids=sorted(discounts), **options)

    purchase(client, provider, buy, read_terms(client, cart, **terms), dry_run=dry_run, yes=yes)
