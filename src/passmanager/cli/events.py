"""`passmanager events`: what happened, and what happens."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.table import Table

from passmanager.abi.events import EVENTS
from passmanager.cli.common import LOCAL_URL, DeploymentAt, Json, RpcUrl, group, out, print_json_line
from passmanager.cli.connecting import find_deployment
from passmanager.cli.effects import Effect, has
from passmanager.client import PassManager
from passmanager.core.follower import HORIZON
from passmanager.deployments import FOLDER, Deployment
from passmanager.models import Event, EventLog, Orphaned
from passmanager.node import Node

app = group("Read the events of the contracts.")
NAMES = {kind.__name__: kind for kind in EVENTS}

Kinds = Annotated[
    list[str] | None, typer.Option("--kind", metavar="NAME", help="Only events of this name; may be repeated.")
]
FromBlock = Annotated[int | None, typer.Option(help="First block; by default where the contracts begin.", min=0)]


@app.command("list")
@has(Effect.READS)
def list_command(
    *,
    rpc_url: RpcUrl = LOCAL_URL,
    deployment: DeploymentAt = FOLDER,
    kind: Kinds = None,
    from_block: FromBlock = None,
    to_block: Annotated[int | None, typer.Option(help="Last block; by default the newest.", min=0)] = None,
    as_json: Json = False,
) -> None:
    """List events of the past; with --json one per line."""
    client, found = _connected(rpc_url, deployment)
    first = found.from_block if from_block is None else from_block
    last = "latest" if to_block is None else to_block
    _show(client.events.history(first, last, kinds=_kinds(kind)), as_json=as_json)


@app.command("follow")
@has(Effect.READS)
def follow_command(
    *,
    rpc_url: RpcUrl = LOCAL_URL,
    deployment: DeploymentAt = FOLDER,
    kind: Kinds = None,
    from_block: Annotated[int | None, typer.Option(help="First block; by default the next one.", min=0)] = None,
    confirmations: Annotated[int, typer.Option(help="Blocks an event must have, its own included.", min=1)] = 1,
    horizon: Annotated[int, typer.Option(help="Newest blocks that may still be replaced.", min=1)] = HORIZON,
    poll: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.01)] = 2.0,
    as_json: Json = False,
) -> None:
    """Show events as they come, until Ctrl-C; those whose block was replaced are taken back."""
    client, _ = _connected(rpc_url, deployment)
    told = client.events.follow(
        from_block=from_block, confirmations=confirmations, kinds=_kinds(kind), horizon=horizon, poll_seconds=poll
    )
    for one in told:
        if as_json:
            print_json_line(as_dict(one))
        else:
            out.print(_line(one), markup=False)


def _connected(rpc_url: str, path: Path) -> tuple[PassManager, Deployment]:
    node = Node.connect(rpc_url)
    found = find_deployment(node, path)
    return PassManager(node, found.addresses()), found


def _kinds(names: list[str] | None) -> list[type[Event]]:
    unknown = [name for name in names or [] if name not in NAMES]
    if unknown:
        raise typer.BadParameter(f"no event is called {unknown[0]}; there are {', '.join(NAMES)}")
    return [NAMES[name] for name in names or []]


def _show(logs: Iterable[EventLog[Event]], *, as_json: bool) -> None:
    table = Table("block", "event", "fields")
    for log in logs:
        if as_json:
            print_json_line(as_dict(log))
        else:
            table.add_row(str(log.block_number), type(log.event).__name__, _fields(log.event))
    if not as_json:
        out.print(table)


def as_dict(one: EventLog[Event] | Orphaned) -> dict[str, Any]:
    """An event as JSON takes it; `orphaned` if it is taken back."""
    log = one.log if isinstance(one, Orphaned) else one
    return {
        "event": type(log.event).__name__,
        "orphaned": isinstance(one, Orphaned),
        "blockNumber": log.block_number,
        "blockHash": log.block_hash,
        "transactionHash": log.transaction_hash,
        "logIndex": log.log_index,
        "address": log.address,
        "fields": _plain(asdict(cast("Any", log.event))),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in cast("list[Any]", value)]
    return value


def _line(one: EventLog[Event] | Orphaned) -> str:
    log, sign = (one.log, "taken back: ") if isinstance(one, Orphaned) else (one, "")
    return f"{log.block_number:>10} {sign}{type(log.event).__name__} {_fields(log.event)}"


def _fields(event: Event) -> str:
    shown = {field.name: _plain(getattr(event, field.name)) for field in fields(cast("Any", event))}
    return ", ".join(f"{name}={value}" for name, value in shown.items())
