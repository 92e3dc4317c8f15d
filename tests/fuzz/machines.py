"""Running a machine, and that its run met what it is there for."""

from typing import Any

from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.matrix import cells, forbidden
from tests.fuzz.profiles import SHRINKS, machine
from tests.fuzz.rules.base import ShopMachine
from tests.fuzz.session import OUTCOMES, Session


def run(kind: type[ShopMachine], world: Session, runs: int, outcomes: str, matrix: str = "") -> None:
    """All of `outcomes` (a line a function, its name and then the answers) and of `matrix` must have occurred."""
    kind.world = world
    OUTCOMES.clear()
    run_state_machine_as_test(kind, settings=machine(runs))
    _report(kind.__name__)
    assert not forbidden(OUTCOMES)
    if SHRINKS:
        return  # other runs, other outcomes
    missing = [outcome for outcome in required(outcomes) + cells(matrix) if not OUTCOMES[outcome]]
    assert not missing, f"never occurred: {missing} (`-s` shows what did)"


def _report(machine_name: str) -> None:
    """What occurred and how often, for whoever runs with `-s`."""
    for outcome, count in sorted(OUTCOMES.items()):
        print(f"{machine_name} {count:6} {outcome}")  # noqa: T201


def required(outcomes: str) -> list[str]:
    found: list[Any] = []
    for line in outcomes.strip().splitlines():
        function, _, answers = line.strip().partition(": ")
        found += [f"{function}: {answer}" for answer in answers.split()]
    return found
