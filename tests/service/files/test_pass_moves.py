"""Files of what the chain sold: the rule of its moment, and downloads that follow the pass."""

import pytest

from passmanager.service.accounts.wallet_sessions import open_session
from passmanager.service.db import session_scope
from tests.service.chain.conftest import selling
from tests.service.chain.story import CHAIN_ID
from tests.service.files.conftest import Desk, path_of
from tests.service.pass_moves.conftest import live, moves, settings

__all__ = ["live", "moves", "selling", "settings"]


class Chain:
    """The handbook of the chain's shop, with files."""

    def __init__(self, moves, services):
        self.moves, self.services = moves, services
        self.desk = Desk(moves.shop, services)
        self.product = moves.live.products[moves.live.shop.handbook]

    def ask(self, who, right, method, path):
        with session_scope(self.services.sessions) as session:
            token = open_session(session, self.moves.address(who), CHAIN_ID, self.services.clock.now())
        headers = {"Authorization": f"Bearer {token}"}
        return self.desk.client.request(method, f"/v1/me/purchases/{right.id}{path}", headers=headers)

    def link(self, who, right, file):
        return self.ask(who, right, "POST", f"/files/{file}/link")

    def get(self, link):
        return self.desk.client.get(path_of(link.json()))


@pytest.fixture
def chain(moves, services):
    return Chain(moves, services)


def test_sd05_purchase_of_the_chain_keeps_the_rule_of_its_moment(chain):
    chain.desk.policy(chain.product, updates={"kind": "major"}, limit=2)
    chain.desk.release(chain.product, "1.2", b"1.2")
    chain.moves.live.node.request("evm_increaseTime", hex(2))  # blocks have whole seconds
    right = chain.moves.buy()
    later = chain.desk.release(chain.product, "1.3", b"1.3"), chain.desk.release(chain.product, "2.0", b"2.0")
    chain.desk.policy(chain.product, updates={"kind": "all"})
    shown = chain.ask("buyer", right, "GET", "/files").json()
    assert (shown["version"], shown["download_limit"]) == ("1.2", 2)
    assert chain.get(chain.link("buyer", right, later[0])).content == b"1.3"
    assert chain.link("buyer", right, later[1]).json()["code"] == "version-not-entitled"


def test_downloads_follow_the_pass_and_its_old_holder_loses_them(chain):
    chain.desk.policy(chain.product, limit=2)
    file = chain.desk.release(chain.product, "1.0", b"1.0")
    right = chain.moves.buy()
    link = chain.link("buyer", right, file)
    assert chain.get(link).content == b"1.0"
    chain.moves.move(right, "buyer", "merchant")
    assert chain.get(link).status_code == 404
    assert chain.link("buyer", right, file).status_code == 404
    new = chain.link("merchant", right, file)
    assert new.json()["downloads_left"] == 1
    assert chain.get(new).content == b"1.0"
    assert chain.link("merchant", right, file).json()["code"] == "action-limit-reached"
