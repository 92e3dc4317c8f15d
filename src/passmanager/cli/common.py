"""What the sub-commands share: consoles and options. Loads nothing that takes time."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

LOCAL_URL = "http://127.0.0.1:8545"
LOCAL_CHAINS = (31337, 1337)
FOLDER = Path("deployments")
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


def group(text: str = "") -> typer.Typer:
    """A first-level command with commands below it; `text` is its help. Without a text it has only one."""
    return typer.Typer(
        help=text or None,
        no_args_is_help=bool(text),
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def ask(question: str) -> None:
    """Goes on if a person agrees."""
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is there to confirm; pass --yes")
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort as stop:
        raise typer.Exit(130) from stop
    if not agreed:
        raise typer.Exit(1)


def print_json(value: Any) -> None:
    """One document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_json_line(value: Any) -> None:
    """One line of many on stdout."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
