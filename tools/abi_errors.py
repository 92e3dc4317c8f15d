"""Reads the named errors out of contracts/modules/errors.vy, and checks each of them.

Vyper 0.4.3 has no error declarations and does not look into the text of `method_id(...)`: a typing
error there makes another selector. So everything is compared that is written twice.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vyper.ast as vy
from vyper.ast.parse import parse_to_ast

from passmanager.core.names import camel_case, snake_case


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedError:
    """One error: its ABI entry, and what its Python class says."""

    name: str
    inputs: tuple[tuple[str, str], ...]
    meaning: str
    next_step: str = ""
    builtin: str = ""

    @property
    def signature(self) -> str:
        return f"{self.name}({','.join(kind for _, kind in self.inputs)})"

    @property
    def abi(self) -> dict[str, Any]:
        inputs = [{"name": name, "type": kind} for name, kind in self.inputs]
        return {"type": "error", "name": self.name, "inputs": inputs}


def read_errors(source: Path, texts: Path) -> list[NamedError]:
    """All errors in the order of the file; `texts` says for each what to do next."""
    functions = parse_to_ast(source.read_text()).get_children(vy.FunctionDef)
    hints = tomllib.loads(texts.read_text())
    errors = [_read(function, hints) for function in functions]
    if unknown := set(hints) - {error.name for error in errors}:
        raise SystemExit(f"{texts.name} has texts for errors that do not exist: {sorted(unknown)}")
    return errors


def _read(function: vy.FunctionDef, hints: dict[str, Any]) -> NamedError:
    arguments = [(arg.arg, arg.annotation.id) for arg in function.args.args]
    declared, encoded = _raised(function)
    name, _, types = declared.removesuffix(")").partition("(")
    _require(f"_{snake_case(name)}" == function.name, function, f"raises {name}")
    _require(types.split(",") == ([kind for _, kind in arguments] or [""]), function, f"raises {declared}")
    _require(encoded == [arg for arg, _ in arguments], function, f"encodes {encoded}")
    doc = function.doc_string.value if function.doc_string else ""
    _require(doc.strip().startswith("@notice "), function, "has no @notice")
    meaning = " ".join(doc.strip().removeprefix("@notice ").split())
    hint = hints.get(name, {})
    return NamedError(
        name=name,
        inputs=tuple((camel_case(arg), kind) for arg, kind in arguments),
        meaning=meaning,
        next_step=hint.get("next", ""),
        builtin=hint.get("also", ""),
    )


def _raised(function: vy.FunctionDef) -> tuple[str, list[str]]:
    """Signature and encoded names of the one `raw_revert` in the body."""
    calls = [node for node in function.get_descendants(vy.Call) if node.func.id == "method_id"]
    _require(len(calls) == 1 and len(function.body) == 1, function, "is not exactly one raw_revert")
    encodes = [node for node in function.get_descendants(vy.Call) if node.func.id == "abi_encode"]
    return calls[0].args[0].value, [arg.id for node in encodes for arg in node.args]


def _require(fact: bool, function: vy.FunctionDef, problem: str) -> None:  # noqa: FBT001 - reads like assert
    if not fact:
        raise SystemExit(f"errors.vy:{function.lineno} {function.name} {problem}")
