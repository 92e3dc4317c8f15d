"""`passmanager keeper`: renews what is due."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from passmanager.cli.common import (
    LOCAL_CHAINS,
    LOCAL_URL,
    Account,
    DeploymentAt,
    DryRun,
    Json,
    Keystore,
    RpcUrl,
    Yes,
    ask,
    err,
    group,
    out,
    print_json_line,
)
from passmanager.cli.connecting import find_deployment, find_signer
from passmanager.cli.effects import Effect, has
from passmanager.client import PassManager
from passmanager.deployments import FOLDER
from passmanager.ending import Ending
from passmanager.keeper import Keeper, Metrics, Options, Report, Result, serve
from passmanager.keeper.batches import GAS_LIMIT, MOST_PAIRS
from passmanager.keeper.keeper import label
from passmanager.node import Node

app = group("Renew subscriptions that are due.")
GWEI = 10**9


@app.callback()
def _group() -> None:
    """Renew subscriptions that are due."""


@app.command("run")
@has(Effect.WRITES)
def run_command(  # noqa: PLR0913 - one parameter per option
    *,
    rpc_url: RpcUrl = LOCAL_URL,
    deployment: DeploymentAt = FOLDER,
    account: Account = None,
    keystore: Keystore = None,
    index: Annotated[
        Path | None, typer.Option(envvar="PASSMANAGER_KEEPER_INDEX", help="Index; by default keeper-<chainId>.sqlite.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="One round, for cron; exit code 1 if it ended early.")] = False,
    batch: Annotated[int, typer.Option(help="Subscriptions in one transaction.", min=1, max=MOST_PAIRS)] = MOST_PAIRS,
    gas_limit: Annotated[int, typer.Option(help="Gas of one transaction.", min=100_000)] = GAS_LIMIT,
    max_fee_gwei: Annotated[
        float | None, typer.Option(help="Wait while the base fee is higher.", min=0.0, show_default="no limit")
    ] = None,
    announce_failures: Annotated[
        bool, typer.Option("--announce-failures", help="Put each first failure on the chain; costs gas.")
    ] = False,
    poll: Annotated[float, typer.Option(help="Seconds between two rounds.", min=0.01)] = 12.0,
    wait: Annotated[float, typer.Option(help="Seconds to wait for a transaction.", min=0.1)] = 90.0,
    metrics_port: Annotated[
        int | None, typer.Option(help="Port of /metrics; 0 takes a free one.", min=0, max=65535, show_default="none")
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Interface of /metrics.")] = "127.0.0.1",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Renew and bill what is due, until SIGTERM or Ctrl-C.

    Everything is simulated first; what would fail costs no gas and is tried again later. It can be killed
    at any moment, and several keepers do no harm to each other. Give it an account of its own.
    """
    node = Node.connect(rpc_url)
    found = find_deployment(node, deployment)
    client = PassManager(node, found.addresses(), signer=find_signer(node, account, keystore))
    options = Options(
        batch=batch,
        gas_limit=gas_limit,
        max_fee_per_gas=None if max_fee_gwei is None else round(max_fee_gwei * GWEI),
        announce_failures=announce_failures,
        poll_seconds=poll,
        wait_seconds=wait,
    )
    metrics = Metrics()
    path = index or Path(f"keeper-{found.chain_id}.sqlite")
    keeper = Keeper.open(
        client,
        path,
        first_block=found.from_block,
        options=options,
        metrics=metrics,
        tell=_teller(as_json=as_json),
        writes=not dry_run,
    )
    if dry_run:
        _preview(keeper, as_json=as_json)
        return
    if not yes and found.chain_id not in LOCAL_CHAINS:
        ask(f"Pay the gas of renewals on chain {found.chain_id} from {client.signer and client.signer.address}?")
    stop = Ending.by_signals()
    if metrics_port is not None:
        err.print(f"Metrics: http://{metrics_host}:{_serve(metrics, metrics_port, metrics_host)}/metrics")
    if once:
        _end(keeper.round(stop), as_json=as_json)
    else:
        keeper.run(stop, each=lambda report: _tell_round(report, as_json=as_json))


def _serve(metrics: Metrics, port: int, host: str) -> int:
    try:
        return serve(metrics, port, host)
    except OSError as problem:
        raise typer.BadParameter(f"port {port} of {host} cannot be used: {problem.strerror}") from problem


def _teller(*, as_json: bool) -> Callable[[Result], None]:
    def tell(result: Result) -> None:
        if as_json:
            print_json_line(_as_dict(result))
        else:
            where = f" in {result.tx_hash}" if result.tx_hash else ""
            why = f": {result.problem}" if result.problem else ""
            name = f"pass {result.pair.pass_id} product {result.pair.product_id}"
            out.print(f"{name} {label(result)}{where}{why}", markup=False)

    return tell


def _as_dict(result: Result) -> dict[str, Any]:
    return {
        "passId": result.pair.pass_id,
        "productId": result.pair.product_id,
        "outcome": label(result),
        "transactionHash": result.tx_hash,
        "problem": result.problem or None,
    }


def _tell_round(report: Report, *, as_json: bool) -> None:
    if as_json and (report.outcomes or report.problem):
        print_json_line(_summary(report))
    if report.problem is not None:
        err.print(f"{type(report.problem).__name__}: {report.problem}", style="red", markup=False)


def _summary(report: Report) -> dict[str, Any]:
    problem = report.problem
    return {
        "outcomes": dict(report.outcomes),
        "transactions": report.transactions,
        "problem": None if problem is None else f"{type(problem).__name__}: {problem}",
    }


def _end(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json_line(_summary(report))
    else:
        counts = ", ".join(f"{count} {name}" for name, count in report.outcomes.items()) or "nothing was due"
        out.print(f"{counts}; {len(report.transactions)} transaction(s)")
    if report.problem is not None:
        raise report.problem


def _preview(keeper: Keeper, *, as_json: bool) -> None:
    results = keeper.preview()
    table = Table("pass", "product", "outcome")
    for result in results:
        if as_json:
            print_json_line(_as_dict(result))
        else:
            table.add_row(str(result.pair.pass_id), str(result.pair.product_id), label(result))
    if not as_json:
        out.print(table)
        out.print(f"{len(results)} due. Nothing was sent.")
