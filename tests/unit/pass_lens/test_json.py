import base64
import json

import boa
import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.pass_lens.reading import PREFIX, document

# What the contracts store: any text without control characters. Here all texts, control characters too.
texts = st.text(st.characters(codec="utf-8"), max_size=128)
mean_texts = st.text(st.sampled_from('"\\/\n\x00\x1f\x7f0123,:{}é漢😀'), max_size=128)


def escaped(mock_json, data: bytes) -> bytes:
    """The raw call: titanoboa encodes and decodes only strings that are valid UTF-8."""
    calldata = keccak(text="escape(string)")[:4] + encode(["bytes"], [data])
    output = boa.env.raw_call(mock_json.address, data=calldata).output
    length = int.from_bytes(output[32:64])
    return output[64 : 64 + length]


@given(texts | mean_texts)
@example("")
@example('"},{"trait_type":"Verified","value":"Yes')
@example('"' * 128)
@example("a" * 31 + '"' + "b" * 96)
@settings(max_examples=150, deadline=None)
def test_any_text_comes_back_from_its_json_string(mock_json, text):
    assert json.loads(f'"{mock_json.escape(text)}"') == text


@given(st.binary(max_size=128))
@example(bytes(range(128)))
@example(bytes(range(128, 256)))
@settings(max_examples=150, deadline=None)
def test_any_bytes_come_back_from_their_json_string(mock_json, data):
    text = escaped(mock_json, data).decode("utf-8", "surrogateescape")

    assert json.loads(f'"{text}"') == data.decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("length", [512, 511, 33, 32, 31])
def test_longest_texts_fit_when_every_byte_is_escaped(mock_json, length):
    assert json.loads(f'"{mock_json.escape(chr(1) * length)}"') == chr(1) * length


@given(mean_texts.filter(bool), mean_texts.filter(bool))
@settings(max_examples=50, deadline=None)
def test_digits_of_a_template_stand_for_escaped_texts(mock_json, first, second):
    filled = mock_json.add("[", '"0","x":"1","0"', [first, second])

    parts = [f'"{mock_json.escape(text)}"' for text in (first, second)]
    assert filled == f'[{parts[0]},"x":{parts[1]},{parts[0]}'


def test_empty_text_is_left_out_with_what_stands_before_it(mock_json):
    template = '{"a":"0","b":"1","c":"2","d":3}'

    assert mock_json.add("", template, ["x", "", "z", "7"]) == '{"a":"x","c":"z","d":7}'
    assert mock_json.add("", template, ["x", "", "", "7"]) == '{"a":"x","d":7}'


def test_template_without_digits_is_added_as_it_is(mock_json):
    assert mock_json.add("[", "7, 8, 9]", []) == "[7, 8, 9]"


@pytest.mark.parametrize(
    ("bps", "text"), [(0, "0.00%"), (1, "0.01%"), (10, "0.10%"), (500, "5.00%"), (3_505, "35.05%"), (10_000, "100.00%")]
)
def test_percent_is_printed_with_both_decimals(mock_json, bps, text):
    assert mock_json.percent(bps) == text


def encoded(mock_json, data: bytes) -> bytes:
    """What stands behind the prefix of a data URI."""
    calldata = keccak(text="jsonUri(string)")[:4] + encode(["bytes"], [data])
    output = boa.env.raw_call(mock_json.address, data=calldata).output
    length = int.from_bytes(output[32:64])
    return output[64 : 64 + length].removeprefix(PREFIX.encode())


@given(st.binary(max_size=200))
@example(b"")
@example(base64.b64decode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
@settings(max_examples=150, deadline=None)
def test_base64_is_that_of_the_standard(mock_json, data):
    assert encoded(mock_json, data) == base64.b64encode(data)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 23, 24, 25, 47, 48, 49, 49_126, 49_127, 49_128])
def test_base64_has_the_right_length_at_word_ends(mock_json, length):
    data = bytes(i % 251 for i in range(length))

    assert encoded(mock_json, data) == base64.b64encode(data)


@pytest.mark.parametrize("byte", [0, 255])
def test_base64_does_not_carry_between_bytes(mock_json, byte):
    assert encoded(mock_json, bytes([byte]) * 96) == base64.b64encode(bytes([byte]) * 96)


def test_data_uri_holds_the_document(mock_json):
    assert document(mock_json.jsonUri('{"name": "Ä"}')) == {"name": "Ä"}
