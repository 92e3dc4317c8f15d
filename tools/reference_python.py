"""The pages of the Python package: public names with their signatures and docstrings."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import python_sources as py
import reference_text as md
from passmanager.core.names import snake_case
from reference_contracts import ERRORS_PAGE, Entry, Reference, doc_of, functions_of

FOLDER = Path("docs/reference/python")
HIDDEN = ("cli", "cli.*", "*errors", "*_aio", "aio", "core.contracts", "contracts", "")
ENUMS = {"IntEnum", "StrEnum", "Enum", "IntFlag", "Flag"}
LONG_VALUE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A page: its modules, by patterns."""

    name: str
    title: str
    intro: str
    modules: tuple[str, ...]


TOPICS = (
    Topic(
        name="client",
        title="The client",
        intro="`passmanager.client.PassManager` waits for its answers; `passmanager.aio.AsyncPassManager` has the same "
        "names to `await`. Its attributes are on pages of their own: the [contracts](contracts.md), "
        "[purchases](purchases.md), [merchant](merchant.md), "
        "[passes and organizations](reads.md), [events](events.md).",
        modules=("client", "models", "signers", "units", "deployments", "deployment_files", "devchain", "node"),
    ),
    Topic(
        name="purchases",
        title="Purchases",
        intro="How to use it: [guide](../../guide/sdk.md#buying).",
        modules=("purchasing", "core.purchases", "core.affording", "tokens", "core.erc20"),
    ),
    Topic(
        name="merchant",
        title="For merchants",
        intro="How to use it: [guide](../../guide/sdk.md#a-shop).",
        modules=("merchant", "specs", "core.merchant"),
    ),
    Topic(
        name="reads",
        title="Reads",
        intro="What is on the chain, in few requests.",
        modules=(
            "passes",
            "organizations",
            "reading",
            "core.passes",
            "core.organizations",
            "core.catalogs",
            "core.reading",
            "core.state",
            "core.multicall",
        ),
    ),
    Topic(
        name="events",
        title="Events",
        intro="How to use it: [guide](../../guide/events.md). "
        "The events themselves: [contracts](../contracts/events.md).",
        modules=("events", "core.events", "core.follower", "core.ranges"),
    ),
    Topic(
        name="airdrop",
        title="Airdrop",
        intro="How to use it: [guide](../../guide/airdrop.md).",
        modules=("airdrop*",),
    ),
    Topic(
        name="keeper",
        title="Keeper",
        intro="How to use it: [guide](../../guide/keeper.md).",
        modules=("keeper*",),
    ),
    Topic(
        name="commerce",
        title="The commerce service",
        intro="How to use it: [guide](../../guide/commerce-client.md). `AsyncCommerce` has the same names to `await`. "
        "The rooms and models are on [a page of their own](commerce-calls.md).",
        modules=("commerce", "commerce.client", "commerce.values", "commerce.exchange", "commerce.webhooks"),
    ),
    Topic(
        name="commerce-calls",
        title="Calls of the commerce service",
        intro="Made of [openapi.json](../openapi.json). How to use it: [guide](../../guide/commerce-client.md).",
        modules=("commerce.calls", "commerce.models", "commerce.refusals", "commerce.*"),
    ),
    Topic(
        name="core",
        title="Without network",
        intro="What the rest is made of: bytes, words and decisions. None of it reads or writes.",
        modules=("core*",),
    ),
    Topic(name="more", title="More", intro="Everything else.", modules=("*",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What links need to know."""

    root: Path
    package: Mapping[str, py.Source]
    errors: frozenset[str]


def pages(book: Book, about: Reference) -> dict[Path, str]:
    made = {FOLDER / f"{topic.name}.md": _page(book, topic) for topic in TOPICS if _modules(book, topic)}
    made[FOLDER / "contracts.md"] = contracts_page(book, about)
    return made


def _modules(book: Book, topic: Topic) -> list[py.Source]:
    order = {name: number for number, name in enumerate(topic.modules)}
    chosen = [source for name, source in book.package.items() if topic_of(name) is topic and source.tree.body]
    return sorted(chosen, key=lambda source: (order.get(source.name, len(order)), source.name))


def topic_of(module: str) -> Topic | None:
    """The first page that wants a module."""
    if any(fnmatch(module, pattern) for pattern in HIDDEN):
        return None
    return next((topic for topic in TOPICS if any(fnmatch(module, pattern) for pattern in topic.modules)), None)


def _page(book: Book, topic: Topic) -> str:
    at = FOLDER / f"{topic.name}.md"
    sources = _modules(book, topic)
    fronts = [source for source in sources if source.exported and source.path.name == "__init__.py"]
    shown = [block for front in fronts for block in _front(book, at, front)]
    if not fronts:
        shown = [block for source in sources for block in _module(book, at, source, None)]
    return md.page(topic.title, topic.intro, *shown)


# --- modules


def _front(book: Book, at: Path, front: py.Source) -> list[str]:
    """A package shows what it exports, wherever that is defined."""
    homes = {
        name.asname or name.name: (node.module or "").removeprefix("passmanager.")
        for node in front.tree.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    blocks = [f"## passmanager.{front.name}", _text(front.doc.text)]
    for home in dict.fromkeys(homes[name] for name in front.exported):
        wanted = {name for name in front.exported if homes[name] == home}
        if not home.endswith("errors"):
            blocks += _module(book, at, book.package[home], wanted)
    return blocks


def _module(book: Book, at: Path, source: py.Source, wanted: set[str] | None) -> list[str]:
    """Everything public of a module, or the names in `wanted`."""
    classes = [node for node in py.classes(source) if wanted is None or node.name in wanted]
    functions = [node for node in py.functions(source.tree) if wanted is None or node.name in wanted]
    constants = _constants(source) if wanted is None else ""
    if not (classes or functions or constants):
        return []
    link = f"Source: {md.link(source.path.name, md.path_between(at, source.path.relative_to(book.root)))}"
    head = [f"## passmanager.{source.name}", _text(source.doc.text), link] if wanted is None else [link]
    return [
        *head,
        constants,
        *[_class(book, at, node) for node in classes],
        *[_function(book, at, node, node.name, "###", bound=False) for node in functions],
    ]


def _text(text: str) -> str:
    """Prose; lines that are indented are shown as they are."""
    parts = text.split("\n\n")
    kept = [part for part in parts if not part.startswith("GENERATED")]
    return "\n\n".join(md.code(part) if part.startswith((" ", "├")) else md.prose(part) for part in kept)


def _constants(source: py.Source) -> str:
    rows = [
        [f"`{value.name}`", f"`{value.value}`" if len(value.value) <= LONG_VALUE else "", md.prose(value.text)]
        for value in py.values(source.tree)
        if value.name != "__all__" and (value.text or value.name.isupper()) and "TypeVar" not in value.value
    ]
    return md.table(["name", "value", ""], rows)


# --- classes


def _class(book: Book, at: Path, node: ast.ClassDef) -> str:
    doc = py.doc_of(node)
    bases = [base for base in py.bases(node) if not base.startswith(("Generic", "Protocol"))]
    kind = f" A {md.listed(f'`{base}`' for base in bases)}." if bases else ""
    blocks = [
        f"### {node.name}",
        f"{_text(doc.text)}{kind}",
        _members(node) if ENUMS & set(bases) else _fields(node, doc),
        *_created(book, at, node),
        _properties(node),
        *[_method(book, at, node, one) for one in py.functions(node) if "property" not in py.decorators(one)],
    ]
    return "\n\n".join(block for block in blocks if block)


def _members(node: ast.ClassDef) -> str:
    rows = [[f"`{value.name}`", f"`{value.value}`", md.prose(value.text)] for value in py.values(node)]
    return md.table(["member", "value", ""], rows)


def _fields(node: ast.ClassDef, doc: py.Doc) -> str:
    texts = doc.items.get("Attributes", {})
    rows = [
        [f"`{value.name}`", f"`{value.kind}`", _default(value), md.prose(texts.get(value.name) or value.text)]
        for value in py.values(node)
        if value.kind
    ]
    return md.table(["field", "type", "default", ""], rows)


def _default(value: py.Value) -> str:
    return f"`{value.value}`" if value.value and len(value.value) <= LONG_VALUE else ""


def _created(book: Book, at: Path, node: ast.ClassDef) -> list[str]:
    made = py.method(node, "__init__")
    if made is None:
        return []
    call = md.wrapped_call(node.name, py.arguments(made, bound=True), "")
    return [md.code(call, "python"), *_details(book, at, py.doc_of(made))]


def _properties(node: ast.ClassDef) -> str:
    rows = [
        [f"`{one.name}`", f"`{py.annotation(one.returns)}`", md.prose(py.doc_of(one).first)]
        for one in py.functions(node)
        if "property" in py.decorators(one)
    ]
    return md.table(["property", "type", ""], rows)


def _method(book: Book, at: Path, owner: ast.ClassDef, node: py.Function) -> str:
    return _function(book, at, node, f"{owner.name}.{node.name}", "####", bound=True)


# --- functions


def _function(book: Book, at: Path, node: py.Function, name: str, level: str, *, bound: bool) -> str:
    tail = f" -> {py.annotation(node.returns)}" if node.returns else ""
    call = md.wrapped_call(node.name, py.arguments(node, bound=bound), tail)
    blocks = [f"{level} {name}", md.code(call, "python"), *_details(book, at, py.doc_of(node))]
    return "\n\n".join(block for block in blocks if block)


def _details(book: Book, at: Path, doc: py.Doc) -> list[str]:
    arguments = [[f"`{name}`", md.prose(text)] for name, text in doc.items.get("Args", {}).items()]
    raised = [[_error(book, at, name), md.prose(text)] for name, text in doc.items.get("Raises", {}).items()]
    return [
        _text(doc.text),
        md.table(["argument", ""], arguments),
        f"Returns: {md.prose(md.sentence(doc.returns))}" if doc.returns else "",
        md.table(["raises", ""], raised),
    ]


def _error(book: Book, at: Path, name: str) -> str:
    if name not in book.errors:
        return f"`{name}`"
    return md.link(f"`{name}`", f"{md.path_between(at, ERRORS_PAGE)}#{md.anchor(name)}")


# --- the contracts' methods


def contracts_page(book: Book, about: Reference) -> str:
    source = book.package["contracts"]
    intro = (
        "Every function of every contract. Views give their value; the others send a transaction and give a "
        "[`Receipt`](client.md#receipt). `calls` of each makes the bytes alone, for instance "
        "`client.manager.calls.checkout(...)`. What they mean, and their errors: follow the name."
    )
    wanted = [node for node in py.classes(source) if node.name in about.abis]
    return md.page("The contracts' methods", intro, *[_contract(about, node) for node in wanted])


def _contract(about: Reference, node: ast.ClassDef) -> str:
    entries = {snake_case(entry["name"]): entry for entry in functions_of(about.abis[node.name])}
    rows = [_contract_row(about, node.name, entries[one.name], one) for one in py.functions(node)]
    attribute = f"`client.{about.attributes[node.name]}`"
    return f"## {node.name}\n\n{md.table([f'{attribute}', 'gives', ''], rows)}"


def _contract_row(about: Reference, contract: str, entry: Entry, node: py.Function) -> list[str]:
    target = f"../contracts/{contract}.md#{md.anchor(entry['name'])}"
    options = ("tx:", "block:")
    arguments = [part for part in py.arguments(node, bound=True) if not part.startswith(options)]
    if arguments and arguments[-1] == "*":
        arguments.pop()
    name = f"{md.link(f'`{node.name}`', target)} `({', '.join(arguments)})`"
    return [name, f"`{py.annotation(node.returns)}`", md.prose(doc_of(about, contract, entry).notice)]
