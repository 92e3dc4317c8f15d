"""`passmanager deploy`: the contracts on a chain."""

from pathlib import Path
from typing import Annotated

import typer

from passmanager.cli.common import (
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
    group,
    out,
    print_json,
)
from passmanager.cli.connecting import find_signer
from passmanager.cli.effects import Effect, has
from passmanager.core.addresses import parse_address
from passmanager.deployments import FOLDER, Deployment, Plan, deploy, estimated_gas, make_plan, require_funds
from passmanager.node import Node
from passmanager.units import Address, format_units

app = group()


@app.command("deploy")
@has(Effect.WRITES)
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
