"""Draws of the actions. Hypothesis deals one die a step; what is drawn from it is even, which its own draws
are not: they repeat themselves and switch rules off, and a run of 50 steps would meet too little.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Draw = Callable[[Random], Any]


def number(random: Random) -> int:
    return random.randrange(10_000)


def odd(random: Random) -> bool:
    """Seldom: a stranger, a wrong id, a wrong amount."""
    return random.random() < 1 / 10


def sometimes(random: Random) -> bool:
    return random.random() < 1 / 4


def often(random: Random) -> bool:
    return random.random() < 5 / 6


def between(low: int, high: int) -> Draw:
    return lambda random: random.randint(low, high)


def choice(values: Sequence[Any]) -> Draw:
    return lambda random: random.choice(values)


def several(draw: Draw, least: int, most: int) -> Draw:
    return lambda random: [draw(random) for _ in range(random.randint(least, most))]


def each(*draws: Draw) -> Draw:
    return lambda random: tuple(draw(random) for draw in draws)


@dataclass(frozen=True)
class Action:
    """A method of a machine, how often it is chosen against others, and what it draws."""

    name: str
    weight: int
    when: Callable[[Any], bool]
    draws: dict[str, Draw]

    def drawn(self, random: Random) -> dict[str, Any]:
        return {name: draw(random) for name, draw in self.draws.items()}


def action(weight: int = 4, when: Callable[[Any], bool] = lambda _: True, **draws: Draw) -> Callable:
    def register(method: Callable) -> Callable:
        method.action = Action(method.__name__, weight, when, draws)  # type: ignore[attr-defined]
        return method

    return register


def actions_of(machine: type) -> list[Action]:
    found = [getattr(machine, name) for name in dir(machine) if not name.startswith("__")]
    return [method.action for method in found if hasattr(method, "action")]
