"""What a command does to the chain. Each command says it, and a test asks each."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Effect(Enum):
    """Reading commands change nothing; writing ones send or write and have --dry-run; local ones start a chain."""

    READS = "reads"
    WRITES = "writes"
    LOCAL = "local"


def has(effect: Effect) -> Callable[[Function], Function]:
    """Marks the function of a command; below `app.command`."""

    def mark(function: Function) -> Function:
        function.__dict__["effect"] = effect
        return function

    return mark
