"""Every code that a problem document can have, for the reference and for the client."""

from collections.abc import Iterator
from dataclasses import dataclass

from passmanager.service.http.problems import Problem


@dataclass(frozen=True, slots=True)
class Entry:
    """One code.

    Attributes:
        text: What it means, from the class.
        retryable: The same request may succeed later.
        kind: The class that brings it; those below it refuse with the same code.
    """

    code: str
    status: int
    text: str
    retryable: bool
    kind: type[Problem]


def catalog_of_problems() -> list[Entry]:
    """Of all classes that are loaded (importing `passmanager.service.app` loads all), by code."""
    found = [_entry(kind) for kind in (Problem, *_below(Problem)) if "code" in vars(kind)]
    return sorted(found, key=lambda entry: (entry.code, entry.kind.__module__))


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


def _entry(kind: type[Problem]) -> Entry:
    text = " ".join((kind.__doc__ or "").partition("\n\n")[0].split())
    return Entry(kind.code, kind.status, text, kind.retryable, kind)
