"""What the demo shows: a table of steps with their gas, the checks, the metadata of a pass."""

import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction (or several alike) of the story."""

    who: str
    what: str
    gas: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold."""

    what: str
    expected: str
    found: str

    @property
    def holds(self) -> bool:
        """Is it as expected?"""
        return self.expected == self.found


@dataclass
class Report:
    """Collects, and prints on the way if it is for people."""

    live: bool
    steps: list[Step] = field(default_factory=list[Step])
    checks: list[Check] = field(default_factory=list[Check])
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    addresses: dict[str, str] = field(default_factory=dict[str, str])

    def step(self, who: str, what: str, gas: int, outcome: str = "") -> None:
        """Notes a step."""
        self.steps.append(Step(who, what, gas, outcome))
        if self.live:
            sys.stderr.write(f"\r\033[K{len(self.steps):3} {what}")
            sys.stderr.flush()

    def check(self, what: str, expected: object, found: object) -> None:
        """Notes a check; the demo fails at its end if one does not hold."""
        self.checks.append(Check(what, str(expected), str(found)))

    @property
    def failed(self) -> list[str]:
        """The checks that do not hold."""
        return [
            f"{check.what}: expected {check.expected}, found {check.found}" for check in self.checks if not check.holds
        ]

    def show(self, *, as_json: bool, url: str | None, folder: Path | None) -> None:
        """Prints everything on stdout."""
        if as_json:
            sys.stdout.write(json.dumps(self._document(url), indent=2) + "\n")
            return
        sys.stderr.write("\r\033[K")
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = 120
        console.print(self._steps_table(), self._checks_table())
        console.print("[bold]Metadata of the buyer's pass[/bold]")
        console.print_json(json.dumps(self.metadata))
        if url is not None:
            console.print(f"The chain is at {url}, its addresses in {folder}/. End it with Ctrl-C.")

    def _document(self, url: str | None) -> dict[str, Any]:
        return {
            "steps": [asdict(step) for step in self.steps],
            "checks": [{**asdict(check), "holds": check.holds} for check in self.checks],
            "metadata": self.metadata,
            "addresses": self.addresses,
            "rpcUrl": url,
        }

    def _steps_table(self) -> Table:
        table = Table(title="passmanager: the main job on a fresh chain", title_justify="left")
        table.add_column("#", justify="right")
        for name in ("who", "what"):
            table.add_column(name)
        table.add_column("gas", justify="right")
        table.add_column("outcome")
        for number, step in enumerate(self.steps, 1):
            table.add_row(str(number), step.who, step.what, f"{step.gas:,}", step.outcome)
        table.add_row("", "", "all transactions", f"{sum(step.gas for step in self.steps):,}", "", style="bold")
        return table

    def _checks_table(self) -> Table:
        table = Table(title="Checks", title_justify="left")
        for name in ("what", "expected", "found", ""):
            table.add_column(name, justify="right" if name in {"expected", "found"} else "left")
        for check in self.checks:
            mark = "[green]holds[/green]" if check.holds else "[red]FAILS[/red]"
            table.add_row(check.what, check.expected, check.found, mark)
        return table
