"""`ape run deploy`: the deployment of the package, with an account of Ape as the signer.

Example: ape run deploy --network ethereum:sepolia:node --account mine --owner 0x...
"""

from pathlib import Path

import click
from ape.api import AccountAPI, ProviderAPI
from ape.cli import account_option
from scripts._ape import ApeSigner, NetworkCommand, connect

from passmanager.core.addresses import parse_address
from passmanager.deployments import FOLDER, deploy


@click.command(cls=NetworkCommand)
@account_option()
@click.option("--owner", help="Platform owner; by default the account.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=FOLDER, show_default=True)
@click.option("--replace", is_flag=True, help="Give up the deployment or plan that is there.")
@click.option("--expect-chain", type=int, help="Refuse every other chain.")
def cli(
    *, account: AccountAPI, provider: ProviderAPI, owner: str | None, out: Path, replace: bool, expect_chain: int | None
) -> None:
    """Deploy the contracts, or go on where an interrupted call stopped."""
    found = deploy(
        connect(provider),
        ApeSigner(account, provider),
        owner=parse_address(owner) if owner else None,
        out=out,
        replace=replace,
        expect_chain=expect_chain,
        progress=lambda name, address, what: click.echo(f"{what:7} {name:16} {address}"),
    )
    click.echo(f"Deployed on chain {found.chain_id}, all pointers checked: {out / f'{found.chain_id}.json'}")
