"""Wallets that sign in, and a shop that delivers to them."""

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from tests.service.orders_api.conftest import shop, told

__all__ = ["shop", "told"]

ANN = Account.from_key("0x" + "11" * 32)
BOB = Account.from_key("0x" + "22" * 32)


class Chain:
    """A chain where no wallet is a contract."""

    chain_id = 31337

    def code(self, _address):
        return b""

    def call(self, _address, _data):
        return None


def signature(text, who):
    return f"0x{who.sign_message(encode_defunct(text=text)).signature.hex()}"


class Visitor:
    def __init__(self, client):
        self.client = client
        client.app.state.chain_reader = Chain()

    def message(self, who):
        answer = self.client.post("/v1/auth/siwe/nonce", json={"address": who.address})
        assert answer.status_code == 200, answer.text
        return answer.json()["message"]

    def verify(self, text, signed):
        return self.client.post("/v1/auth/siwe/verify", json={"message": text, "signature": signed})

    def sign_in(self, who):
        text = self.message(who)
        answer = self.verify(text, signature(text, who))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def purchases(self, token, status=200):
        answer = self.client.get("/v1/me/purchases", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text
        return answer.json()["data"] if status == 200 else answer.json()


@pytest.fixture
def visitor(client):
    return Visitor(client)
