"""Organizations belong to whoever signs as the holder of their NFT, and to nobody while it is with somebody else."""

import pytest

from passmanager.demo.story import initial
from passmanager.service.catalog.models import Organization
from passmanager.service.db import session_scope
from passmanager.service.engine import Job, JobRow
from passmanager.service.orders.models import Order
from passmanager.service.settings import Settings
from passmanager.units import NATIVE
from tests.service.chain.story import Followed
from tests.service.conftest import SECRET
from tests.service.merchant import make_merchant


@pytest.fixture
def settings(database_url, tmp_path, selling) -> Settings:
    """The service knows the chain."""
    world, _ = selling
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", rpc_url=world.url,
        deployment=world.folder,
    )  # fmt: skip


@pytest.fixture
def other(services):
    with session_scope(services.sessions) as session:
        return make_merchant(session, services.clock.now(), name="Other")


class Binder:
    """Asks for a message, has it signed, and binds."""

    def __init__(self, client, selling):
        self.client = client
        self.world, self.shop = selling

    def message(self, merchant, who: str, org_id: int | None = None) -> str:
        body = {
            "store_id": merchant.store_id,
            "org_id": self.shop.org if org_id is None else org_id,
            "address": self.world.people[who],
        }
        answer = self.client.post("/v1/organizations/message", json=body, headers=merchant.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["message"]

    def signature(self, text: str, who: str) -> str:
        return self.world.node.request("personal_sign", f"0x{text.encode().hex()}", self.world.people[who])

    def send(self, merchant, text: str, signature: str, **more):
        body = {"store_id": merchant.store_id, "org_id": self.shop.org, "message": text, "signature": signature, **more}
        return self.client.post("/v1/organizations", json=body, headers=merchant.headers)

    def bind(self, merchant, who: str = "merchant", **more):
        text = self.message(merchant, who, more.get("org_id"))
        return self.send(merchant, text, self.signature(text, who), **more)


@pytest.fixture
def binder(client, selling) -> Binder:
    return Binder(client, selling)


@pytest.fixture
def followed(services, selling) -> Followed:
    world, _ = selling
    return Followed.start(services, world.node, world.clients["platform"].contracts)


def derive(followed, services) -> None:
    """Does the work that was enqueued, as a worker does."""
    for _ in range(100):
        with session_scope(services.sessions) as session:
            rows = session.query(JobRow).filter_by(kind="organization.derive").all()
            jobs = [Job(row.number, row.kind, row.key, {}, row.due_at, 1) for row in rows]
            for row in rows:
                session.delete(row)
            session.flush()
            followed.orders.derive(session, jobs)
        if not jobs:
            return


def test_organization_is_bound_when_its_holder_signs(binder, merchant, client):
    answer = binder.bind(merchant)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["org_id"], shown["holder"], shown["bound"]) == ("1", binder.world.people["merchant"], True)
    assert shown["deliver_from_block"] == binder.world.node.head().number + 1
    assert client.get(f"/v1/organizations/{shown['id']}", headers=merchant.headers).json() == shown
    assert client.get("/v1/organizations", headers=merchant.headers).json() == [shown]


def test_binding_is_refused_when_somebody_elses_wallet_signs(binder, other, followed):
    answer = binder.bind(other, who="stranger")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "is held by" in answer.json()["detail"]
    assert followed.all(Organization) == []


def test_binding_is_refused_when_the_signature_is_not_the_holders(binder, other):
    text = binder.message(other, "merchant")
    answer = binder.send(other, text, binder.signature(text, "stranger"))
    assert (answer.status_code, answer.json()["code"]) == (401, "signature-invalid")


def test_binding_is_refused_when_the_message_names_another_store(binder, merchant, other):
    """The holder agreed to the merchant's store; another merchant got hold of the signature."""
    text = binder.message(merchant, "merchant")
    answer = binder.send(other, text, binder.signature(text, "merchant"))
    assert (answer.status_code, answer.json()["code"]) == (401, "signature-invalid")
    assert "Bind organization 1" in answer.json()["detail"]


def test_binding_is_refused_when_the_message_is_used_twice(binder, merchant):
    text = binder.message(merchant, "merchant")
    signature = binder.signature(text, "merchant")
    assert binder.send(merchant, text, signature).status_code == 201
    assert binder.send(merchant, text, signature).status_code == 401


def test_binding_is_refused_when_there_is_no_such_organization(binder, merchant):
    answer = binder.bind(merchant, org_id=99)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/body/org_id"


def test_binding_is_refused_when_the_store_is_another_merchants(binder, merchant, other):
    text = binder.message(merchant, "merchant")
    body = {
        "store_id": merchant.store_id,
        "org_id": 1,
        "message": text,
        "signature": binder.signature(text, "merchant"),
    }
    answer = binder.client.post("/v1/organizations", json=body, headers=other.headers)
    assert answer.status_code == 404


def test_organization_is_not_shown_when_another_merchant_asks(binder, merchant, other, client):
    found = binder.bind(merchant).json()["id"]
    assert client.get(f"/v1/organizations/{found}", headers=other.headers).status_code == 404
    assert client.get("/v1/organizations", headers=other.headers).json() == []


def test_older_orders_come_without_delivery_when_the_organization_is_bound(binder, merchant, followed, services):
    binder.world.clients["buyer"].manager.purchase_products(cart(binder))
    followed.catch_up()
    assert followed.all(Order) == []
    binder.bind(merchant)
    derive(followed, services)
    orders = followed.all(Order)
    assert orders
    assert all(order.elsewhere for order in orders)
    assert followed.heard.news == []
    binder.world.clients["buyer"].manager.purchase_products(cart(binder))
    followed.catch_up()
    assert [order.elsewhere for order in followed.all(Order)] == [True] * len(orders) + [False]
    assert binder.client.get("/v1/organizations", headers=merchant.headers).json()[0]["complete"] is True


def test_orders_wait_when_the_nft_moves_and_come_when_it_is_signed_for_again(
    binder, merchant, other, followed, services
):
    world, org = binder.world, binder.shop.org
    binder.bind(merchant)
    followed.catch_up()
    derive(followed, services)
    count = len(followed.all(Order))
    move(world, org, "merchant", "collector")
    try:
        world.clients["buyer"].manager.purchase_products(cart(binder))
        followed.catch_up()
        (organization,) = followed.all(Organization)
        assert (organization.bound, len(followed.all(Order))) == (False, count)
        assert binder.bind(merchant).status_code == 403  # the old holder
        assert binder.bind(other, who="collector", deliver_from_block=0).status_code == 201
        derive(followed, services)
        assert {order.merchant_id for order in followed.all(Order)[count:]} == {other.id}
        assert len(followed.all(Order)) == count + 1
    finally:
        move(world, org, "collector", "merchant")


def test_orders_go_on_when_the_nft_comes_back_to_who_signed(binder, merchant, followed, services):
    world, org = binder.world, binder.shop.org
    binder.bind(merchant)
    followed.catch_up()
    derive(followed, services)
    count = len(followed.all(Order))
    move(world, org, "merchant", "collector")
    world.clients["buyer"].manager.purchase_products(cart(binder))
    move(world, org, "collector", "merchant")
    followed.catch_up()
    derive(followed, services)
    (organization,) = followed.all(Organization)
    assert (organization.bound, organization.derived_to) == (True, None)
    assert len(followed.all(Order)) == count + 1


def test_binding_is_refused_when_no_node_answers(client, merchant, settings):
    client.app.state.chain_reader = None
    object.__setattr__(settings, "rpc_url", "http://127.0.0.1:1")
    body = {"store_id": merchant.store_id, "org_id": 1, "address": NATIVE}
    answer = client.post("/v1/organizations/message", json=body, headers=merchant.headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (503, "unavailable", True)


def cart(binder):
    return initial(binder.world.people["buyer"], binder.shop.org, [(binder.shop.handbook, binder.shop.once, 0)])


def move(world, org: int, who: str, to: str) -> None:
    world.clients[who].org_nft.transfer_from(world.people[who], world.people[to], token_id=org)
