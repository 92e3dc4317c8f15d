"""Clients of the service in this process, and of a stand-in that answers as it is told."""

import json
from dataclasses import dataclass, field

import httpx2
import pytest

from passmanager.commerce import AsyncCommerce, Commerce, Retries
from passmanager.commerce.models import CurrencyIn, PriceIn, ProductIn

URL = "http://testserver"
AT_ONCE = Retries(first_pause_s=0.0)


@pytest.fixture
def commerce(client, merchant):
    with Commerce(URL, merchant.key, transport=client._transport) as found:
        yield found


@pytest.fixture
def connect_async(client, merchant):
    """Makes an asynchronous client of the same service."""
    return lambda: AsyncCommerce(URL, merchant.key, transport=httpx2.ASGITransport(app=client.app))


@pytest.fixture
def editor(commerce, merchant):
    """A product for 19.99 EUR."""
    commerce.currencies.create(CurrencyIn(store_id=merchant.store_id, symbol="EUR", decimals=2))
    made = commerce.products.create(ProductIn(store_id=merchant.store_id, name="Editor", sku="ED-1"))
    commerce.products.create_price(made.id, PriceIn(amount="19.99", currency="EUR"))
    return made


@dataclass
class Stage:
    """Answers in turn, and keeps what it was asked."""

    answers: list
    asked: list = field(default_factory=list)

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def stage():
    """A client of a service that gives these answers."""

    def make(*answers, retries=AT_ONCE, **more):
        played = Stage(list(answers))
        return Commerce(URL, "pm_test_1", transport=httpx2.MockTransport(played), retries=retries, **more), played

    return make


def problem(status=503, code="unavailable", headers=None, **more):
    document = {"status": status, "code": code, "detail": "why.", "request_id": "req_1", "retryable": False, **more}
    kind = {"Content-Type": "application/problem+json"}
    return httpx2.Response(status, headers=kind | (headers or {}), content=json.dumps(document))


def ok(body=None, status=200):
    return httpx2.Response(status, json={"data": [], "has_more": False, "next_cursor": None} if body is None else body)
