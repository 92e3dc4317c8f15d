"""How a wallet and a deployment are found."""

import os
import sys
from pathlib import Path

import typer

from passmanager.cli.common import FOLDER, KEY_VARIABLE, LOCAL_CHAINS, PASSWORD_VARIABLE
from passmanager.core.addresses import parse_address
from passmanager.deployments import Deployment
from passmanager.errors import BadKey
from passmanager.node import Node
from passmanager.signers import LocalSigner, NodeSigner, Signer, UnsignedSigner
from passmanager.units import Address


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


def unsigned_signer(account: str | None) -> Signer:
    """Whoever will sign elsewhere: a Safe, a hardware wallet, a browser's wallet."""
    if account is None:
        raise typer.BadParameter("--unsigned needs --account, the address that will sign")
    return UnsignedSigner(parse_address(account))


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
