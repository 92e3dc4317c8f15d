"""`passmanager airdrop`: one pass each for the wallets of a list."""

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from passmanager.airdrop import (
    HolderRule,
    Journal,
    Line,
    Plan,
    PlanOptions,
    Sender,
    SendOptions,
    State,
    Status,
    name_campaign,
    open_plan,
    read_recipients,
    require_folder,
    require_funds,
    watch,
    write_results,
    write_safe_files,
)
from passmanager.airdrop.errors import UnreadableJournal
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
    print_json,
)
from passmanager.cli.connecting import find_deployment, find_signer
from passmanager.cli.effects import Effect, has
from passmanager.client import PassManager
from passmanager.core.addresses import parse_address
from passmanager.deployments import FOLDER
from passmanager.node import Node
from passmanager.signers import Signer
from passmanager.units import Address, format_units

GWEI = 10**9
CONFIRMATIONS = 12
LINE_SECONDS = 5.0

app = group("Give passes to the wallets of a list.")

Confirmations = Annotated[
    int | None,
    typer.Option(help="Blocks until a batch counts as done.", min=1, show_default=f"{CONFIRMATIONS}; local chain 1"),
]


@app.callback()
def _group() -> None:
    """Give passes to the wallets of a list."""


@app.command("send")
@has(Effect.WRITES)
def send_command(  # noqa: PLR0913 - one parameter per option
    recipients: Annotated[Path, typer.Argument(help="CSV with a column `recipient`, or JSON array of addresses.")],
    *,
    org: Annotated[int, typer.Option(help="Organization that gives.", min=1)],
    line: Annotated[
        list[str], typer.Option(help="What each pass holds: product:pricing[:quantity]; may be given several times.")
    ],
    rpc_url: RpcUrl = LOCAL_URL,
    deployment: DeploymentAt = FOLDER,
    account: Account = None,
    keystore: Keystore = None,
    campaign: Annotated[
        str | None, typer.Option(help="Nobody gets anything twice in a campaign.", show_default="named by its contents")
    ] = None,
    column: Annotated[str | None, typer.Option(help="Column or JSON key of the addresses.")] = None,
    holders: Annotated[
        HolderRule, typer.Option(help="What to do with wallets that hold one of the products already.")
    ] = HolderRule.REFUSE,
    batch_size: Annotated[
        int | None, typer.Option(help="Recipients of a transaction.", min=1, show_default="as many as fit")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(help="What was sent.", show_default="<file>.<chainId>-<org>.sqlite")
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--out", help="Who got which pass.", show_default="<file>.passes.csv")
    ] = None,
    confirmations: Confirmations = None,
    window: Annotated[int, typer.Option(help="Transactions on their way at once.", min=1)] = 16,
    max_fee_gwei: Annotated[
        float | None, typer.Option(help="Never pay more per gas.", min=0.0, show_default="4 times the usual fee")
    ] = None,
    replace_after: Annotated[float, typer.Option(help="Seconds until a stuck transaction is replaced.", min=0.1)] = 60,
    patience: Annotated[float, typer.Option(help="Seconds without progress until it gives up.", min=1)] = 900,
    safe: Annotated[
        Path | None, typer.Option(help="Write files for Safe's Transaction Builder instead of sending.")
    ] = None,
    safe_address: Annotated[
        str | None, typer.Option(help="The Safe.", show_default="the organization's holder")
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Give each wallet of a list one pass, or go on where an interrupted call stopped.

    Every row is checked first. After an interruption, even `kill -9`, run the same command again: the chain
    is asked about each batch before it is sent again, and takes each batch only once.
    """
    node = Node.connect(rpc_url)
    found = find_deployment(node, deployment)
    client = PassManager(node, found.addresses())
    people = read_recipients(recipients, column=column, refused=_contracts(client))
    what = name_campaign(client, people, org_id=org, lines=[Line.parse(text) for text in line], name=campaign)
    signer = None if safe else find_signer(node, account, keystore)
    sender = _safe(client, org, safe_address) if signer is None else signer.address
    target = safe or results or recipients.with_name(f"{recipients.stem}.passes.csv")
    require_folder(target)
    path = journal or recipients.with_name(f"{recipients.name}.{found.chain_id}-{org}.sqlite")
    options = PlanOptions(source=str(recipients), holders=holders, batch_size=batch_size, from_block=found.from_block)
    with ExitStack() as stack:
        kept = stack.enter_context(Journal.open(path)) if path.exists() else None
        plan = open_plan(client, kept, what, people, sender=sender, options=options)
        if not as_json:
            _show_plan(plan, path)
        if dry_run:
            _show_end(plan, {"dryRun": True}, "Nothing was sent.", as_json=as_json)
            return
        if plan.batches and signer is not None:
            require_funds(client, plan)
            _confirm(plan, yes=yes)
        kept = kept or stack.enter_context(Journal.open(path))
        _start(kept, plan)
        if safe is not None:
            _write_safe(safe, kept, plan, sender, as_json=as_json)
        elif signer is not None:
            sending = SendOptions(
                confirmations=confirmations or _confirmations(found.chain_id),
                window=window,
                replace_seconds=replace_after,
                max_fee_per_gas=None if max_fee_gwei is None else round(max_fee_gwei * GWEI),
                patience_seconds=patience,
            )
            _send(client.using(signer), signer, kept, plan, sending, target, as_json=as_json)


@app.command("results")
@has(Effect.WRITES)
def results_command(
    journal: Annotated[Path, typer.Argument(help="Journal of the airdrop.")],
    *,
    rpc_url: RpcUrl = LOCAL_URL,
    deployment: DeploymentAt = FOLDER,
    results: Annotated[Path, typer.Option("--out", help="Who got which pass.")] = Path("passes.csv"),
    confirmations: Confirmations = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Write who got which pass, whoever executed the batches, a Safe for instance; sends nothing."""
    if not journal.exists():
        raise UnreadableJournal(path=str(journal), problem="there is no such file")
    node = Node.connect(rpc_url)
    found = find_deployment(node, deployment)
    with Journal.open(journal) as kept:
        campaign = kept.campaign
        node.require_chain(campaign.chain_id)
        depth = confirmations or _confirmations(found.chain_id)
        client = PassManager(node, found.addresses())
        tracker = watch(client, campaign, kept, sender=kept.sender, confirmations=depth)
        if not dry_run:
            require_folder(results)
            write_results(results, tracker.batches)
    status = tracker.status()
    if as_json:
        print_json({"campaign": campaign.name, **_counts(status), "results": None if dry_run else str(results)})
    else:
        out.print(f"{status.recipients[State.DONE]} of {status.total} recipients have their pass.", markup=False)
        out.print("Nothing was written." if dry_run else f"Who got which pass: {results}", markup=False)


def _contracts(client: PassManager) -> dict[Address, str]:
    return {address: f"the contract {name}" for name, address in client.contracts.all().items()}


def _safe(client: PassManager, org: int, given: str | None) -> Address:
    return parse_address(given) if given else client.org_nft.owner_of(org)


def _confirmations(chain_id: int) -> int:
    return 1 if chain_id in LOCAL_CHAINS else CONFIRMATIONS


def _start(journal: Journal, plan: Plan) -> None:
    if journal.is_empty():
        journal.start(plan)
    else:
        journal.check(plan.campaign, plan.digest, plan.sender)


def _confirm(plan: Plan, *, yes: bool) -> None:
    if not yes and plan.campaign.chain_id not in LOCAL_CHAINS:
        ask(f"Send {len(plan.batches)} transactions from {plan.sender} on chain {plan.campaign.chain_id}?")


def _show_plan(plan: Plan, journal: Path) -> None:
    campaign = plan.campaign
    lines = ", ".join(_line(line) for line in campaign.lines)
    left_out = f"; {len(plan.skipped)} hold one already and are left out" if plan.skipped else ""
    given = sum(len(batch.recipients) for batch in plan.given.values())
    before = f"; {given} have it already" if given else ""
    rows = (
        f"Campaign {campaign.name} of organization {campaign.org_id} on chain {campaign.chain_id}: {lines}",
        f"{plan.recipients:,} recipients in {len(plan.batches):,} batches of up to {plan.batch_size}{left_out}{before}",
        f"About {plan.total_gas:,} gas from {plan.sender}, {format_units(plan.cost)} coins at the fees of now",
        f"Journal: {journal}",
    )
    for row in rows:
        out.print(row, markup=False)


def _line(line: Line) -> str:
    quantity = f", {line.quantity} units" if line.quantity else ""
    return f"product {line.product_id} at pricing {line.pricing_id}{quantity}"


def _show_end(plan: Plan, more: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"plan": plan.data(), **more})
    else:
        out.print(text, markup=False)


def _write_safe(path: Path, journal: Journal, plan: Plan, safe: Address, *, as_json: bool) -> None:
    left = [batch for batch in journal.batches() if batch.state is not State.DONE]
    paths = [str(written) for written in write_safe_files(path, plan.campaign, left, safe=safe)]
    text = f"{len(paths)} file(s) for the Transaction Builder of {safe}: {', '.join(paths)}"
    _show_end(plan, {"safe": safe, "files": paths}, text, as_json=as_json)


def _send(
    client: PassManager,
    signer: Signer,
    journal: Journal,
    plan: Plan,
    options: SendOptions,
    results: Path,
    *,
    as_json: bool,
) -> None:
    with _progress() as report:
        sender = Sender(client, signer, plan.campaign, journal, options=options, report=report)
        try:
            batches = sender.run()
        except KeyboardInterrupt:
            err.print("Interrupted. Run the same command again to go on.")
            raise
    count = write_results(results, batches)
    status = sender.status()
    text = f"{count:,} recipients have their pass. Who got which: {results}"
    _show_end(plan, {**_counts(status), "results": str(results)}, text, as_json=as_json)


def _counts(status: Status) -> dict[str, Any]:
    return {
        "recipients": status.total,
        "states": {state.value: count for state, count in status.recipients.items()},
        "replaced": status.replaced,
        "passedOnAgain": status.resent,
        "takenBack": status.vanished,
    }


@contextmanager
def _progress() -> Generator[Callable[[Status], None]]:
    """A bar on a terminal; elsewhere a line now and then."""
    if not err.is_terminal:
        yield _line_reporter()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=err) as progress:
        done = progress.add_task("done", total=None, note="")
        mined = progress.add_task("mined", total=None, note="")

        def report(status: Status) -> None:
            deep = status.recipients[State.DONE]
            progress.update(done, total=status.total, completed=deep, note=status.trouble)
            note = f"block {status.block_number}, {status.batches[State.SENT]} on their way"
            progress.update(mined, total=status.total, completed=deep + status.recipients[State.MINED], note=note)

        yield report


def _line_reporter() -> Callable[[Status], None]:
    last = time.monotonic()

    def report(status: Status) -> None:
        nonlocal last
        if time.monotonic() - last < LINE_SECONDS:
            return
        last = time.monotonic()
        counts = ", ".join(f"{count} {state}" for state, count in status.recipients.items() if count)
        err.print(f"block {status.block_number}: {counts} {status.trouble}".rstrip(), markup=False)

    return report
