"""`passmanager audit`: is the database of the service what the chain says?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passmanager.cli.common import Json, group, out, print_json_line
from passmanager.cli.effects import Effect, has
from passmanager.cli.serve import load_service

if TYPE_CHECKING:
    from passmanager.service.auditing import Report

app = group()


@app.command("audit")
@has(Effect.READS)
def audit_command(
    *,
    data: Annotated[
        Path | None, typer.Option(envvar="PASSMANAGER_DATA", help="Folder of the database; ./var by default.")
    ] = None,
    rpc_url: Annotated[
        str | None, typer.Option(envvar="PASSMANAGER_RPC_URL", help="The node; that of the settings by default.")
    ] = None,
    deployment: Annotated[
        Path | None,
        typer.Option(envvar="PASSMANAGER_DEPLOYMENT", help="Folder of deployments; that of the settings by default."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare the database of the service with the chain, log by log.

    Orders, rights, refunds and balances are derived from the logs again. No difference is the only good answer: the
    exit code is 1 if there is one.
    """
    serving, auditing = load_service("serving"), load_service("auditing")
    changes = {"data": data, "deployment": deployment}
    settings = serving.read_settings({name: value for name, value in changes.items() if value is not None})
    report: Report = auditing.run_audit(settings, rpc_url)
    print_json_line(_document(report)) if as_json else _show(report)
    if report.differences:
        raise typer.Exit(1)


def _document(report: "Report") -> dict[str, Any]:
    differences = [
        {"kind": one.kind, "subject": one.subject, "chain": one.expected, "database": one.found}
        for one in report.differences
    ]
    return {
        "chainId": report.chain_id, "block": report.block, "checked": dict(report.checked), "differences": differences,
    }  # fmt: skip


def _show(report: "Report") -> None:
    for one in report.differences:
        out.print(str(one), markup=False, soft_wrap=True)
    looked = ", ".join(f"{count:,} {kind}s" for kind, count in sorted(report.checked.items()))
    out.print(f"Chain {report.chain_id} up to block {report.block}: {looked or 'nothing read yet'}.", soft_wrap=True)
    out.print(f"{len(report.differences)} difference(s).")
