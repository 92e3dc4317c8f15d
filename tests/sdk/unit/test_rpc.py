import pytest

from passmanager.core.rpc import call_error, is_known, revert_data, sending_error
from passmanager.core.transactions import Fees, Transaction
from passmanager.errors import Dropped, InsufficientFunds, RpcError, Underpriced
from passmanager.models import TxOptions
from passmanager.node import safe_url
from passmanager.units import NATIVE, checksum

WALLET = checksum("0x" + "11" * 20)
FEES = Fees(ceiling=10, tip=2)
SENT = Transaction(to=NATIVE, sender=WALLET, value=5, gas=3, nonce=4, chain_id=1, fees=FEES)


def answer(message: str, data=None) -> RpcError:
    return RpcError(method="eth_call", code=3, message=message, data=data)


@pytest.mark.parametrize(
    ("message", "data", "found"),
    [
        ("execution reverted", "0x01020304", b"\1\2\3\4"),
        ("execution reverted", {"data": "0x0102"}, b"\1\2"),
        ("VM Exception while processing transaction: revert", {"0xabc": {}, "data": {"result": "0x05"}}, b"\5"),
        ("Reverted", "Reverted 0x0607", b"\6\7"),
        ("execution reverted", None, b""),
        ("execution reverted", "0x", b""),
        ("header not found", None, None),
        ("insufficient funds for gas * price + value", None, None),
        ("execution reverted", "0xzz", b""),
    ],
)
def test_revert_data_is_found_in_every_client_s_form(message, data, found):
    assert revert_data(answer(message, data)) == found


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("insufficient funds for gas * price + value: have 1 want 2", InsufficientFunds),
        ("nonce too low: next nonce 5, tx nonce 4", Dropped),
        ("transaction underpriced", Underpriced),
        ("max fee per gas less than block base fee", Underpriced),
        ("something else", RpcError),
    ],
)
def test_refused_transactions_are_told_apart(message, kind):
    found = sending_error(answer(message), SENT, b"raw")
    assert type(found) is kind


def test_what_is_needed_is_value_and_gas():
    found = call_error(answer("Insufficient funds"), SENT)
    assert isinstance(found, InsufficientFunds)
    assert found.need == SENT.cost == 5 + 3 * 10


def test_a_transaction_sent_twice_is_known():
    assert is_known(answer("already known"))
    assert not is_known(answer("nonce too low"))


def test_transactions_take_the_names_of_ethereum():
    assert SENT.rpc_fields() == {
        "from": WALLET,
        "to": NATIVE,
        "data": "0x",
        "value": "0x5",
        "gas": "0x3",
        "nonce": "0x4",
        "chainId": "0x1",
        "maxFeePerGas": "0xa",
        "maxPriorityFeePerGas": "0x2",
    }
    assert Transaction(fees=Fees(ceiling=7, legacy=True)).rpc_fields() == {
        "data": "0x",
        "value": "0x0",
        "gasPrice": "0x7",
    }


@pytest.mark.parametrize(
    ("options", "ceiling", "tip"),
    [
        (TxOptions(), 10, 2),
        (TxOptions(max_fee_per_gas=50), 50, 2),
        (TxOptions(max_priority_fee_per_gas=20), 20, 20),
        (TxOptions(max_fee_per_gas=1), 1, 1),
    ],
)
def test_the_caller_s_fees_win(options, ceiling, tip):
    assert FEES.with_options(options) == Fees(ceiling=ceiling, tip=tip)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("https://user:pass@node.example/v3/secret?key=secret", "https://node.example/..."),
        ("nonsense", "the given address"),
    ],
)
def test_secrets_in_addresses_are_not_shown(url, shown):
    assert safe_url(url) == shown
