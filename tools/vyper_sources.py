"""What the sources of the contracts say: NatSpec, and which errors and events each function can reach.

A call graph of names: through functions of the same module, of other modules, and of other contracts of the
system. It is what a function *can* do, whatever its arguments.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import vyper.ast as vy
from vyper.ast.parse import parse_to_ast

from abi_errors import NamedError
from passmanager.core.names import snake_case

Place = tuple[str, str]
"""A module, and a function in it."""
CALLEES_OWN = "NotSystemContract"  # a contract of the system is the right caller; only others meet this error


@dataclass(frozen=True, slots=True, kw_only=True)
class NatSpec:
    """The tags of one docstring."""

    notice: str = ""
    dev: str = ""
    params: dict[str, str] = field(default_factory=dict[str, str])
    returns: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What one function does itself."""

    doc: NatSpec
    external: bool
    errors: frozenset[str]
    events: frozenset[str]
    calls: frozenset[Place]
    foreign: frozenset[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file."""

    path: Path
    doc: NatSpec
    functions: dict[str, Body]
    exports: dict[str, str]
    remarks: dict[str, str]


def read_natspec(text: str) -> NatSpec:
    parts = re.split(r"^\s*@(\w+(?::\w+)?)[ \t]*", text, flags=re.MULTILINE)
    tags: dict[str, list[str]] = {}
    for tag, value in zip(parts[1::2], parts[2::2], strict=True):
        tags.setdefault(tag, []).append(value)
    params = [_joined(value).partition(" ") for value in tags.get("param", [])]
    return NatSpec(
        notice=" ".join(map(_joined, tags.get("notice", []))),
        dev=" ".join(map(_joined, tags.get("dev", []))),
        params={name: text for name, _, text in params},
        returns="; ".join(map(_joined, tags.get("return", []))),
    )


def _doc(node: vy.Module | vy.FunctionDef) -> NatSpec:
    found = getattr(node, "doc_string", None)
    return read_natspec(found.value if found else "")


def _joined(text: str) -> str:
    return " ".join(text.split())


class Sources:
    """All contracts and modules of a folder."""

    def __init__(self, contracts: Path, errors: list[NamedError]) -> None:
        self._errors = {f"_{snake_case(error.name)}": error.name for error in errors}
        files = [*contracts.glob("[A-Z]*.vy"), *(contracts / "modules").glob("*.vy")]
        self.modules = {path.stem: self._module(path) for path in sorted(files) if path.stem != "errors"}
        self.contracts = [path.stem for path in sorted(contracts.glob("[A-Z]*.vy"))]
        self._externals = {name: self._places(name) for name in self.contracts}

    def home(self, contract: str, function: str) -> Module:
        """The file that has a function, or the variable behind a getter, of a contract."""
        module = self.modules[contract]
        return self.modules[module.exports[function]] if function in module.exports else module

    def reach(self, contract: str, function: str) -> tuple[set[str], set[str]]:
        """Errors and events that a call can end in, those of the contracts it calls among them."""
        errors: set[str] = set()
        events: set[str] = set()
        place = self._externals[contract].get(function)
        waiting = [(place, False)] if place else []
        seen: set[tuple[Place, bool]] = set()
        while waiting:
            (at, name), called = waiting.pop()
            body = self.modules[at].functions.get(name)
            if body is None or ((at, name), called) in seen:
                continue
            seen.add(((at, name), called))
            errors |= body.errors - ({CALLEES_OWN} if called else set())
            events |= body.events
            waiting += [(place, called) for place in body.calls]
            waiting += [(found, True) for place in body.foreign if (found := self._foreign(*place))]
        return errors, events

    def _foreign(self, interface: str, function: str) -> Place | None:
        named = interface.removeprefix("I")
        owners = [named] if named in self._externals else self.contracts
        found = {self._externals[name][function] for name in owners if function in self._externals[name]}
        return found.pop() if len(found) == 1 else None

    def _places(self, contract: str) -> dict[str, Place]:
        module = self.modules[contract]
        own = {name: (contract, name) for name, body in module.functions.items() if body.external}
        return own | {name: (at, name) for name, at in module.exports.items()}

    def _module(self, path: Path) -> Module:
        text = path.read_text()
        tree = parse_to_ast(text)
        aliases = _aliases(tree)
        functions = {node.name: self._body(node, path.stem, aliases) for node in tree.get_children(vy.FunctionDef)}
        return Module(
            path=path,
            doc=_doc(tree),
            functions=functions,
            exports=_exports(tree, aliases),
            remarks=_remarks(tree, text.splitlines()),
        )

    def _body(self, function: vy.FunctionDef, module: str, aliases: dict[str, str]) -> Body:
        raised: set[str] = set()
        calls: set[Place] = set()
        foreign: set[Place] = set()
        for target in (call.func for call in function.get_descendants(vy.Call)):
            owner = getattr(getattr(target, "value", None), "id", "")
            if owner == "errors":
                raised.add(self._errors[target.attr])
            elif owner == "self" or owner in aliases:
                calls.add((aliases.get(owner, module), target.attr))
            elif isinstance(target, vy.Attribute):
                foreign.add((_interface(target), target.attr))
        logged = {log.value.func.attr for log in function.get_descendants(vy.Log)}
        return Body(
            doc=_doc(function),
            external="external" in {getattr(mark, "id", "") for mark in function.decorator_list},
            errors=frozenset(raised),
            events=frozenset(logged),
            calls=frozenset(calls),
            foreign=frozenset(foreign),
        )


def _aliases(tree: vy.Module) -> dict[str, str]:
    """Modules by the names they have in a file; interfaces are no modules."""
    imports = tree.get_children(vy.ImportFrom)
    return {node.alias or node.name: node.name for node in imports if not (node.module or "").endswith("interfaces")}


def _exports(tree: vy.Module, aliases: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.get_children(vy.ExportsDecl):
        parts = getattr(node.annotation, "elements", [node.annotation])
        found |= {part.attr: aliases[part.value.id] for part in parts}
    return found


def _interface(target: vy.Attribute) -> str:
    """`ICatalog` of `ICatalog(address).sell`; empty if a variable holds the contract."""
    return getattr(getattr(target.value, "func", None), "id", "")


def read_members(interfaces: Path, kind: type[vy.EventDef] | type[vy.StructDef]) -> dict[str, dict[str, str]]:
    """The comments beside the members of events or structs, and above the whole (key "")."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(interfaces.glob("I*.vyi")):
        text = path.read_text()
        lines = text.splitlines()
        for node in parse_to_ast(text, is_interface=True).get_children(kind):
            members = [part for part in node.body if isinstance(part, vy.AnnAssign)]
            beside = {part.target.id: _beside(lines, part) for part in members}
            found[node.name] = {"": _above(lines, node.lineno - 1)} | beside
    return found


def _remarks(tree: vy.Module, lines: list[str]) -> dict[str, str]:
    """The comment beside a variable, or right above it."""
    variables = tree.get_children(vy.VariableDecl)
    return {node.target.id: _beside(lines, node) or _above(lines, node.lineno - 1) for node in variables}


def _beside(lines: list[str], node: vy.VyperNode) -> str:
    return lines[node.end_lineno - 1].partition("#")[2].strip()


def _above(lines: list[str], number: int) -> str:
    first = number
    while first and lines[first - 1].startswith("# ") and "---" not in lines[first - 1]:
        first -= 1
    return " ".join(line.lstrip("# ") for line in lines[first:number])
