"""What the scripts share: an account of Ape as the signer, the client of the deployment, refusals by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from ape.api import AccountAPI, ProviderAPI
from ape.cli import ConnectedProviderCommand, account_option
from ape_accounts import KeyfileAccount

from passmanager.client import PassManager
from passmanager.core.transactions import Transaction
from passmanager.deployments import FOLDER, Deployment
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
            raise NotSigned(self.address)
        return bytes(signed.serialize_transaction())


class NotSigned(click.ClickException):
    """The account's owner, or the device, said no."""

    def __init__(self, address: Address) -> None:
        super().__init__(f"NotSigned: {address} did not sign, so nothing more was sent.")


class NetworkCommand(ConnectedProviderCommand):
    """A command on `--network`. Refusals are a message with their name and exit code 1, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PassManagerError as problem:
            raise click.ClickException(f"{type(problem).__name__}: {problem}") from problem


def sending_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options of every script that sends: who, on which deployment, and how far it may go."""
    for option in (
        click.option("--yes", "-y", is_flag=True, help="Do not ask before sending; local networks never ask."),
        click.option("--dry-run", is_flag=True, help="Show what would happen; send and write nothing."),
        click.option(
            "--autosign", is_flag=True, help="Unlock a key file once ($APE_ACCOUNTS_<alias>_PASSPHRASE, or a prompt)."
        ),
        click.option(
            "--deployment",
            envvar="PASSMANAGER_DEPLOYMENT",
            type=click.Path(path_type=Path),
            default=FOLDER,
            help="File <chainId>.json, or its folder.",
        ),
        account_option(),
    ):
        command = option(command)
    return command


def open_client(account: AccountAPI, provider: ProviderAPI, deployment: Path, *, autosign: bool) -> PassManager:
    """The deployment on the provider's chain, with the account as its wallet."""
    if autosign and isinstance(account, KeyfileAccount):
        account.set_autosign(enabled=True)
    node = connect(provider)
    found = find_deployment(node, deployment)
    return PassManager(node, found.addresses(), signer=ApeSigner(account, provider))


def connect(provider: ProviderAPI) -> Node:
    """The provider's node, as the package talks to it."""
    if provider.http_uri is None:
        raise click.ClickException(f"NoNode: {provider.name} has no http address. Give a network with one.")
    return Node.connect(provider.http_uri)


def find_deployment(node: Node, path: Path) -> Deployment:
    """The deployment on the node's chain; refused if its contracts are not there."""
    found = Deployment.load(path) if path.is_file() else Deployment.find(node.chain_id(), path)
    found.check(node)
    return found


def confirm(provider: ProviderAPI, question: str, *, yes: bool) -> None:
    """Goes on if a person agrees; a development network costs nothing, so nobody is asked there."""
    if not yes and not provider.network.is_dev:
        click.confirm(question, abort=True)
