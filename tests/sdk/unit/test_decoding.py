from contextlib import suppress

import pytest
from eth_abi import decode, encode
from hypothesis import given, settings
from hypothesis import strategies as st

from passmanager.abi.events import EVENTS
from passmanager.core.decoding import BadEncoding, decoder
from tests.sdk.samples import values_of

SIMPLE = ["uint256", "uint8", "int256", "int64", "bool", "address", "bytes32", "bytes4", "string", "bytes"]
TYPES = st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: st.one_of(
        inner.map(lambda kind: f"{kind}[]"),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: f"({','.join(parts)})"),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TYPES, min_size=1, max_size=4), st.data())
def test_decodes_as_eth_abi_does(types, data):
    values = tuple(data.draw(values_of(kind)) for kind in types)
    encoded = encode(types, values)
    assert decoder(tuple(types))(encoded) == decode(types, encoded) == values


@settings(max_examples=200, deadline=None)
@given(st.lists(TYPES, min_size=1, max_size=4), st.data())
def test_cut_bytes_are_refused_or_read_never_worse(types, data):
    encoded = encode(types, [data.draw(values_of(kind)) for kind in types])
    cut = encoded[: data.draw(st.integers(0, max(len(encoded) - 32, 0)))]
    with suppress(BadEncoding):
        decoder(tuple(types))(cut)


def test_refused_when_a_length_is_beyond_the_data():
    with pytest.raises(BadEncoding):
        decoder(("uint256[]",))(encode(["uint256", "uint256"], [32, 2**200]))


def test_fixed_arrays_are_read():
    encoded = encode(["uint256[2]", "string[1]"], [(1, 2), ("a",)])
    assert decoder(("uint256[2]", "string[1]"))(encoded) == ((1, 2), ("a",))


def test_every_event_has_types_that_can_be_read():
    assert all(decoder(tuple(name for name, _ in kind.FIELDS)) for kind in EVENTS)
