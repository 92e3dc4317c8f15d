"""`ape run deploy`: the deployment of the package, with an account of Ape as the signer.

Example: ape run deploy --network ethereum:sepolia:node --account mine --owner 0x...
"""

from pathlib import Path

import click
from ape.api import AccountAPI, ProviderAPI
from ape.cli import ConnectedProviderCommand, account_option

from passmanager.core.addresses import parse_address
from passmanager.core.transactions import Transaction
from passmanager.deployments import FOLDER, deploy
from passmanager.errors import PassManagerError
from passmanager.node import Node
from passmanager.units import Address, checksum


class ApeSigner:
    """An account of Ape: a key file, a hardware wallet, or one of the test accounts."""

    def __init__(self, account: AccountAPI, provider: ProviderAPI) -> None:
        self._account = account
        self._ecosystem = provider.network.ecosystem
        self.address: Address = checksum(str(account.address))

    def sign(self, transaction: Transaction) -> bytes:
        unsigned = self._ecosystem.create_transaction(**transaction.signable())
        signed = self._account.sign_transaction(unsigned)
        if signed is None:
            raise click.ClickException(f"{self.address} did not sign.")
        return bytes(signed.serialize_transaction())


@click.command(cls=ConnectedProviderCommand)
@account_option()
@click.option("--owner", help="Platform owner; by default the account.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=FOLDER, show_default=True)
@click.option("--replace", is_flag=True, help="Give up the deployment or plan that is there.")
@click.option("--expect-chain", type=int, help="Refuse every other chain.")
def cli(
    *, account: AccountAPI, provider: ProviderAPI, owner: str | None, out: Path, replace: bool, expect_chain: int | None
) -> None:
    """Deploy the contracts, or go on where an interrupted call stopped."""
    try:
        found = deploy(
            Node.connect(provider.http_uri),
            ApeSigner(account, provider),
            owner=parse_address(owner) if owner else None,
            out=out,
            replace=replace,
            expect_chain=expect_chain,
            progress=lambda name, address, what: click.echo(f"{what:7} {name:16} {address}"),
        )
    except PassManagerError as problem:
        raise click.ClickException(f"{type(problem).__name__}: {problem}") from problem
    click.echo(f"Deployed on chain {found.chain_id}, all pointers checked: {out / f'{found.chain_id}.json'}")
