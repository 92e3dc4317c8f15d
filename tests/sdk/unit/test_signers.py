import json

import pytest
from eth_account import Account

from passmanager.core.transactions import Fees, Transaction
from passmanager.errors import BadKey, NoSigner
from passmanager.signers import LocalSigner, NodeSigner, UnsignedSigner

KEY = "0x" + "11" * 32
ADDRESS = Account.from_key(KEY).address
TRANSACTION = Transaction(
    to=ADDRESS, data=b"\1\2", value=3, sender=ADDRESS, gas=21_000, nonce=7, chain_id=31337, fees=Fees(ceiling=9, tip=2)
)


@pytest.fixture
def keystore(tmp_path):
    path = tmp_path / "key.json"
    path.write_text(json.dumps(Account.encrypt(KEY, "secret", kdf="pbkdf2", iterations=1_000)))
    return path


def test_a_local_key_signs_for_its_address():
    signer = LocalSigner.from_key(KEY)
    assert signer.address == ADDRESS
    assert Account.recover_transaction(signer.sign(TRANSACTION)) == ADDRESS


def test_a_keystore_file_signs_as_its_key_does(keystore):
    signer = LocalSigner.from_keystore(keystore, "secret")
    assert signer.address == ADDRESS
    assert signer.sign(TRANSACTION) == LocalSigner.from_key(KEY).sign(TRANSACTION)


def test_a_wrong_password_is_refused_without_the_key(keystore):
    with pytest.raises(BadKey, match="or the wrong password") as refusal:
        LocalSigner.from_keystore(keystore, "Secret")
    assert refusal.value.source == str(keystore)
    assert "11" * 32 not in repr(refusal.value) + str(refusal.value)


@pytest.mark.parametrize("text", ["", "{}", "[]", '"key"', '{"crypto": {}}', "no json"])
def test_a_file_that_is_no_keystore_is_refused(tmp_path, text):
    path = tmp_path / "key.json"
    path.write_text(text)
    with pytest.raises(BadKey, match="no key file"):
        LocalSigner.from_keystore(path, "secret")


def test_a_missing_keystore_is_refused(tmp_path):
    with pytest.raises(BadKey, match="No such file"):
        LocalSigner.from_keystore(tmp_path / "none.json", "secret")


@pytest.mark.parametrize("key", ["", "0x", "0x12", "0x" + "00" * 32, "0x" + "ff" * 32, "words"])
def test_a_key_that_is_none_is_refused_and_not_repeated(key):
    with pytest.raises(BadKey, match="hexadecimal digits") as refusal:
        LocalSigner.from_key(key, source="PASSMANAGER_KEY")
    assert "PASSMANAGER_KEY" in str(refusal.value)
    assert len(key) < 5 or key not in str(refusal.value)


def test_the_node_signs_for_its_accounts():
    signer = NodeSigner(ADDRESS.lower())
    assert (signer.address, signer.sign(TRANSACTION)) == (ADDRESS, None)


def test_nobody_signs_what_is_for_somebody_else():
    signer = UnsignedSigner(ADDRESS.lower())
    assert signer.address == ADDRESS
    with pytest.raises(NoSigner, match=f"A transaction of {ADDRESS}"):
        signer.sign(TRANSACTION)
