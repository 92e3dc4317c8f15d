"""Values of ABI types, as the contracts could send them."""

from typing import Any

from eth_abi import encode
from hypothesis import strategies as st

WORD = 32


def split(types: str) -> list[str]:
    """The parts of `uint256,(bool,string)[]`."""
    parts, depth, part = [], 0, ""
    for letter in types:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append(part)
            part = ""
        else:
            part += letter
    return [*parts, part] if part else parts


def values_of(kind: str) -> st.SearchStrategy[Any]:
    """Any value of one ABI type, as eth_abi takes it."""
    if kind.endswith("]"):
        return st.lists(values_of(kind[: kind.rindex("[")]), max_size=4).map(tuple)
    if kind.startswith("("):
        return st.tuples(*map(values_of, split(kind[1:-1])))
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(lambda raw: f"0x{raw.hex()}")
    simple = {"string": st.text(max_size=70), "bytes": st.binary(max_size=70), "bool": st.booleans()}
    if kind in simple:
        return simple[kind]
    if kind.startswith("bytes"):
        return st.binary(min_size=int(kind[5:]), max_size=int(kind[5:]))
    signed = kind.startswith("int")
    bits = int(kind.removeprefix("u").removeprefix("int"))
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1)


def log_of(kind, values: tuple) -> tuple[list[str], bytes]:
    """Topics and data of an event with these values."""
    pairs = list(zip(kind.FIELDS, values, strict=True))
    topics = [kind.TOPIC, *(encode([name], [value]) for (name, indexed), value in pairs if indexed)]
    plain = [(name, value) for (name, indexed), value in pairs if not indexed]
    return [f"0x{topic.hex()}" for topic in topics], encode([n for n, _ in plain], [v for _, v in plain])


def canonical(entry: dict[str, Any]) -> str:
    """Type of an ABI entry as eth_abi takes it."""
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(canonical(part) for part in entry['components'])}){kind.removeprefix('tuple')}"
