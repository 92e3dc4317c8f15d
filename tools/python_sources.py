"""What the sources of the package say: public names, signatures, docstrings. Read as text, never imported."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

SECTIONS = ("Args", "Returns", "Yields", "Raises", "Attributes", "Note", "Example")
ELSEWHERE = ("abi", "demo", "service")  # generated, or programs: they are explained by pages of their own
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc:
    """A docstring in Google style."""

    text: str = ""
    items: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    returns: str = ""

    @property
    def first(self) -> str:
        """Its first sentence."""
        paragraph = " ".join(self.text.split("\n\n", 1)[0].split())
        return re.split(r"(?<=[.!?]) (?=[A-Z`])", paragraph)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One module."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def doc(self) -> Doc:
        return doc_of(self.tree)

    @property
    def exported(self) -> list[str]:
        """`__all__`; empty without."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
                return list(ast.literal_eval(node.value))
        return []


def read_package(folder: Path) -> dict[str, Source]:
    """Modules by their dotted names below the package, but those explained elsewhere; a package is its `__init__`."""
    found: dict[str, Source] = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if parts[0] in ELSEWHERE:
            continue
        name = ".".join(part for part in parts if part != "__init__")
        found[name] = Source(name=name, path=path, tree=ast.parse(path.read_text()))
    return found


# --- docstrings


def doc_of(node: ast.Module | ast.ClassDef | Function) -> Doc:
    return read_doc(ast.get_docstring(node) or "")


def read_doc(text: str) -> Doc:
    parts = re.split(rf"^({'|'.join(SECTIONS)}):[ \t]*\n", text, flags=re.MULTILINE)
    items: dict[str, dict[str, str]] = {}
    returns = ""
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        if title in {"Returns", "Yields"}:
            returns = " ".join(body.split())
        else:
            items[title] = _items(body)
    return Doc(text=parts[0].strip(), items=items, returns=returns)


def _items(body: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in re.split(r"\n(?= {4}\S)", "\n" + body.rstrip()):
        name, _, text = " ".join(part.split()).partition(": ")
        if name:
            found[name] = text
    return found


# --- names


def is_public(name: str) -> bool:
    return not name.startswith("_")


def classes(source: Source) -> list[ast.ClassDef]:
    return [node for node in source.tree.body if isinstance(node, ast.ClassDef) and is_public(node.name)]


def functions(owner: ast.Module | ast.ClassDef) -> list[Function]:
    found = [node for node in owner.body if isinstance(node, Function) and is_public(node.name)]
    return [node for node in found if "overload" not in decorators(node)]


def decorators(node: Function | ast.ClassDef) -> set[str]:
    return {ast.unparse(mark).split("(")[0] for mark in node.decorator_list}


def bases(node: ast.ClassDef) -> list[str]:
    return [ast.unparse(base) for base in node.bases]


def method(owner: ast.ClassDef, name: str) -> Function | None:
    return next((node for node in owner.body if isinstance(node, Function) and node.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A field, a member of an enumeration, or a constant."""

    name: str
    kind: str
    value: str
    text: str


def values(owner: ast.Module | ast.ClassDef) -> list[Value]:
    """Public assignments in their order, with the text below each."""
    found: list[Value] = []
    for number, node in enumerate(owner.body):
        name, kind, value = _assigned(node)
        if name and is_public(name) and not kind.startswith("ClassVar"):
            found.append(Value(name=name, kind=kind, value=value, text=_text_below(owner.body, number)))
    return found


def _assigned(node: ast.stmt) -> tuple[str, str, str]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, annotation(node.annotation), written(node.value) if node.value else ""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, "", written(node.value)
    return "", "", ""


def _text_below(body: list[ast.stmt], number: int) -> str:
    below = body[number + 1] if number + 1 < len(body) else None
    if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
        return " ".join(below.value.value.split())
    return ""


# --- signatures


def arguments(node: Function, *, bound: bool) -> list[str]:
    """As they are written, without `self` or `cls` if bound."""
    args = node.args
    plain = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
    made = [_argument(arg, default) for arg, default in zip(plain, defaults, strict=True)]
    if bound and "staticmethod" not in decorators(node):
        made = made[1:]
    if args.vararg:
        made.append(f"*{_argument(args.vararg, None)}")
    elif args.kwonlyargs:
        made.append("*")
    made += [_argument(arg, default) for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    return made + ([f"**{_argument(args.kwarg, None)}"] if args.kwarg else [])


def _argument(arg: ast.arg, default: ast.expr | None) -> str:
    kind = f": {annotation(arg.annotation)}" if arg.annotation else ""
    if default is None:
        return arg.arg + kind
    return f"{arg.arg}{kind} = {written(default)}" if kind else f"{arg.arg}={written(default)}"


def written(node: ast.expr) -> str:
    """With the quotes that the formatter sets."""
    text = ast.unparse(node)
    return text if '"' in text else text.replace("'", '"')


def annotation(node: ast.expr | None) -> str:
    """Without the quotes of forward references."""
    if node is None:
        return ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return written(node)
