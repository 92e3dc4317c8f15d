import json
from importlib.resources import files

import pytest
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from passmanager.abi.events import EVENTS, ProductsPurchased, Transfer
from passmanager.core.events import decode_event, decode_log, decode_logs, topic_of
from passmanager.deployments import NAMES
from passmanager.units import checksum
from tests.sdk.samples import log_of, values_of

AT = "0x" + "11" * 20
OTHER = "0x" + "22" * 20


def transfer_log(address: str, *, topics: int = 4) -> dict:
    words, data = log_of(Transfer, (AT, OTHER, 7))
    return {
        "address": address,
        "topics": words[:topics],
        "data": f"0x{data.hex()}",
        "blockNumber": "0x10",
        "blockHash": "0xb1",
        "transactionHash": "0x71",
        "logIndex": "0x2",
    }


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_topic_is_the_hash_of_the_signature(kind):
    assert keccak(text=kind.SIGNATURE) == kind.TOPIC
    assert topic_of(kind) == f"0x{kind.TOPIC.hex()}"


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_events_survive_the_way_through_a_log(kind, data):
    values = tuple(data.draw(values_of(name)) for name, _ in kind.FIELDS)
    assert decode_event(*log_of(kind, values)) == kind.from_abi(values)


def test_all_events_of_the_abi_have_a_class():
    entries = [
        e for name in NAMES for e in json.loads(files("passmanager.abi").joinpath(f"{name}.json").read_text())["abi"]
    ]
    assert {e["name"] for e in entries if e["type"] == "event"} == {kind.__name__ for kind in EVENTS}


def test_a_log_has_its_place_on_the_chain():
    log = decode_log(transfer_log(AT))
    assert log is not None
    assert (log.block_number, log.log_index, log.transaction_hash, log.address) == (16, 2, "0x71", checksum(AT))
    assert log.event == Transfer(sender=checksum(AT), receiver=checksum(OTHER), token_id=7)


def test_events_of_tokens_are_left_out():
    logs = [transfer_log(AT), transfer_log(OTHER), transfer_log(AT, topics=3)]
    assert [log.address for log in decode_logs(logs, [checksum(AT)])] == [checksum(AT)]


def test_none_when_the_log_is_foreign_or_damaged():
    assert decode_event([], b"") is None
    assert decode_event(["0x" + "00" * 32], b"") is None
    topics, data = log_of(ProductsPurchased, (1, 2, AT, AT, (), (), (), AT, 1, 1, b"\0" * 32))
    assert decode_event(topics, data[:-64]) is None
