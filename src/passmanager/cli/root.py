"""The tree of commands: its first level is a list of names, whose modules are loaded when they are used."""

from importlib import import_module
from typing import Annotated, Any, Final, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from passmanager import __version__

HELP: Final = """Sell products and subscriptions as passes on the EVM.

Exit codes: 0 done; 1 refused, the message on stderr says why and what to do next; 2 wrong usage;
130 interrupted with Ctrl-C.

Options of connection and wallet may also come from PASSMANAGER_RPC_URL, PASSMANAGER_DEPLOYMENT,
PASSMANAGER_ACCOUNT, PASSMANAGER_KEYSTORE and PASSMANAGER_PRIVATE_KEY.
"""
COMMANDS: Final = {
    "devchain": "Run a local chain until Ctrl-C; what is on it is gone then.",
    "deploy": "Deploy the contracts, or go on where an interrupted call stopped.",
    "demo": "Show the main job, end to end, on a fresh local chain.",
    "org": "Set up an organization: roles, sale rules, texts.",
    "product": "Create, edit and list products.",
    "pricing": "Create pricings and meters, and offer products at them.",
    "coupon": "Create, edit and list coupons.",
    "discount": "Create, edit, list and give discounts.",
    "pass": "See and move passes.",
    "purchase": "Buy products: new passes, further products, gifts.",
    "subscription": "See, renew, pause, cancel and change subscriptions.",
    "usage": "Record usage, see what it costs, bill it.",
    "escrow": "See balances, withdraw, refund, top up; the platform's fees.",
    "airdrop": "Give passes to the wallets of a list.",
    "keeper": "Renew subscriptions that are due.",
    "events": "Read the events of the contracts.",
    "quote": "Quote a cart: what it costs now, with coupon and discounts.",
    "serve": "Run the commerce service: orders, deliveries and webhooks for what is bought.",
    "audit": "Compare the database of the service with the chain, log by log.",
}
_MODULES: Final = {"pass": "passes"}  # `pass` is a word of the language
"""Modules with another name than their command."""


class Deferred(TyperCommand):
    """A command by its name and one line of help, loaded when it is called or its own help is asked for."""

    def load(self) -> Any:
        """The command or group itself."""
        name = str(self.name)
        module = import_module(f"passmanager.cli.{_MODULES.get(name, name)}")
        loaded: Any = get_command(module.app)
        loaded.name = name
        return loaded

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the loaded command: from here on this object is out of the way."""
        return self.load().make_context(info_name, args, parent, **extra)


class Root(TyperGroup):
    """The first level."""

    def __init__(self, **attributes: Any) -> None:
        """All names of `COMMANDS`, in that order."""
        super().__init__(**attributes)
        for name, text in COMMANDS.items():
            self.add_command(cast("Any", Deferred(name, help=text)))


app = typer.Typer(
    cls=Root,
    help=HELP,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - called by typer
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    *,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    pass
