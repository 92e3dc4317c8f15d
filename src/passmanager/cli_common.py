"""What the sub-commands share: consoles, options, and how a wallet and a deployment are found."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from passmanager.core.addresses import parse_address
from passmanager.deployments import FOLDER, Deployment
from passmanager.errors import BadKey
from passmanager.node import Node
from passmanager.signers import LocalSigner, NodeSigner, Signer
from passmanager.units import Address

LOCAL_URL = "http://127.0.0.1:8545"
LOCAL_CHAINS = (31337, 1337)
KEY_VARIABLE = "PASSMANAGER_PRIVATE_KEY"
PASSWORD_VARIABLE = "PASSMANAGER_KEYSTORE_PASSWORD"  # noqa: S105 - its name, no password

out, err = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)

RpcUrl = Annotated[str, typer.Option(envvar="PASSMANAGER_RPC_URL", help="Address of the node.", show_envvar=True)]
Account = Annotated[
    str | None, typer.Option(envvar="PASSMANAGER_ACCOUNT", help="An account that the node has unlocked.")
]
Keystore = Annotated[
    Path | None, typer.Option(envvar="PASSMANAGER_KEYSTORE", help=f"Encrypted key file; ${PASSWORD_VARIABLE}.")
]
DeploymentAt = Annotated[
    Path, typer.Option("--deployment", envvar="PASSMANAGER_DEPLOYMENT", help="File <chainId>.json, or its folder.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; send and write nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, for programs.")]


def find_deployment(node: Node, path: Path = FOLDER) -> Deployment:
    """The deployment on the node's chain: a file, or `<chainId>.json` in a folder.

    Raises:
        NotDeployed: There is none.
        WrongChain: It is on another chain.
        NoCodeAt: The chain does not have its contracts.
    """
    found = Deployment.load(path) if path.is_file() else Deployment.find(node.chain_id(), path)
    found.check(node)
    return found


def find_signer(node: Node, account: str | None, keystore: Path | None) -> Signer:
    """The one wallet that was given; on a local chain, without any, the node's first account.

    Raises:
        BadKey: None was given, or it cannot be used.
    """
    given = [name for name, value in (("--account", account), ("--keystore", keystore)) if value]
    key = os.environ.get(KEY_VARIABLE)
    if len(given) + bool(key) > 1:
        names = given + ([f"${KEY_VARIABLE}"] if key else [])
        raise typer.BadParameter(f"give only one of {' and '.join(names)}")
    if key:
        return LocalSigner.from_key(key, source=f"${KEY_VARIABLE}")
    if keystore:
        return LocalSigner.from_keystore(keystore, _password(keystore))
    return NodeSigner(parse_address(account) if account else _first_account(node))


def _password(keystore: Path) -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is None and not sys.stdin.isatty():
        raise BadKey(source=str(keystore), problem=f"it is encrypted; set ${PASSWORD_VARIABLE}")
    return given if given is not None else typer.prompt("Password", hide_input=True, err=True)


def _first_account(node: Node) -> Address:
    """Only a development chain signs for whoever asks."""
    accounts = node.accounts() if node.chain_id() in LOCAL_CHAINS else []
    if not accounts:
        raise BadKey(
            source=f"${KEY_VARIABLE}", problem="it is not set; set it, or give --keystore, or --account of the node"
        )
    return accounts[0]


def ask(question: str) -> None:
    """Goes on if a person agrees."""
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is there to confirm; pass --yes")
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)


def print_json(value: Any) -> None:
    """One document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_json_line(value: Any) -> None:
    """One line of many on stdout."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
