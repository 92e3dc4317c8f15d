"""A chain in this process, with revm: some fifty times as fast as titanoboa's, which 50 steps of 400 runs need.

It runs the published bytecode (`passmanager.abi`), so what is tested here is what is deployed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from eth_abi.encoding import TupleEncoder
from eth_abi.registry import registry
from eth_utils import keccak
from pyrevm import EVM, BlockEnv
from vyper.compiler.output import build_abi_output

from passmanager.abi import artifact
from passmanager.core.addresses import create_address
from passmanager.core.decoding import decoder
from passmanager.deployments import NAMES, constructor_arguments, creation_code
from tests.support.system import partial

GAS = 2**24  # of a call; no transaction may take more (EIP-7825)
TOKENS = {"Token": "mocks/MockToken", "Bad": "mocks/MockBadToken"}
_OUTPUT = re.compile(r"output: 0x([0-9a-f]*)")


class Log(NamedTuple):
    address: str
    topics: tuple[int, ...]
    data: bytes


@dataclass(frozen=True)
class Done:
    """What a call came to; `output` is the error's data if it did not go through."""

    success: bool
    output: bytes
    logs: tuple[Log, ...] = ()


@dataclass(frozen=True)
class Function:
    """How to call one function of an ABI, and to read its answer."""

    entry: dict[str, Any]

    @cached_property
    def types(self) -> list[str]:
        return [_canonical(part) for part in self.entry["inputs"]]

    @cached_property
    def selector(self) -> bytes:
        return keccak(text=f"{self.entry['name']}({','.join(self.types)})")[:4]

    @cached_property
    def _encoder(self) -> TupleEncoder:
        return TupleEncoder(encoders=[registry.get_encoder(kind) for kind in self.types])

    @cached_property
    def _reader(self) -> Callable[[bytes], Any]:
        return decoder(tuple(_canonical(part) for part in self.entry["outputs"]))

    def data(self, args: tuple) -> bytes:
        return self.selector + self._encoder(args)

    def answer(self, output: bytes) -> Any:
        """None, the one value, or a tuple of them; structs have their fields' names."""
        parts = self.entry["outputs"]
        values = tuple(_named(part, value) for part, value in zip(parts, self._reader(output), strict=True))
        return values[0] if len(values) == 1 else values or None


def _canonical(part: dict[str, Any]) -> str:
    kind: str = part["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_canonical(inner) for inner in part['components'])}){kind.removeprefix('tuple')}"


def _named(part: dict[str, Any], value: Any) -> Any:
    if part["type"].endswith("]"):
        element = part | {"type": part["type"].rpartition("[")[0]}
        return [_named(element, one) for one in value]
    if part["type"] != "tuple":
        return value.lower() if part["type"] == "address" else value
    inner = [_named(one, it) for one, it in zip(part["components"], value, strict=True)]
    return _struct(*[one["name"] for one in part["components"]])(*inner)


@cache
def _struct(*names: str) -> type:
    return NamedTuple("Struct", [(name, object) for name in names])


def wallet(name: str) -> str:
    """The address of a person."""
    return "0x" + keccak(text=name)[12:].hex()


class Chain:
    """The system and two tokens; runs start from `mark` and are undone by `restore`."""

    def __init__(self, owner: str, now: int):
        self.evm = EVM(spec_id="PRAGUE")
        self.addresses: dict[str, str] = {}
        self.functions: dict[str, list[Function]] = {}
        self.now = now
        self.travel(0)
        self._deploy_system(owner)
        for name, source in TOKENS.items():
            made = partial(source).compiler_data
            self._add(name, build_abi_output(made), made.bytecode)
        self.mark()

    def mark(self) -> None:
        self._start = self.evm.snapshot(), self.now

    def restore(self) -> None:
        """As it was at the last `mark`."""
        state, self.now = self._start
        self.evm.revert(state)
        self.travel(0)
        self.mark()

    def travel(self, seconds: int) -> None:
        self.now += seconds
        self.evm.set_block_env(BlockEnv(number=1, timestamp=self.now, gas_limit=GAS))

    def balance(self, wallet: str) -> int:
        return self.evm.get_balance(wallet)

    def set_balance(self, wallet: str, amount: int) -> None:
        self.evm.set_balance(wallet, amount)

    def function(self, name: str, args: tuple) -> Function:
        """The one of this name that takes as many arguments."""
        return next(function for function in self.functions[name] if len(function.types) == len(args))

    def call(self, to: str, data: bytes, *, by: str, value: int = 0, is_view: bool = False) -> Done:
        """One transaction, or one that leaves nothing behind."""
        self.evm.reset_transient_storage()
        try:
            output = self.evm.message_call(by, to, calldata=data, value=value, gas=GAS, is_static=is_view)
        except RuntimeError as refusal:
            found = _OUTPUT.search(str(refusal))
            return Done(success=False, output=bytes.fromhex(found[1]) if found else b"")
        return Done(success=True, output=output, logs=tuple(_log(log) for log in self.evm.result.logs))

    def _deploy_system(self, owner: str) -> None:
        sender = wallet("deployer")
        at = {name: create_address(sender, i) for i, name in enumerate(NAMES)}
        for name, arguments in constructor_arguments(at, owner).items():
            self._add(name, artifact(name)["abi"], creation_code(name, arguments))
            assert self.addresses[name] == at[name].lower(), name

    def _add(self, name: str, abi: list[dict[str, Any]], code: bytes) -> None:
        self.addresses[name] = self.evm.deploy(wallet("deployer"), code)
        for entry in abi:
            if entry["type"] == "function":
                self.functions.setdefault(f"{name}.{entry['name']}", []).append(Function(entry))


def _log(log: Any) -> Log:
    topics, data = log.data
    return Log(log.address.lower(), tuple(int.from_bytes(topic) for topic in topics), data)
