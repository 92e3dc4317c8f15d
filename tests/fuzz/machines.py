"""Running a machine, and that its run met what it is there for."""

from typing import Any

from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.profiles import SHRINKS, machine
from tests.fuzz.rules.base import ShopMachine
from tests.fuzz.session import OUTCOMES, Session


def run(kind: type[ShopMachine], world: Session, runs: int, outcomes: str) -> None:
    """`outcomes`: one line a function, its name and then the answers that must have occurred."""
    kind.world = world
    OUTCOMES.clear()
    run_state_machine_as_test(kind, settings=machine(runs))
    _report(kind.__name__)
    if SHRINKS:
        return  # other runs, other outcomes
    missing = [outcome for outcome in required(outcomes) if not OUTCOMES[outcome]]
    assert not missing, f"never occurred: {missing}; what did: {dict(OUTCOMES)}"


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
