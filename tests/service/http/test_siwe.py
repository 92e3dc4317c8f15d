"""Messages of EIP-4361: every word counts, a nonce is good once, and a contract is asked itself."""

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from passmanager.service.clock import MINUTE
from passmanager.service.db import session_scope
from passmanager.service.http import siwe
from passmanager.service.http.siwe import SignatureInvalid

URL = "https://shop.example:8443/"
ANN = Account.from_key("0x" + "11" * 32)
BOB = Account.from_key("0x" + "22" * 32)
CHAIN = 31337


class Wallets:
    """A chain with one wallet that is a contract, and says yes to one signature."""

    chain_id = CHAIN

    def __init__(self, accepts: bytes = b"") -> None:
        self.accepts = accepts
        self.asked: list[bytes] = []

    def code(self, _address: str) -> bytes:
        return b"\x60" if self.accepts else b""

    def call(self, _address: str, data: bytes) -> bytes | None:
        self.asked.append(data)
        return siwe.MAGIC + bytes(28) if self.accepts in data else None


def sign(text: str, who=ANN) -> str:
    return f"0x{who.sign_message(encode_defunct(text=text)).signature.hex()}"


@pytest.fixture
def session(services):
    with session_scope(services.sessions) as found:
        yield found


@pytest.fixture
def compose(session):
    def compose(now: int = 10**12, **changed) -> str:
        values = {"url": URL, "address": ANN.address, "statement": "Hello.", "chain_id": CHAIN, **changed}
        return siwe.compose(**values, nonce=siwe.new_nonce(session, now), now=now)

    return compose


def accept(session, text: str, signature: str, now: int = 10**12, wallets=None) -> siwe.Message:
    message = siwe.parse(text)
    siwe.check(session, message, url=URL, chain_id=CHAIN, now=now)
    siwe.verify(message, signature, wallets or Wallets())
    return message


def test_message_is_accepted_when_its_wallet_signed_it(session, compose):
    text = compose()
    found = accept(session, text, sign(text))
    assert (found.address, found.statement, found.domain) == (ANN.address, "Hello.", "shop.example:8443")


def test_message_is_refused_when_another_wallet_signed_it(session, compose):
    text = compose()
    with pytest.raises(SignatureInvalid, match="is not of"):
        accept(session, text, sign(text, BOB))


@pytest.mark.parametrize("signature", ["0x", "0x00", "nonsense", "0x" + "00" * 65, "0x" + "ff" * 65, "0x" + "11" * 200])
def test_message_is_refused_when_the_signature_is_none(session, compose, signature):
    with pytest.raises(SignatureInvalid, match="is not of"):
        accept(session, compose(), signature)


def test_nonce_is_refused_when_it_was_used(session, compose):
    text = compose()
    accept(session, text, sign(text))
    with pytest.raises(SignatureInvalid, match="nonce"):
        accept(session, text, sign(text))


def test_nonce_is_refused_when_it_is_nobodys(session, compose):
    text = compose()
    nonce = siwe.parse(text).nonce
    other = text.replace(nonce, nonce[::-1])
    with pytest.raises(SignatureInvalid, match="nonce"):
        accept(session, other, sign(other))


def test_message_is_refused_when_five_minutes_are_over(session, compose):
    text = compose()
    with pytest.raises(SignatureInvalid, match="ended at"):
        accept(session, text, sign(text), now=10**12 + 5 * MINUTE)


def test_nonce_is_refused_after_five_minutes_when_the_message_has_no_end(session, compose):
    text = compose().rpartition("\n")[0]
    with pytest.raises(SignatureInvalid, match="nonce"):
        accept(session, text, sign(text), now=10**12 + 5 * MINUTE)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"url": "https://evil.example/"}, "is for evil.example"),
        ({"url": "http://shop.example:8443/"}, "is for shop.example"),
        ({"chain_id": 1}, "is for chain 1"),
        ({"now": 10**12 + 2 * MINUTE}, "to come"),
    ],
)
def test_message_is_refused_when_it_is_for_another_place_or_time(session, compose, changed, problem):
    text = compose(**changed)
    with pytest.raises(SignatureInvalid, match=problem):
        accept(session, text, sign(text))


def test_message_is_refused_when_its_uri_is_of_another_host_than_its_domain(session, compose):
    text = compose().replace(f"URI: {URL}", "URI: https://evil.example/")
    with pytest.raises(SignatureInvalid, match="is for"):
        accept(session, text, sign(text))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text + "\nmore",
        lambda text: text.replace(ANN.address, ANN.address.lower()),
        lambda text: text.replace("Version: 1", "Version: 2"),
        lambda text: text.replace("\nNonce", "\nNonse"),
        lambda text: text.replace("Issued At: 20", "Issued At: x20"),
        lambda text: text.replace("URI: https://shop.example:8443/", "URI: http://["),
        lambda text: text + "x" * 5_000,
        lambda text: "\x00" + text,
    ],
)
def test_text_is_refused_when_it_is_not_of_the_standards_form(session, compose, change):
    text = change(compose())
    with pytest.raises(SignatureInvalid):
        accept(session, text, sign(text))


def test_optional_lines_are_read_when_a_wallet_writes_them(session, compose):
    text = compose() + "\nNot Before: 2001-01-01T00:00:00+02:00\nRequest ID: 7\nResources:\n- https://a.example/x"
    assert accept(session, text, sign(text)).not_before == 978_300_000_000
    later = compose() + "\nNot Before: 2099-01-01T00:00:00Z"
    with pytest.raises(SignatureInvalid, match="begins at"):
        accept(session, later, sign(later))


def test_contract_is_asked_when_the_wallet_is_one(session, compose):
    wallets = Wallets(accepts=b"\x07" * 70)
    text = compose()
    accept(session, text, "0x" + "07" * 70, wallets=wallets)
    (asked,) = wallets.asked
    assert asked[:4] == siwe.MAGIC
    assert asked[4:36] == encode_hash(text)
    with pytest.raises(SignatureInvalid, match="is not of"):
        accept(session, compose(), "0x" + "08" * 70, wallets=Wallets(accepts=b"\x07" * 70))


def encode_hash(text: str) -> bytes:
    from eth_account.messages import _hash_eip191_message  # noqa: PLC0415

    return bytes(_hash_eip191_message(encode_defunct(text=text)))
