"""Every external function says what it does, and what each parameter is; also those that come from modules."""

import re
from functools import cache
from pathlib import Path

import pytest
from vyper.ast.nodes import FunctionDef
from vyper.compiler.input_bundle import FilesystemInputBundle
from vyper.compiler.phases import CompilerData

ROOT = Path(__file__).resolve().parents[2]
DEPLOYABLES = sorted([*(ROOT / "contracts").glob("*.vy"), ROOT / "contracts/demo/DemoToken.vy"])


@cache
def functions_of(path: Path) -> list[FunctionDef]:
    """The functions of the contract's ABI, wherever they are written; getters of variables have no text."""
    bundle = FilesystemInputBundle([path.parent])
    module = CompilerData(bundle.load_file(path), input_bundle=bundle).annotated_vyper_module
    exposed = [function.decl_node for function in module._metadata["type"].exposed_functions]
    return [node for node in exposed if isinstance(node, FunctionDef) and is_written(node)]


def is_written(node: FunctionDef) -> bool:
    """Not made by the compiler, as the getter of a public variable is."""
    source = Path(node.module_node.resolved_path).read_text()
    return re.search(rf"^def {node.name}\(", source, re.MULTILINE) is not None


def text_of(node: FunctionDef) -> str:
    found = getattr(node, "doc_string", None)  # vyper leaves the attribute out
    return found.value if found else ""


def missing_in(node: FunctionDef) -> list[str]:
    """What the function's NatSpec leaves out."""
    text = text_of(node)
    named = re.findall(r"@param (\w+) \S", text)
    parameters = [argument.arg for argument in node.args.args]
    missing = [] if re.search(r"@notice \S", text) else ["@notice"]
    missing += [f"@param {name}" for name in parameters if name not in named]
    missing += [f"@param {name} is no parameter" for name in named if name not in parameters]
    if node.returns is not None and not re.search(r"@return \S", text):
        missing.append("@return")
    return missing


@pytest.mark.parametrize("path", DEPLOYABLES, ids=lambda path: path.stem)
def test_functions_are_documented_when_exposed(path):
    assert functions_of(path)
    missing = {node.name: found for node in functions_of(path) if (found := missing_in(node))}
    assert not missing, missing


@pytest.mark.parametrize("path", DEPLOYABLES, ids=lambda path: path.stem)
def test_contract_says_what_it_is_when_read(path):
    text = path.read_text()
    for tag in (f"@title {path.stem}\n", "@license Apache-2.0\n", "@author ", "@notice ", "@dev ", "@custom:kill "):
        assert tag in text, tag
