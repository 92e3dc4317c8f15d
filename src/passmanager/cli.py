"""The `passmanager` command.

Exit codes: 0 done; 1 refused, the message on stderr says why and what to do next; 2 wrong usage;
130 interrupted with Ctrl-C.
"""

import signal
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from passmanager import __version__, cli_airdrop, cli_events, cli_keeper
from passmanager.cli_common import (
    LOCAL_CHAINS,
    LOCAL_URL,
    Account,
    DryRun,
    Json,
    Keystore,
    RpcUrl,
    Yes,
    ask,
    err,
    find_signer,
    out,
    print_json,
)
from passmanager.core.addresses import parse_address
from passmanager.deployments import FOLDER, Deployment, Plan, deploy, estimated_gas, make_plan, require_funds
from passmanager.devchain import HARDFORK, MNEMONIC, devchain
from passmanager.errors import PassManagerError
from passmanager.node import Node
from passmanager.units import Address, format_units

app = typer.Typer(
    help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
app.add_typer(cli_airdrop.app, name="airdrop")
app.add_typer(cli_events.app, name="events")
app.add_typer(cli_keeper.app, name="keeper")


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - called by typer
    if wanted:
        out.print(__version__)
        raise typer.Exit


@app.callback()
def _root(
    *,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command("devchain")
def devchain_command(
    *,
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 8545,
    hardfork: Annotated[str, typer.Option(help="Rules of the chain.")] = HARDFORK,
    log: Annotated[Path | None, typer.Option(help="File for the node's output.")] = None,
    as_json: Json = False,
) -> None:
    """Run a local chain until Ctrl-C; what is on it is gone then."""
    with devchain(port=port, hardfork=hardfork, log=log) as chain:
        node = Node.connect(chain.url)
        accounts = node.accounts()
        if as_json:
            print_json({"url": chain.url, "chainId": node.chain_id(), "accounts": accounts})
        else:
            out.print(f"Local chain {node.chain_id()} at {chain.url}; end it with Ctrl-C")
            out.print(f"Unlocked accounts, 10000 coins each: {', '.join(accounts[:3])} ...")
            out.print(f"Their mnemonic, known to everybody: {MNEMONIC}")
        sys.stdout.flush()
        _wait_for_end()


def _wait_for_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ended.set())
    while not ended.wait(1.0):
        pass


@app.command("deploy")
def deploy_command(  # noqa: PLR0913 - one parameter per option
    *,
    rpc_url: RpcUrl = LOCAL_URL,
    account: Account = None,
    keystore: Keystore = None,
    owner: Annotated[str | None, typer.Option(help="Platform owner; by default the sender.")] = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of <chainId>.json.")] = FOLDER,
    replace: Annotated[bool, typer.Option("--replace", help="Give up the deployment or plan that is there.")] = False,
    expect_chain: Annotated[int | None, typer.Option(help="Refuse every other chain.")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Deploy the contracts, or go on where an interrupted call stopped.

    The sender is the key in $PASSMANAGER_PRIVATE_KEY, or --keystore, or --account; on a local chain
    without any of them, the node's first account.
    """
    node = Node.connect(rpc_url)
    signer = find_signer(node, account, keystore)
    if expect_chain is not None:
        node.require_chain(expect_chain)
    owned_by = parse_address(owner) if owner else None
    if dry_run:
        _show_plan(node, make_plan(node, signer.address, owned_by), as_json=as_json)
        return
    if not yes and node.chain_id() not in LOCAL_CHAINS:
        ask(f"Deploy on chain {node.chain_id()} from {signer.address}?")
    found = deploy(
        node, signer, owner=owned_by, out=folder, replace=replace, expect_chain=expect_chain, progress=_progress
    )
    _show_deployment(found, folder, as_json=as_json)


@app.command("demo")
def demo_command(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local chain running.")] = False,
    as_json: Json = False,
) -> None:
    """Show the main job, end to end, on a fresh local chain."""
    import_module("passmanager.demo").run(keep=keep, as_json=as_json)


def _progress(name: str, address: Address, what: str) -> None:
    err.print(f"{what:7} {name:16} {address}")


def _show_plan(node: Node, plan: Plan, *, as_json: bool) -> None:
    gas = estimated_gas(plan)
    price = node.fees().ceiling
    if as_json:
        print_json({**plan.model_dump(by_alias=True), "gas": gas, "mostWei": sum(gas.values()) * price})
    else:
        for name, planned in plan.contracts.items():
            out.print(f"{planned.nonce:6} {name:16} {planned.address} about {gas[name]:>9,} gas")
        cost = format_units(sum(gas.values()) * price)
        out.print(f"About {sum(gas.values()):,} gas from {plan.sender}, at most {cost} coins. Nothing was sent.")
    require_funds(node, plan)


def _show_deployment(found: Deployment, folder: Path, *, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump(by_alias=True))
    else:
        out.print(f"Deployed on chain {found.chain_id}, all pointers checked: {folder / f'{found.chain_id}.json'}")


def main() -> None:
    """Entry point: errors of this package become a message, never a traceback."""
    try:
        app()
    except PassManagerError as problem:
        err.print(f"{type(problem).__name__}: {problem}", style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
