"""A request uses one connection to the database at a time, so that requests never wait for each other's."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from passmanager.service.app import create_app
from passmanager.service.wiring import connect
from tests.service.users import open_user


@pytest.fixture
def most_at_once(services):
    """How many connections were out at the same time."""
    out, most = set(), []

    @event.listens_for(services.engine, "checkout")
    def _out(_connection, record, _proxy):
        out.add(record)
        most.append(len(out))

    @event.listens_for(services.engine, "checkin")
    def _back(_connection, record):
        out.discard(record)

    return most


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/orders"), ("GET", "/v1/purchases"), ("GET", "/v1/license-keys"), ("GET", "/v1/events"),
     ("GET", "/v1/checkout-links"), ("GET", "/v1/refunds"), ("POST", "/v1/stores"), ("GET", "/v1/me/purchases")],
)  # fmt: skip
def test_one_connection_at_a_time(services, merchant, most_at_once, method, path):
    connect(services)
    user = open_user(services, merchant.store_id, "ann")
    headers = user.headers if "/me" in path else merchant.headers
    with TestClient(create_app(services)) as client:
        most_at_once.clear()
        answer = client.request(method, path, headers=headers, json={"name": "Shop"} if method == "POST" else None)
    assert answer.status_code in {200, 201}, answer.text
    assert max(most_at_once) == 1
