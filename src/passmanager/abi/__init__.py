"""The published artifacts: ABI, creation bytecode, and Python generated from them."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, TypedDict


class Artifact(TypedDict):
    """`<Name>.json`."""

    contractName: str
    abi: list[dict[str, Any]]
    bytecode: str
    evmVersion: str
    immutables: dict[str, dict[str, int]]
    runtimeHash: str
    runtimeSize: int


@cache
def artifact(name: str) -> Artifact:
    """ABI and creation bytecode of one contract, as published in the package."""
    return json.loads(files("passmanager.abi").joinpath(f"{name}.json").read_text())
