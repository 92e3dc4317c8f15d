"""Compiles the contracts and makes of each what the package publishes."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from eth_utils.crypto import keccak
from vyper.ast import FunctionDef
from vyper.ast.natspec import parse_natspec
from vyper.ast.parse import parse_to_ast
from vyper.compiler.input_bundle import FilesystemInputBundle
from vyper.compiler.output import (
    build_abi_output,
    build_layout_output,
    build_method_identifiers_output,
)
from vyper.compiler.phases import CompilerData
from vyper.compiler.settings import Settings
from vyper.semantics.types import StructT

from abi_errors import NamedError

_plain_struct = StructT.to_abi_arg


def _named_struct(struct: StructT, name: str = "") -> dict[str, Any]:
    """Vyper's ABI drops the names of structs; solc's `internalType` is the place for them."""
    return {**_plain_struct(struct, name), "internalType": f"struct {struct._id}"}


StructT.to_abi_arg = _named_struct


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One deployable contract."""

    name: str
    abi: list[dict[str, Any]]
    notices: dict[str, dict[str, Any]]
    details: dict[str, dict[str, Any]]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        return json.dumps(self.body, indent=1, sort_keys=True) + "\n"


def evm_version(config: Path) -> str:
    return yaml.safe_load(config.read_text())["vyper"]["evm_version"]


def compile_contract(path: Path, errors: list[NamedError], target: str) -> Artifact:
    """ABI with error entries, creation bytecode, and where the immutables lie in the runtime code."""
    bundle = FilesystemInputBundle([path.parent])
    data = CompilerData(bundle.load_file(path), input_bundle=bundle, settings=Settings(evm_version=target))
    abi = _with_key_names(build_abi_output(data), path.parent / f"interfaces/I{path.stem}.vyi")
    notices, details = _natspec(data)
    _check_selectors(path.stem, abi, build_method_identifiers_output(data))
    runtime = data.bytecode_runtime
    body = {
        "contractName": path.stem,
        "abi": [_with_array_suffix(entry) for entry in abi] + [error.abi for error in errors],
        "bytecode": f"0x{data.bytecode.hex()}",
        "evmVersion": target,
        "immutables": _immutables(build_layout_output(data)),
        "runtimeHash": f"0x{keccak(runtime).hex()}",
        "runtimeSize": len(runtime),
    }
    return Artifact(
        name=path.stem,
        abi=body["abi"],
        notices=notices,
        details=details,
        body=body,
    )


def _natspec(data: CompilerData) -> tuple[dict[str, Any], dict[str, Any]]:
    """NatSpec by signature, of the contract and of the modules it exports from, which Vyper leaves out."""
    contract = data.annotated_vyper_module
    modules = [info.module_node for info in contract._metadata["type"].imported_modules.values()]
    notices: dict[str, Any] = {}
    details: dict[str, Any] = {}
    for module in [*modules, contract]:
        if not module.is_interface:
            found = parse_natspec(module)
            notices |= found.userdoc.get("methods", {})
            details |= found.devdoc.get("methods", {})
    return notices, details


def _with_key_names(abi: list[dict[str, Any]], interface: Path) -> list[dict[str, Any]]:
    """Getters of mappings have the argument names of the interface: Vyper has none for keys."""
    if not interface.exists():
        return abi
    functions = parse_to_ast(interface.read_text(), is_interface=True).get_children(FunctionDef)
    names = {function.name: [argument.arg for argument in function.args.args] for function in functions}
    for entry in abi:
        unnamed = any(part["name"].startswith("arg") for part in entry.get("inputs", []))
        if unnamed and entry.get("name") in names:
            for part, name in zip(entry["inputs"], names[entry["name"]], strict=True):
                part["name"] = name
    return abi


def canonical(entry: dict[str, Any]) -> str:
    """Type of an ABI entry as in a signature."""
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(canonical(part) for part in entry['components'])}){kind.removeprefix('tuple')}"


def signature(entry: dict[str, Any]) -> str:
    return f"{entry['name']}({','.join(canonical(part) for part in entry['inputs'])})"


def selector(text: str) -> str:
    return f"0x{keccak(text=text)[:4].hex()}"


def _check_selectors(name: str, abi: list[dict[str, Any]], identifiers: dict[str, str]) -> None:
    ours = {signature(entry): selector(signature(entry)) for entry in abi if entry["type"] == "function"}
    theirs = {text: f"0x{int(number, 16):08x}" for text, number in identifiers.items()}
    if ours != theirs:
        raise SystemExit(f"{name}: selectors differ: {sorted(ours.items() ^ theirs.items())}")


def _with_array_suffix(entry: Any) -> Any:
    """An array of structs has its brackets in `internalType` too."""
    if isinstance(entry, list):
        return [_with_array_suffix(part) for part in entry]
    if not isinstance(entry, dict):
        return entry
    made = {key: _with_array_suffix(value) for key, value in entry.items()}
    if "internalType" in made:
        made["internalType"] += re.sub(r"^tuple", "", made["type"])
    return made


def _immutables(layout: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Place of each immutable behind the published runtime code, modules included."""
    found: dict[str, dict[str, int]] = {}

    def walk(prefix: str, part: dict[str, Any]) -> None:
        for name, spot in part.items():
            if "offset" in spot:
                found[prefix + name] = {"offset": spot["offset"], "length": spot["length"]}
            else:
                walk(f"{prefix}{name}.", spot)

    walk("", layout.get("code_layout", {}))
    return dict(sorted(found.items()))
