"""Commands that write: they get a `Writer`, return the steps, and the frame shows, asks, sends and reports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from passmanager.cli.cells import plain, printable, text, title
from passmanager.cli.common import LOCAL_CHAINS, ask, err, out, print_json
from passmanager.cli.effects import Effect
from passmanager.cli.manner import MANNER, Manner, take_manner
from passmanager.cli.reading import READING, Connection, Reader, bind
from passmanager.models import EventLog, Receipt
from passmanager.units import format_units

if TYPE_CHECKING:
    from passmanager.client import PassManager
    from passmanager.core.calls import Call
    from passmanager.signers import Signer

Ids = Callable[[Receipt[Any]], Mapping[str, Any]]


def no_ids(_receipt: Receipt[Any]) -> Mapping[str, Any]:
    """The ids of a transaction that creates nothing."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transaction.

    Attributes:
        title: What it does, as an order: `Create product Book of organization 1`.
        call: The call to send.
        facts: Its arguments as a person reads them; the keys are those of the JSON.
        ids: What it made, from the events of its receipt.
        follows: It works only when the step before is mined, so it cannot be simulated earlier.
    """

    title: str
    call: "Call[Any]"
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    ids: Ids = no_ids
    follows: bool = False


class Writer(Reader):
    """A connection and a wallet for one command."""

    def __init__(self, connection: Connection, manner: Manner) -> None:
        """Nothing is asked yet."""
        super().__init__(connection)
        self._manner = manner

    @cached_property
    def signer(self) -> "Signer":
        """The wallet."""
        from passmanager.cli.connecting import find_signer, unsigned_signer  # noqa: PLC0415 - web3 takes a second

        if self._manner.unsigned:
            return unsigned_signer(self._manner.account)
        return find_signer(self.node, self._manner.account, self._manner.keystore)

    @cached_property
    def client(self) -> "PassManager":
        """The client of the wallet."""
        from passmanager.client import PassManager  # noqa: PLC0415 - same

        return PassManager(self.node, self.found.addresses(), signer=self.signer, first_block=self.found.from_block)

    def send(self, steps: Sequence[Step]) -> None:
        """Shows what will happen, asks, sends and reports."""
        previews = [None if step.follows else self._simulate(number, step) for number, step in enumerate(steps)]
        if not self.as_json:
            self._show(steps, previews)
        if not self._manner.sends:
            self._end_dry(steps, previews)
            return
        if not self._manner.yes and self.found.chain_id not in LOCAL_CHAINS:
            ask(f"Send {_count(len(steps))} on chain {self.found.chain_id} from {self.signer.address}?")
        self._end(steps, [self._send(number, step) for number, step in enumerate(steps)])

    def _simulate(self, number: int, step: Step) -> Receipt[Any]:
        return self.client.send(step.call, tx=self._manner.tx(number, dry_run=True))

    def _send(self, number: int, step: Step) -> Receipt[Any]:
        receipt = self.client.send(step.call, tx=self._manner.tx(number))
        err.print(f"{printable(step.title)}: block {receipt.block_number}, transaction {receipt.tx_hash}", markup=False)
        return receipt

    def _show(self, steps: Sequence[Step], previews: Sequence[Receipt[Any] | None]) -> None:
        for step, preview in zip(steps, previews, strict=True):
            out.print(printable(step.title), style="bold", markup=False)
            rows = {"calls": f"{step.call.name} of {step.call.to}", **step.facts}
            if step.call.value:
                rows["pays"] = f"{format_units(step.call.value)} native"
            rows["signer"] = f"{self.signer.address} on chain {self.found.chain_id}"
            rows["gas"] = _gas_text(preview)
            _print_rows(rows)

    def _end_dry(self, steps: Sequence[Step], previews: Sequence[Receipt[Any] | None]) -> None:
        unsigned: list[dict[str, Any]] = self._unsigned(steps) if self._manner.unsigned else [{} for _ in steps]
        if self.as_json:
            told = [
                {**_described(step), **({} if preview is None else _estimated(preview)), **fields}
                for step, preview, fields in zip(steps, previews, unsigned, strict=True)
            ]
            print_json({"dryRun": True, **self._sender(), "transactions": told})
            return
        out.print("Nothing was sent.")
        for fields in unsigned:
            if fields:
                print_json(fields["transaction"])

    def _unsigned(self, steps: Sequence[Step]) -> list[dict[str, Any]]:
        """As wallets take them. What waits for the step before cannot be estimated; its wallet does that then."""
        nonce = self.node.nonce(self.signer.address) if self._manner.nonce is None else self._manner.nonce
        made = [
            self.client.build(
                step.call, tx=replace(self._manner.tx(0), nonce=nonce + number), estimate=not step.follows
            )
            for number, step in enumerate(steps)
        ]
        return [{"transaction": transaction.rpc_fields()} for transaction in made]

    def _end(self, steps: Sequence[Step], receipts: Sequence[Receipt[Any]]) -> None:
        made: dict[str, Any] = {}
        for step, receipt in zip(steps, receipts, strict=True):
            made |= step.ids(receipt)
        if not self.as_json:
            self._report(made, receipts)
            return
        told = [_described(step) | _mined(receipt) for step, receipt in zip(steps, receipts, strict=True)]
        last = {name: told[-1][name] for name in ("transactionHash", "blockNumber", "gasUsed")}
        print_json({"dryRun": False, **self._sender(), **plain(made), **last, "transactions": told})

    def _sender(self) -> dict[str, Any]:
        return {"chainId": self.found.chain_id, "signer": self.signer.address}

    def _report(self, made: Mapping[str, Any], receipts: Sequence[Receipt[Any]]) -> None:
        paid = sum(receipt.gas_used * receipt.gas_price for receipt in receipts)
        gas = sum(receipt.gas_used for receipt in receipts)
        for name, value in made.items():
            out.print(f"{title(name)}: {text(value)}", markup=False)
        out.print(f"Done: {_count(len(receipts))}, {gas:,} gas, {format_units(paid)} native.")


def _print_rows(rows: Mapping[str, Any]) -> None:
    width = max(len(title(name)) for name in rows)
    for name, value in rows.items():
        lines = text(value).split("\n")
        for head, line in zip([title(name), *[""] * len(lines)], lines, strict=False):
            out.print(f"  {head:<{width}}  {line}", markup=False)


def _count(transactions: int) -> str:
    return f"{transactions} transaction{'' if transactions == 1 else 's'}"


def _gas_text(preview: Receipt[Any] | None) -> str:
    if preview is None:
        return "known when the step before is mined"
    cost = format_units(preview.gas_used * preview.gas_price)
    return f"at most {preview.gas_used:,}, {cost} native"


def _described(step: Step) -> dict[str, Any]:
    return {
        "title": step.title,
        "function": step.call.name,
        "to": step.call.to,
        "valueWei": step.call.value,
        "data": f"0x{step.call.data.hex()}",
        "arguments": plain(step.facts),
    }


def _estimated(preview: Receipt[Any]) -> dict[str, Any]:
    return {
        "gasLimit": preview.gas_used,
        "mostWei": preview.gas_used * preview.gas_price,
        "returns": plain(preview.simulated),
    }


def _mined(receipt: Receipt[Any]) -> dict[str, Any]:
    return {
        "transactionHash": receipt.tx_hash,
        "blockNumber": receipt.block_number,
        "gasUsed": receipt.gas_used,
        "gasPrice": receipt.gas_price,
        "feeWei": receipt.gas_used * receipt.gas_price,
        "events": [_event(log) for log in receipt.logs],
    }


def _event(log: EventLog[Any]) -> dict[str, Any]:
    event: Any = log.event
    return {"event": type(event).__name__, **plain(event)}


WRITING = (*READING[:2], *MANNER, *READING[2:])


def writes(app: typer.Typer, name: str) -> Callable[[Callable[..., Step | Sequence[Step]]], Callable[..., None]]:
    """Makes a command of a function that takes a `Writer` and returns what to send.

    The options --rpc-url, --deployment and --json, and those of `Manner` are added.
    """

    def register(function: Callable[..., Step | Sequence[Step]]) -> Callable[..., None]:
        def command(*, rpc_url: str, deployment: Path, as_json: bool, **own: Any) -> None:
            writer = Writer(Connection(rpc_url, deployment, as_json), take_manner(own))
            try:
                steps = function(writer, **own)
                writer.send([steps] if isinstance(steps, Step) else steps)
            finally:
                writer.close()

        return bind(app, name, function, command, Effect.WRITES, WRITING)

    return register
