"""Python for the functions of the ABI: builders of calls, and the methods of the client. Text in, text out."""

from typing import Any

from abi_bindings import (
    all_structs,
    decoded,
    encoded,
    module_text,
    python_type,
    require_distinct,
    sentence,
    tuple_text,
    unit_imports,
)
from abi_compile import Artifact, canonical, selector, signature
from passmanager.core.names import snake_case

Entry = dict[str, Any]
ZERO = {"string": '""', "bytes": 'b""', "bool": "False"}
RESERVED = {"tx", "block", "value", "self"}
POSITIONAL = 2  # arguments that may come without a keyword; one if there are many
MANY = 4


def functions_of(artifact: Artifact) -> list[tuple[Entry, int]]:
    """Each function once, with the number of its optional arguments (Vyper lists every length)."""
    found: dict[str, list[Entry]] = {}
    for entry in artifact.abi:
        if entry["type"] == "function":
            found.setdefault(entry["name"], []).append(entry)
    require_distinct("Python name", [snake_case(name) for name in found])
    require_distinct("selector", [selector(signature(part)) for parts in found.values() for part in parts])
    longest = [(max(parts, key=lambda part: len(part["inputs"])), len(parts) - 1) for parts in found.values()]
    return sorted(longest, key=lambda pair: pair[0]["name"])


def _parameters(entry: Entry, optional: int) -> list[str]:
    """One list of parameters for the builder and the client; by keyword after two, and from a bool on."""
    names = [snake_case(part["name"]) for part in entry["inputs"]]
    if RESERVED & set(names):
        raise SystemExit(f"{entry['name']}: {RESERVED & set(names)} are taken")
    limit = 1 if len(names) >= MANY else POSITIONAL
    made: list[str] = []
    for i, (name, part) in enumerate(zip(names, entry["inputs"], strict=True)):
        if "*" not in made and (i == limit or part["type"] == "bool"):
            made.append("*")
        default = f" = {ZERO.get(part['type'], '0')}" if i >= len(names) - optional else ""
        made.append(f"{name}: {python_type(part, 'Sequence[{}]')}{default}")
    return made


def _extended(parameters: list[str], *more: str) -> str:
    extra = [part for part in more if part]
    star = ["*"] if extra and "*" not in parameters else []
    return ", ".join(["self", *parameters, *star, *extra])


def _result(entry: Entry) -> tuple[str, str]:
    """Python type, and the reader of the decoded values."""
    outputs: list[Entry] = entry["outputs"]
    if not outputs:
        return "None", "no_result"
    if len(outputs) == 1:
        return python_type(outputs[0]), f"lambda raw: {decoded(outputs[0], 'raw[0]')}"
    types = ", ".join(python_type(part) for part in outputs)
    values = ", ".join(decoded(part, f"raw[{i}]") for i, part in enumerate(outputs))
    return f"tuple[{types}]", f"lambda raw: ({values})"


def _doc(artifact: Artifact, entry: Entry, indent: str = "        ") -> list[str]:
    text = signature(entry)
    detail = artifact.details.get(text, {})
    notice = artifact.notices.get(text, {}).get("notice", f"{artifact.name}.{entry['name']}")
    lines = [f'{indent}"""{sentence(notice)}']
    if "details" in detail:
        lines += ["", f"{indent}{sentence(detail['details'])}"]
    params = {part["name"]: detail.get("params", {}).get(part["name"]) for part in entry["inputs"]}
    if any(params.values()):
        lines += ["", f"{indent}Args:"]
        lines += [f"{indent}    {snake_case(name)}: {sentence(doc)}" for name, doc in params.items() if doc]
    if returns := detail.get("returns"):
        lines += ["", f"{indent}Returns:", f"{indent}    {sentence(' '.join(returns.values()))}"]
    return [*lines, f'{indent}"""'] if len(lines) > 1 else [f'{lines[0]}"""']


def _imports(artifacts: list[Artifact]) -> list[tuple[str, str]]:
    structs = [("passmanager.abi.structs", name) for name in all_structs(artifacts)]
    return [("collections.abc", "Sequence"), *unit_imports(), *structs]


def calls_module(artifacts: list[Artifact]) -> str:
    body = "\n\n".join(_calls_class(artifact) for artifact in artifacts)
    names = [("passmanager.core.calls", name) for name in ("Call", "make_call", "no_result")]
    title = "The functions of the contracts as calls: bytes to send and how to read the answer. No network."
    return module_text(title, body, [*names, *_imports(artifacts)])


def _calls_class(artifact: Artifact) -> str:
    lines = [
        f"class {artifact.name}Calls:",
        f'    """Calls of {artifact.name}."""',
        "",
        "    def __init__(self, address: Address) -> None:",
        f'        """Calls to the {artifact.name} at `address`."""',
        "        self.address = address",
        "",
    ]
    for entry, optional in functions_of(artifact):
        lines += [*_call(artifact, entry, optional), ""]
    return "\n".join(lines)


def _call(artifact: Artifact, entry: Entry, optional: int) -> list[str]:
    payable = entry["stateMutability"] == "payable"
    kind, reader = _result(entry)
    inputs = [f'"{canonical(part)}"' for part in entry["inputs"]]
    outputs = [f'"{canonical(part)}"' for part in entry["outputs"]]
    values = [encoded(part, snake_case(part["name"])) for part in entry["inputs"]]
    parameters = _extended(_parameters(entry, optional), "value: int = 0" if payable else "")
    return [
        f"    def {snake_case(entry['name'])}({parameters}) -> Call[{kind}]:",
        *_doc(artifact, entry),
        "        return make_call(",
        f'            "{artifact.name}.{entry["name"]}",',
        "            self.address,",
        f'            "{selector(signature(entry))}",',
        f"            {tuple_text(inputs)},",
        f"            {tuple_text(values)},",
        f"            {tuple_text(outputs)},",
        f"            {reader},",
        *(["            value=value,"] if payable else []),
        "        )",
    ]


def client_module(artifacts: list[Artifact]) -> str:
    body = "\n\n".join(_client_class(artifact) for artifact in artifacts)
    body = SHELL + "\n\n" + body
    names = [("passmanager.core.calls", "Call"), ("typing", "Protocol"), ("typing", "TypeVar")]
    names += [("passmanager.models", name) for name in ("DEFAULT_OPTIONS", "Receipt", "TxOptions")]
    names += [("passmanager.core.contracts", f"{artifact.name}Calls") for artifact in artifacts]
    title = "The functions of the contracts on a node: views are read, the others are sent."
    return module_text(title, body, [*names, *_imports(artifacts)])


SHELL = '''T = TypeVar("T")


class AsyncShell(Protocol):
    """What reads and sends: the client."""

    async def read(self, call: Call[T], *, block: BlockId = "latest") -> T:
        """The answer of a view."""
        ...

    async def send(self, call: Call[T], *, tx: TxOptions = DEFAULT_OPTIONS) -> Receipt[T]:
        """Simulates, signs, sends and waits."""
        ...
'''


def _client_class(artifact: Artifact) -> str:
    lines = [
        f"class Async{artifact.name}:",
        f'    """{artifact.name} on a node; `calls` makes the bytes only."""',
        "",
        "    def __init__(self, shell: AsyncShell, address: Address) -> None:",
        '        """Functions that `shell` reads and sends."""',
        "        self._shell = shell",
        f"        self.calls = {artifact.name}Calls(address)",
        "",
    ]
    for entry, optional in functions_of(artifact):
        lines += [*_client_method(artifact, entry, optional), ""]
    return "\n".join(lines)


def _client_method(artifact: Artifact, entry: Entry, optional: int) -> list[str]:
    parameters = _parameters(entry, optional)
    view = entry["stateMutability"] in ("view", "pure")
    payable = "value: int = 0" if entry["stateMutability"] == "payable" else ""
    kind, _ = _result(entry)
    last = 'block: BlockId = "latest"' if view else "tx: TxOptions = DEFAULT_OPTIONS"
    names = [part.partition(":")[0] for part in parameters]
    split = names.index("*") if "*" in names else len(names)
    passed = names[:split] + [f"{name}={name}" for name in names[split + 1 :]] + (["value=value"] if payable else [])
    call = f"self.calls.{snake_case(entry['name'])}({', '.join(passed)})"
    action = f"read({call}, block=block)" if view else f"send({call}, tx=tx)"
    result = kind if view else f"Receipt[{kind}]"
    return [
        f"    async def {snake_case(entry['name'])}({_extended(parameters, payable, last)}) -> {result}:",
        *_doc(artifact, entry),
        f"        return await self._shell.{action}",
    ]
