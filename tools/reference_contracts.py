"""The pages of the contracts: functions, events, structs. From the published ABI, NatSpec and the call graph."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

import reference_text as md
from abi_compile import canonical, selector, signature
from passmanager.core.names import snake_case
from vyper_sources import NatSpec, Sources

Entry = dict[str, Any]
ERRORS_PAGE = Path("docs/guide/errors.md")
FOLDER = Path("docs/reference/contracts")
VIEWS = ("view", "pure")
REACH = (
    "Events and errors are those that the code can reach, in this contract and in those it calls; "
    "a few of them need arguments that the function never passes on."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What the pages are made of; paths are relative to the project."""

    root: Path
    abis: dict[str, list[Entry]]
    sources: Sources
    attributes: dict[str, str]
    events: dict[str, dict[str, str]]
    structs: dict[str, dict[str, str]]


def read_abis(folder: Path, contracts: list[str]) -> dict[str, list[Entry]]:
    return {name: json.loads((folder / f"{name}.json").read_text())["abi"] for name in contracts}


def client_attributes(client: Path) -> dict[str, str]:
    """`PurchaseManager` -> `manager`, as the client sets them."""
    found = re.findall(r"self\.(\w+) = (\w+)\(self, contracts\.", client.read_text())
    return {contract: attribute for attribute, contract in found}


def pages(about: Reference) -> dict[Path, str]:
    made = {FOLDER / f"{name}.md": contract_page(about, name) for name in about.abis}
    made[FOLDER / "events.md"] = events_page(about)
    made[FOLDER / "structs.md"] = structs_page(about)
    return made


# --- a contract


def contract_page(about: Reference, name: str) -> str:
    doc = about.sources.modules[name].doc
    functions = functions_of(about.abis[name])
    writing = [entry for entry in functions if entry["stateMutability"] not in VIEWS]
    reading = [entry for entry in functions if entry["stateMutability"] in VIEWS]
    return md.page(
        name,
        md.prose(md.sentence(doc.notice)),
        md.prose(md.sentence(doc.dev)),
        f"{_where(about, name)} {REACH}",
        _contents(about, name, "transaction", writing),
        _contents(about, name, "view", reading),
        "## Transactions" if writing else "",
        *[_function(about, name, entry) for entry in writing],
        "## Views",
        *[_function(about, name, entry) for entry in reading],
    )


def functions_of(abi: list[Entry]) -> list[Entry]:
    """Each function once, with all arguments (Vyper lists one for every number of defaults)."""
    longest: dict[str, Entry] = {}
    for entry in (part for part in abi if part["type"] == "function"):
        known = longest.setdefault(entry["name"], entry)
        longest[entry["name"]] = max(known, entry, key=lambda part: len(part["inputs"]))
    return sorted(longest.values(), key=lambda entry: entry["name"].lower())


def _where(about: Reference, name: str) -> str:
    at = FOLDER / f"{name}.md"
    source = md.link("source", md.path_between(at, Path(f"contracts/{name}.vy")))
    interface = md.link("interface", md.path_between(at, Path(f"contracts/interfaces/I{name}.vyi")))
    return f"{source}, {interface}. In Python `client.{about.attributes[name]}`, in snake_case."


def _contents(about: Reference, name: str, kind: str, functions: list[Entry]) -> str:
    rows = [
        [md.link(f"`{entry['name']}`", f"#{md.anchor(entry['name'])}"), md.prose(doc_of(about, name, entry).notice)]
        for entry in functions
    ]
    return md.table([kind, ""], rows)


def doc_of(about: Reference, name: str, entry: Entry) -> NatSpec:
    """Its NatSpec; of the getter of a variable, the comment beside that."""
    home = about.sources.home(name, entry["name"])
    body = home.functions.get(entry["name"])
    if body:
        return body.doc
    peers = {f"{contract[0].lower()}{contract[1:]}": contract for contract in about.abis}
    remark = home.remarks.get(entry["name"]) or (f"Address of {peers[entry['name']]}" if entry["name"] in peers else "")
    return NatSpec(notice=md.sentence(remark))


def _function(about: Reference, name: str, entry: Entry) -> str:
    doc = doc_of(about, name, entry)
    errors, events = about.sources.reach(name, entry["name"])
    at = FOLDER / f"{name}.md"
    blocks = [
        f"### {entry['name']}",
        md.code(declaration(entry)),
        md.prose(md.sentence(doc.notice)),
        md.prose(md.sentence(doc.dev)),
        _arguments(entry["inputs"], doc.params),
        f"Returns: {md.prose(md.sentence(doc.returns))}" if doc.returns else "",
        f"Emits: {md.listed(_event_link(event) for event in sorted(events))}." if events else "",
        f"Errors: {md.listed(error_link(at, error) for error in sorted(errors))}." if errors else "",
        _footer(about, name, entry),
    ]
    return "\n\n".join(block for block in blocks if block)


def declaration(entry: Entry) -> str:
    arguments = [f"{part['name']}: {plain_type(part)}" for part in entry["inputs"]]
    outputs = [plain_type(part) for part in entry["outputs"]]
    result = f"({', '.join(outputs)})" if len(outputs) > 1 else "".join(outputs)
    payable = " payable" if entry["stateMutability"] == "payable" else ""
    return md.wrapped_call(entry["name"], arguments, f"{payable}{f' -> {result}' if result else ''}")


def plain_type(entry: Entry) -> str:
    return entry["internalType"].removeprefix("struct ") if "internalType" in entry else entry["type"]


def linked_type(entry: Entry) -> str:
    kind = plain_type(entry)
    if "internalType" not in entry:
        return f"`{kind}`"
    struct = re.sub(r"\[\d*\]", "", kind)
    return md.link(f"`{kind}`", f"structs.md#{md.anchor(struct)}")


def _arguments(inputs: list[Entry], texts: dict[str, str]) -> str:
    rows = [[f"`{part['name']}`", linked_type(part), md.prose(texts.get(part["name"], ""))] for part in inputs]
    return md.table(["argument", "type", ""], rows)


def _event_link(event: str) -> str:
    return md.link(event, f"events.md#{md.anchor(event)}")


def error_link(at: Path, error: str) -> str:
    return md.link(error, f"{md.path_between(at, ERRORS_PAGE)}#{md.anchor(error)}")


def _footer(about: Reference, name: str, entry: Entry) -> str:
    path = about.sources.home(name, entry["name"]).path.relative_to(about.root)
    source = md.link(path.name, md.path_between(FOLDER / f"{name}.md", path))
    attribute = about.attributes[name]
    text = selector(signature(entry))
    return f"Python `client.{attribute}.{snake_case(entry['name'])}`; selector `{text}`; source {source}."


# --- events and structs


def events_page(about: Reference) -> str:
    found: dict[str, tuple[Entry, list[str]]] = {}
    for name, abi in about.abis.items():
        for entry in (part for part in abi if part["type"] == "event"):
            found.setdefault(entry["name"], (entry, []))[1].append(name)
    intro = (
        "Each is a dataclass of the same name in `passmanager.abi.events`, with its fields in snake_case. "
        f"How to read and follow them: {md.link('guide', '../../guide/events.md')}."
    )
    overview = md.table(
        ["event", "emitted by"],
        [[_here(name), md.listed(_contract(one) for one in emitters)] for name, (_, emitters) in sorted(found.items())],
    )
    sections = [_event(entry, about.events.get(name, {})) for name, (entry, _) in sorted(found.items())]
    return md.page("Events", intro, overview, *sections)


def _here(name: str) -> str:
    return md.link(f"`{name}`", f"#{md.anchor(name)}")


def _contract(name: str) -> str:
    return md.link(name, f"{name}.md")


def _event(entry: Entry, texts: dict[str, str]) -> str:
    rows = [
        [
            f"`{part['name']}`",
            linked_type(part),
            "indexed" if part["indexed"] else "",
            md.prose(texts.get(part["name"], "")),
        ]
        for part in entry["inputs"]
    ]
    topic = f"0x{keccak(text=signature(entry)).hex()}"
    blocks = [
        f"### {entry['name']}",
        md.prose(md.sentence(texts.get("", ""))),
        md.table(["field", "type", "", ""], rows),
        f"`{signature(entry)}`, topic `{topic}`.",
    ]
    return "\n\n".join(block for block in blocks if block)


def structs_page(about: Reference) -> str:
    found: dict[str, Entry] = {}
    for abi in about.abis.values():
        for entry in abi:
            for part in [*entry.get("inputs", []), *entry.get("outputs", [])]:
                _collect(part, found)
    intro = "Each is a dataclass of the same name in `passmanager.abi.structs`, with its fields in snake_case."
    overview = md.listed(_here(name) for name in sorted(found))
    return md.page("Structs", intro, overview, *[_struct(about, name, found[name]) for name in sorted(found)])


def _collect(entry: Entry, found: dict[str, Entry]) -> None:
    if "internalType" in entry:
        found[re.sub(r"\[\d*\]", "", plain_type(entry))] = entry
    for part in entry.get("components", []):
        _collect(part, found)


def _struct_text(about: Reference, name: str) -> str:
    return md.prose(md.sentence(about.structs.get(name, {}).get("", "")))


def _struct(about: Reference, name: str, entry: Entry) -> str:
    texts = about.structs.get(name, {})
    rows = [
        [f"`{part['name']}`", linked_type(part), md.prose(texts.get(part["name"], ""))] for part in entry["components"]
    ]
    blocks = [f"### {name}", _struct_text(about, name), md.table(["field", "type", ""], rows)]
    kind = re.sub(r"(\[\d*\])+$", "", canonical(entry))
    return "\n\n".join([*(block for block in blocks if block), f"`{kind}`"])
