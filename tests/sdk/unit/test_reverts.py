import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from passmanager.abi.errors import ERRORS, AmountAboveMax, NotAuthorized, ZeroAmount
from passmanager.core.reverts import decode_revert
from passmanager.errors import ContractError, Panicked, RevertedWithoutReason, RevertedWithReason, UnknownRevert
from tests.sdk.samples import split, values_of


def types_of(kind) -> list[str]:
    return split(kind.SIGNATURE[kind.SIGNATURE.index("(") + 1 : -1])


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_named_errors_come_back_with_their_values(kind, data):
    values = tuple(data.draw(values_of(name)) for name in types_of(kind))
    found = decode_revert(kind.SELECTOR + encode(types_of(kind), values), "Contract.function")
    assert type(found) is kind
    assert found.data_text() == kind.from_abi(values).data_text()
    assert found.call == "Contract.function"


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_named_errors_say_what_to_do_next(kind):
    assert keccak(text=kind.SIGNATURE)[:4] == kind.SELECTOR
    assert kind.MEANING.endswith(".")
    assert kind.NEXT.endswith("."), f"tools/errors.toml has no text for {kind.__name__}"


def test_the_text_has_the_numbers():
    text = str(AmountAboveMax(amount=35, limit=10, call="PurchaseManager.checkout"))
    assert "AmountAboveMax(amount=35, limit=10)" in text
    assert "PurchaseManager.checkout" in text
    assert text.startswith("The cart costs more than agreed.")


def test_errors_are_also_built_in_ones_where_that_fits():
    assert issubclass(NotAuthorized, PermissionError)
    assert issubclass(ZeroAmount, ValueError)
    assert all(issubclass(kind, ContractError) for kind in ERRORS)


def test_texts_panics_and_nothing_are_told_apart():
    text = decode_revert(bytes.fromhex("08c379a0") + encode(["string"], ["ERC20: no"]))
    panic = decode_revert(bytes.fromhex("4e487b71") + encode(["uint256"], [0x11]))
    assert isinstance(text, RevertedWithReason)
    assert text.reason == "ERC20: no"
    assert isinstance(panic, Panicked)
    assert panic.code == 0x11
    assert isinstance(decode_revert(b""), RevertedWithoutReason)


@pytest.mark.parametrize("data", ["01020304", "010203", AmountAboveMax.SELECTOR.hex(), "08c379a0ff"])
def test_unknown_when_it_cannot_be_read(data):
    found = decode_revert(bytes.fromhex(data), "f")
    assert isinstance(found, UnknownRevert)
    assert data in str(found)
