"""The guide to errors: those of the contracts from their catalogue, those of the package from its classes."""

import ast
import re
from pathlib import Path

import python_sources as py
import reference_text as md
from abi_compile import selector
from abi_errors import NamedError
from passmanager.core.names import snake_case
from reference_contracts import ERRORS_PAGE, Reference, functions_of

MODULES = ("errors", "refusals")
SHOWN = 8  # functions that are named beside an error
INTRO = """Every refusal has a name, and data. In Python it is an exception of that name, with the data as attributes.
On the command line the name and the text go to stderr, and the exit code is 1. A front end finds the name in the ABI
that it decodes with. All exceptions are subclasses of `passmanager.errors.PassManagerError`.

```python
from passmanager.abi.errors import InsufficientAllowance

problem = InsufficientAllowance(have=0, need=20_000_000)
assert (problem.have, problem.need) == (0, 20_000_000)
print(problem)  # what it means, the data, and what to do next
```

A transaction is simulated before it is sent, so most of these cost nothing."""
CONTRACTS = """Classes in `passmanager.abi.errors`, subclasses of `ContractError`. A call that ends in one has
changed nothing. The selector is what the answer of the node starts with."""
PACKAGE = """Classes in `passmanager.errors`, and in `errors` and `refusals` of its parts. Each is shown with its
text; {braces} stand for data, which the exception has as attributes."""


def errors_page(about: Reference, errors: list[NamedError], package: dict[str, py.Source]) -> str:
    groups = grouped(errors, (about.root / "contracts/modules/errors.vy").read_text())
    found = package_errors(package)
    return md.page(
        "Errors: what they mean and what to do next",
        INTRO,
        _index(groups, found),
        "## What the contracts refuse",
        CONTRACTS,
        *[block for title, group in groups.items() for block in _contract_group(about, title, group)],
        "## What the package refuses",
        PACKAGE,
        *[_package_error(about, source, node, found) for source, node in found.values()],
    )


def grouped(errors: list[NamedError], text: str) -> dict[str, list[NamedError]]:
    """By the headings of errors.vy."""
    by_function = {f"_{snake_case(error.name)}": error for error in errors}
    groups: dict[str, list[NamedError]] = {}
    title = ""
    for heading, function in re.findall(r"^# --- (.+?) -+$|^def (\w+)\(", text, re.MULTILINE):
        title = heading.capitalize() or title
        if function in by_function:
            groups.setdefault(title, []).append(by_function[function])
    return groups


def _index(groups: dict[str, list[NamedError]], found: dict[str, tuple[py.Source, ast.ClassDef]]) -> str:
    rows = [[title, md.listed(_here(error.name) for error in group)] for title, group in groups.items()]
    return md.table(["about", "errors"], [*rows, ["The package", md.listed(map(_here, found))]])


def _here(name: str) -> str:
    return md.link(name, f"#{md.anchor(name)}")


# --- of the contracts


def _contract_group(about: Reference, title: str, group: list[NamedError]) -> list[str]:
    return [f"### {title}", *[_contract_error(about, error) for error in group]]


def _contract_error(about: Reference, error: NamedError) -> str:
    data = ", ".join(f"{name}: {kind}" for name, kind in error.inputs)
    also = f"; also a `{error.builtin}`" if error.builtin else ""
    blocks = [
        f"#### {error.name}",
        md.prose(md.sentence(error.meaning)),
        f"Next: {md.prose(md.sentence(error.next_step))}" if error.next_step else "",
        _origins(about, error.name),
        f"`{error.name}({data})`, selector `{selector(error.signature)}`{also}.",
    ]
    return "\n\n".join(block for block in blocks if block)


def _origins(about: Reference, error: str) -> str:
    found = [
        (contract, entry["name"])
        for contract, abi in about.abis.items()
        for entry in functions_of(abi)
        if error in about.sources.reach(contract, entry["name"])[0]
    ]
    shown = [_function_link(*place) for place in found[:SHOWN]]
    more = f" and {len(found) - SHOWN} others" if len(found) > SHOWN else ""
    return f"Can come from {md.listed(shown)}{more}." if found else "Only at the creation of the contracts."


def _function_link(contract: str, function: str) -> str:
    target = md.path_between(ERRORS_PAGE, Path(f"docs/reference/contracts/{contract}.md"))
    return md.link(f"{contract}.{function}", f"{target}#{md.anchor(function)}")


# --- of the package


def package_errors(package: dict[str, py.Source]) -> dict[str, tuple[py.Source, ast.ClassDef]]:
    """All exceptions of the package but those of the ABI, in the order of their modules."""
    known = {"PassManagerError"}
    found: dict[str, tuple[py.Source, ast.ClassDef]] = {}
    for source in sorted(package.values(), key=lambda one: one.name != "errors"):
        if source.name.rpartition(".")[2] not in MODULES:
            continue
        for node in py.classes(source):
            if node.name in known or known & set(py.bases(node)):
                known.add(node.name)
                found[node.name] = (source, node)
    return found


def _package_error(
    about: Reference, source: py.Source, node: ast.ClassDef, found: dict[str, tuple[py.Source, ast.ClassDef]]
) -> str:
    path = source.path.relative_to(about.root)
    data = ", ".join(f"{value.name}: {value.kind}" for value in py.values(node))
    parents = md.listed(_here(base) if base in found else f"`{base}`" for base in py.bases(node))
    said = message(node)
    home = md.link(f"`passmanager.{source.name}`", md.path_between(ERRORS_PAGE, path))
    blocks = [
        f"### {node.name}",
        md.prose(py.doc_of(node).text),
        f"> {md.prose(said)}" if said else "",
        f"`{node.name}({data})` in {home}, a {parents}.",
    ]
    return "\n\n".join(block for block in blocks if block)


def message(node: ast.ClassDef) -> str:
    """The text of `__str__`, with names in braces where data goes."""
    function = py.method(node, "__str__")
    if function is None:
        return ""
    local = {
        step.targets[0].id: step.value
        for step in function.body
        if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Name)
    }
    last = function.body[-1]
    text = _rendered(last.value, local) if isinstance(last, ast.Return) and last.value else ""
    return " ".join(text.split())


def _rendered(node: ast.expr, local: dict[str, ast.expr]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case (
            ast.FormattedValue(value=inner)
            | ast.BoolOp(values=[inner, *_])
            | ast.Call(func=ast.Attribute(value=ast.JoinedStr() as inner))
        ):
            return _rendered(inner, local)
        case ast.Name(id=name) if name in local:
            return _rendered(local[name], local)
        case ast.IfExp(body=body, orelse=orelse):
            return " / ".join(text for part in (body, orelse) if (text := _rendered(part, local)))
        case (ast.JoinedStr() | ast.BinOp(op=ast.Add())) as whole:
            return "".join(_rendered(part, local) for part in _parts(whole))
    return _data(node)


def _parts(node: ast.JoinedStr | ast.BinOp) -> list[ast.expr]:
    return node.values if isinstance(node, ast.JoinedStr) else [node.left, node.right]


def _data(node: ast.expr) -> str:
    """`self.need - self.have` -> `{need - have}`; of a call, the attributes in it."""
    text = ast.unparse(node).replace("self.", "")
    if text == "self":
        return "{data}"
    if isinstance(node, ast.Attribute | ast.BinOp):
        return f"{{{text}}}"
    names = [part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute) and _of_self(part)]
    return f"{{{', '.join(names) or text}}}"


def _of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"
