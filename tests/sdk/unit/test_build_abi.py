"""What tools/build_abi.py refuses; needs the compiler, which users of the package do not have."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("vyper")
ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))

import abi_bindings  # noqa: E402 - after the path is set
import abi_compile  # noqa: E402
import abi_errors  # noqa: E402
import abi_functions  # noqa: E402
import build_abi  # noqa: E402

GOOD = """
@internal
@pure
def _sold_out(product_id: uint256, max_supply: uint256):
    \"\"\"@notice None are left.\"\"\"
    raw_revert(abi_encode(product_id, max_supply, method_id=method_id("SoldOut(uint256,uint256)")))
"""
CONTRACT = """# pragma version 0.4.3
struct Line:
    productId: uint256
LIMIT: immutable(uint256)
@deploy
def __init__(limit: uint256):
    LIMIT = limit
@external
def sell(lines: DynArray[Line, 3], memo: String[5] = "") -> uint256:
    return LIMIT
"""


def read(folder: Path, source: str, texts: str = "") -> list[abi_errors.NamedError]:
    (folder / "errors.vy").write_text(source)
    (folder / "errors.toml").write_text(texts)
    return abi_errors.read_errors(folder / "errors.vy", folder / "errors.toml")


def compiled(folder: Path, name: str, source: str) -> abi_compile.Artifact:
    (folder / f"{name}.vy").write_text(source)
    return abi_compile.compile_contract(folder / f"{name}.vy", read(folder, GOOD), "cancun")


def test_errors_are_read_with_their_texts(tmp_path):
    (error,) = read(tmp_path, GOOD, 'SoldOut = { next = "Choose another.", also = "ValueError" }')
    assert error.abi["inputs"] == [{"name": "productId", "type": "uint256"}, {"name": "maxSupply", "type": "uint256"}]
    assert (error.meaning, error.next_step, error.builtin) == ("None are left.", "Choose another.", "ValueError")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("SoldOut(uint256,uint256)", "SoldOut(uint256,uint8)", "raises SoldOut"),
        ("SoldOut(uint256,uint256)", "SoldOut(uint256, uint256)", "raises SoldOut"),
        ('"SoldOut(', '"SouldOut(', "raises SouldOut"),
        ("abi_encode(product_id, max_supply", "abi_encode(max_supply, product_id", "encodes"),
        ("@notice None", "None", "has no @notice"),
    ],
)
def test_refused_when_an_error_does_not_fit_its_function(tmp_path, old, new, problem):
    with pytest.raises(SystemExit, match=problem):
        read(tmp_path, GOOD.replace(old, new))


def test_refused_when_a_text_is_for_no_error(tmp_path):
    with pytest.raises(SystemExit, match="SouldOut"):
        read(tmp_path, GOOD, 'SouldOut = { next = "" }')


def test_refused_when_an_error_is_there_twice(tmp_path):
    with pytest.raises(SystemExit, match="the same error twice"):
        abi_bindings.errors_module(read(tmp_path, GOOD) * 2)


def test_artifacts_have_names_of_structs_errors_and_immutables(tmp_path):
    made = compiled(tmp_path, "Shop", CONTRACT)
    lines = next(entry for entry in made.abi if entry.get("name") == "sell")["inputs"][0]
    assert lines["internalType"] == "struct Line[]"
    assert made.abi[-1]["name"] == "SoldOut"
    assert made.body["immutables"] == {"LIMIT": {"length": 32, "offset": 0}}
    assert made.body["runtimeSize"] < len(made.body["bytecode"]) // 2


def test_functions_of_every_length_are_one_method(tmp_path):
    text = abi_functions.calls_module([compiled(tmp_path, "Shop", CONTRACT)])
    assert text.count('def sell(self, lines: Sequence[Line], memo: str = "")') == 1


def test_refused_when_two_structs_have_one_name(tmp_path):
    other = CONTRACT.replace("productId", "pricingId")
    with pytest.raises(SystemExit, match="two structs are called Line"):
        abi_bindings.all_structs([compiled(tmp_path, "Shop", CONTRACT), compiled(tmp_path, "Other", other)])


def test_refused_when_a_name_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(abi_functions, "RESERVED", {"memo"})
    with pytest.raises(SystemExit, match="are taken"):
        abi_functions.calls_module([compiled(tmp_path, "Shop", CONTRACT)])


def test_check_says_what_is_stale(tmp_path, monkeypatch, capsys):
    path = tmp_path / "abi/Shop.json"
    path.parent.mkdir()
    monkeypatch.setattr(build_abi, "outputs", lambda: {path: "{}"})
    monkeypatch.setattr(build_abi, "PACKAGE", tmp_path)
    monkeypatch.setattr(build_abi, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["build_abi.py", "--check"])
    with pytest.raises(SystemExit) as end:
        build_abi.main()
    assert end.value.code == 1
    assert "stale: abi/Shop.json" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["build_abi.py"])
    (path.parent / "Gone.json").write_text("{}")
    build_abi.main()
    assert [file.name for file in path.parent.iterdir()] == ["Shop.json"]


def test_mocks_stay_out_of_the_package():
    names = [path.stem for path in (ROOT / "src/passmanager/abi").glob("*.json")]
    assert not [name for name in names if name.startswith("Mock")]
    for name in names:
        body = json.loads((ROOT / f"src/passmanager/abi/{name}.json").read_text())
        assert body["contractName"] == name
