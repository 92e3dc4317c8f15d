"""Every function of the ABI has a builder and a method in both clients, and they say what the ABI says."""

import asyncio
from typing import Any

import pytest
from eth_abi import encode

from passmanager import contracts, contracts_aio
from passmanager.abi import artifact, structs
from passmanager.core import contracts as builders
from passmanager.core.calls import Call, build_call
from passmanager.core.names import snake_case
from passmanager.deployments import NAMES
from passmanager.units import checksum
from tests.sdk.samples import canonical

AT = checksum("0x" + "11" * 20)
FUNCTIONS = [
    (name, entry)
    for name in NAMES
    for entry in artifact(name)["abi"]
    if entry["type"] == "function" and entry["name"] != "safeTransferFrom"
]
STRUCTS = [kind for kind in vars(structs).values() if isinstance(kind, type) and kind.__module__ == structs.__name__]


class Shell:
    """Gives the call back instead of sending it."""

    def read(self, call: Call[Any], *, block: object) -> tuple[str, Call[Any]]:
        return "read", call

    def send(self, call: Call[Any], *, tx: object) -> tuple[str, Call[Any]]:
        return "sent", call


class AsyncShell:
    async def read(self, call: Call[Any], *, block: object) -> tuple[str, Call[Any]]:
        return "read", call

    async def send(self, call: Call[Any], *, tx: object) -> tuple[str, Call[Any]]:
        return "sent", call


def sample(entry: dict[str, Any]) -> Any:
    """One value of an ABI type, each number another one so that swapped fields show."""
    kind = entry["type"]
    if kind.endswith("]"):
        return (sample({**entry, "type": kind[: kind.rindex("[")]}),) * 2
    if kind == "tuple":
        return tuple(sample(part) for part in entry["components"])
    if kind.startswith("bytes"):
        return bytes([len(entry["name"])]) * int(kind[5:] or 3)
    simple = {"address": AT, "bool": len(entry["name"]) % 2 == 0, "string": entry["name"]}
    return simple.get(kind, sum(entry["name"].encode()) % 200)


def typed(entry: dict[str, Any], value: Any) -> Any:
    if "internalType" not in entry:
        return value
    kind = getattr(structs, entry["internalType"].removeprefix("struct ").partition("[")[0])
    return [kind.from_abi(item) for item in value] if entry["type"].endswith("]") else kind.from_abi(value)


def arguments(entry: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    values = [sample(part) for part in entry["inputs"]]
    names = [snake_case(part["name"]) for part in entry["inputs"]]
    made = [typed(part, value) for part, value in zip(entry["inputs"], values, strict=True)]
    return values, dict(zip(names, made, strict=True))


@pytest.mark.parametrize(("name", "entry"), FUNCTIONS, ids=lambda part: part if isinstance(part, str) else part["name"])
def test_the_method_says_what_the_abi_says(name, entry):
    values, keywords = arguments(entry)
    expected = build_call(name, entry["name"], values, to=AT)
    method = snake_case(entry["name"])
    built = getattr(getattr(builders, f"{name}Calls")(AT), method)(**keywords)
    assert (built.name, built.to, built.data) == (expected.name, AT, expected.data)
    how, call = getattr(getattr(contracts, name)(Shell(), AT), method)(**keywords)
    assert (how, call.data) == ("read" if entry["stateMutability"] in ("view", "pure") else "sent", expected.data)
    same = asyncio.run(getattr(getattr(contracts_aio, f"Async{name}")(AsyncShell(), AT), method)(**keywords))
    assert (same[0], same[1].data) == (how, expected.data)


@pytest.mark.parametrize(("name", "entry"), FUNCTIONS, ids=lambda part: part if isinstance(part, str) else part["name"])
def test_the_answer_is_read_as_the_abi_says(name, entry):
    _, keywords = arguments(entry)
    call = getattr(getattr(builders, f"{name}Calls")(AT), snake_case(entry["name"]))(**keywords)
    values = [sample(part) for part in entry["outputs"]]
    found = call.decode(encode([canonical(part) for part in entry["outputs"]], values))
    if not values:
        assert found is None
        return
    for part, value, one in zip(entry["outputs"], values, found if len(values) > 1 else (found,), strict=True):
        expected = typed(part, value)
        assert one == (tuple(expected) if part["type"].endswith("]") else expected)


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: kind.__name__)
def test_structs_survive_the_round_trip(kind):
    entries = [part for _, entry in FUNCTIONS for part in [*entry["inputs"], *entry["outputs"]]]
    found = [
        found for entry in entries for found in _structs_in(entry) if found["internalType"] == f"struct {kind.__name__}"
    ]
    values = sample({**found[0], "type": "tuple"})
    assert kind.from_abi(kind.from_abi(values).to_abi()) == kind.from_abi(values)


def _structs_in(entry: dict[str, Any]):
    for part in entry.get("components", []):
        yield from _structs_in(part)
    if "internalType" in entry:
        yield {**entry, "internalType": entry["internalType"].partition("[")[0]}
