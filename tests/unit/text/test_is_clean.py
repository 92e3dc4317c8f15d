import string
import unicodedata

import boa
import pytest
from eth_utils import keccak
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.system import partial


@pytest.fixture(scope="module")
def mock_text():
    return partial("mocks/MockText").deploy()


def says(contract, data: bytes, function: str = "isClean(string)") -> bool:
    """The raw call: titanoboa encodes only strings that are valid UTF-8."""
    selector = keccak(text=function)[:4]
    padded = data + bytes(-len(data) % 32)
    calldata = selector + (32).to_bytes(32) + len(data).to_bytes(32) + padded
    call = boa.env.execute_code(contract.address, data=calldata, contract=contract)
    assert not call.is_error
    return bool(int.from_bytes(call.output))


def is_clean(data: bytes) -> bool:
    """The same by Python's decoder and Unicode's category of control characters."""
    try:
        return all(unicodedata.category(c) != "Cc" for c in data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


# Lead bytes and the ends of their ranges are where mistakes live, and word ends.
EDGES = [0x00, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF]
EDGES += [0xE0, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF]
tails = st.lists(st.sampled_from(EDGES), max_size=8).map(bytes)
near_word_ends = st.builds(
    lambda n, tail, end: b"a" * n + tail + end, st.integers(20, 40), tails, st.just(b"b") | tails
)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=80) | tails | near_word_ends | st.text(max_size=128).map(lambda t: t.encode()[:512]))
@example(data=b"")
@example(data=b"\xf4\x8f\xbf\xbf")
@example(data=b"\xf4\x90\x80\x80")
@example(data=b"\xed\x9f\xbf\xee\x80\x80")
@example(data=b"\xed\xa0\x80")
def test_agrees_with_python_when_given_any_bytes(mock_text, data):
    assert says(mock_text, data) == is_clean(data)


def test_agrees_with_python_when_given_every_two_bytes(mock_text):
    # Four pairs a call would hide one behind another; so only the pairs that begin at an edge.
    for first in EDGES:
        for second in EDGES:
            data = bytes([first, second])
            assert says(mock_text, data) == is_clean(data), data.hex()


@pytest.mark.parametrize("lead", [b"\xe0", b"\xe1", b"\xed", b"\xef", b"\xf0", b"\xf1", b"\xf4"])
def test_agrees_with_python_when_the_second_byte_is_any(mock_text, lead):
    rest = b"\x80" if lead < b"\xf0" else b"\x80\x80"
    for second in range(256):
        data = lead + bytes([second]) + rest
        assert says(mock_text, data) == is_clean(data), data.hex()


@pytest.mark.parametrize("control", [*range(32), 127])
def test_refuses_when_a_control_character_stands_anywhere_in_a_word(mock_text, control):
    for at in (0, 1, 15, 30, 31, 32, 63):
        text = bytearray(b"~" * 64)
        text[at] = control
        assert not says(mock_text, bytes(text), "isCleanShort(string)")


@pytest.mark.parametrize("length", [31, 32, 33, 63, 64, 511, 512])
def test_refuses_when_the_last_character_is_cut_short(mock_text, length):
    for whole in ("ü", "€", "🎟"):
        for kept in range(1, len(whole.encode())):
            data = b"a" * (length - kept) + whole.encode()[:kept]
            assert not says(mock_text, data)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 511, 512])
def test_accepts_when_every_byte_is_printable_ascii(mock_text, length):
    assert says(mock_text, bytes(32 + i % 95 for i in range(length)))


def test_accepts_when_the_text_is_in_many_scripts(mock_text):
    assert mock_text.isClean("Müller & Söhne: 価格 ٪ 🎟️ שלום \u00a0 \U0010ffff")


def test_costs_little_when_a_long_text_is_ascii(mock_text):
    mock_text.isClean("a" * 512)
    assert mock_text._computation.get_gas_used() < 10_000


def test_takes_a_color_only_when_it_is_six_hexadecimal_digits_or_nothing(mock_text):
    for code in range(128):
        digit = chr(code)
        assert mock_text.isColor(f"0aF{digit}9f") == (digit in string.hexdigits)
    assert mock_text.isColor("")
    assert not any(mock_text.isColor("0" * length) for length in range(1, 6))
