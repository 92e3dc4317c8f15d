import importlib
import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ["contracts", "events", "node", "purchasing", "reading", "passes", "organizations", "merchant", "tokens"]
PAIRS = [("aio", "client"), *((f"{name}_aio", name) for name in ROOMS)]
MODULES = [tuple(importlib.import_module(f"passmanager.{name}") for name in pair) for pair in PAIRS]
TWINS = [
    (getattr(first, f"Async{name}"), getattr(second, name))
    for first, second in MODULES
    for name in vars(second)
    if inspect.isclass(getattr(second, name))
    and getattr(second, name).__module__ == second.__name__
    and hasattr(first, f"Async{name}")
]


def needs(*modules: str):
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{missing} are in the development environment only")


def public(kind) -> dict:
    return {name: part for name, part in vars(kind).items() if callable(part) and not name.startswith("_")}


def parameters(function) -> list[tuple]:
    signature = inspect.signature(getattr(function, "__func__", function))
    return [(p.name, p.kind, str(p.default), str(p.annotation)) for p in signature.parameters.values()]


@pytest.mark.parametrize(("first", "second"), TWINS, ids=lambda kind: kind.__name__)
def test_both_clients_have_equal_signatures(first, second):
    assert public(first).keys() == public(second).keys()
    for name, method in public(first).items():
        assert parameters(method) == parameters(getattr(second, name)), name
        assert inspect.iscoroutinefunction(getattr(second, name)) is False


def test_all_classes_have_a_twin():
    # the client, seven contracts and their shell, events, the node, purchases and their shell, the other rooms
    assert len(TWINS) == 1 + 8 + 1 + 1 + 2 + 5


@needs("ruff")
def test_the_synchronous_client_is_fresh():
    subprocess.run([sys.executable, ROOT / "tools/unasync.py", "--check"], check=True)


def test_neither_ape_nor_boa_nor_a_compiler_is_imported():
    code = "import sys, passmanager.cli, passmanager.aio; print({'ape', 'boa', 'vyper'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "set()"
