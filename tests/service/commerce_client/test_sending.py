"""Which requests are sent again, when, and what their last outcome becomes. No service is needed."""

import email.utils
import time

import httpx2
import pytest

from passmanager.commerce import Commerce, Retries, ServiceUnreachable, UnreadableAnswer, refusals
from passmanager.commerce.errors import BadField, Refused
from passmanager.commerce.models import DeviceIn, ReasonIn
from passmanager.errors import BadArgument, PassManagerError
from passmanager.service.http.problems import Problem
from tests.service.commerce_client.conftest import AT_ONCE, URL, ok, problem

LOST = httpx2.ReadTimeout("late")
CLOSED = httpx2.ConnectError("refused")
DEVICE = DeviceIn(store_id="sto_1", key="K", fingerprint="f")


@pytest.mark.parametrize("outcome", [problem(503), problem(429, "rate-limited"), httpx2.Response(502), LOST, CLOSED])
def test_a_read_is_sent_again_when_that_can_help(stage, outcome):
    commerce, played = stage(outcome, ok())
    assert commerce.orders.list().data == ()
    assert len(played.asked) == 2


def test_a_post_keeps_its_key_over_retries(stage):
    busy = problem(409, "idempotency-in-progress", retryable=True)
    commerce, played = stage(LOST, problem(503), busy, ok({"events": 1}))
    assert commerce.events.redeliver("evt_1").events == 1
    (key,) = {request.headers["Idempotency-Key"] for request in played.asked}
    assert len(key) == 32
    commerce, played = stage(ok({"events": 1}), ok({"events": 1}))
    for _ in range(2):
        commerce.events.redeliver("evt_1")
    assert len({request.headers["Idempotency-Key"] for request in played.asked}) == 2


@pytest.mark.parametrize(("outcome", "error"), [(LOST, ServiceUnreachable), (problem(503), refusals.Unavailable)])
def test_a_post_without_a_key_is_not_sent_twice_when_it_may_have_arrived(stage, outcome, error):
    commerce, played = stage(outcome, ok())
    with pytest.raises(error):
        commerce.license_keys.activate(DEVICE)
    assert len(played.asked) == 1


@pytest.mark.parametrize("outcome", [CLOSED, problem(429, "rate-limited")])
def test_a_post_without_a_key_is_sent_again_when_it_did_not_arrive(stage, outcome):
    commerce, played = stage(outcome, ok({"valid": True, "code": "valid"}))
    assert commerce.license_keys.activate(DEVICE).valid
    assert len(played.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_other_refusals_stand(stage, status):
    commerce, played = stage(problem(status, "conflict"), ok())
    with pytest.raises(refusals.Conflict):
        commerce.orders.list()
    assert len(played.asked) == 1


def test_the_last_outcome_stands_after_the_last_attempt(stage):
    commerce, played = stage(*[problem(503)] * 4)
    with pytest.raises(refusals.Unavailable):
        commerce.orders.list()
    assert len(played.asked) == 4
    commerce, _ = stage(LOST, CLOSED, retries=Retries(most=1, first_pause_s=0))
    with pytest.raises(ServiceUnreachable) as lost:
        commerce.orders.cancel("ord_1", ReasonIn())
    assert (lost.value.attempts, lost.value.call) == (2, "POST /v1/orders/ord_1/cancel")


@pytest.mark.parametrize("date", [False, True])
def test_the_service_says_how_long_to_wait(stage, date):
    wish = email.utils.formatdate(time.time() + 2, usegmt=True) if date else "1"
    commerce, _ = stage(problem(429, headers={"Retry-After": wish}), ok())
    start = time.monotonic()
    commerce.orders.list()
    assert 0.9 < time.monotonic() - start < 5


def test_a_wish_that_is_too_long_is_told_at_once(stage):
    commerce, played = stage(problem(429, "rate-limited", headers={"Retry-After": "3600"}), ok())
    with pytest.raises(refusals.RateLimited):
        commerce.orders.list()
    assert len(played.asked) == 1


def test_pauses_double_and_have_an_end():
    retries = Retries(most=9, first_pause_s=1, longest_pause_s=5)
    from passmanager.commerce.exchange import Lost, request  # noqa: PLC0415 - not public

    asked = request("GET", "/v1/orders")
    pauses = [retries.pause(asked, Lost("", sent=True), attempt) for attempt in range(1, 11)]
    assert pauses[9] is None
    assert all(longest / 2 <= pause <= longest for pause, longest in zip(pauses, (1, 2, 4, 5, 5), strict=False))


def test_what_is_sent_with_each_request(stage):
    commerce, played = stage(ok())
    commerce.orders.list(customer_email="ä&b", test=True, limit=7)
    (asked,) = played.asked
    assert asked.url.path == "/v1/orders"
    assert dict(asked.url.params) == {"customer_email": "ä&b", "test": "true", "limit": "7", "total_op": "eq"}
    assert asked.headers["Authorization"] == "Bearer pm_test_1"
    assert asked.headers["User-Agent"].startswith("passmanager-commerce/")
    assert "Idempotency-Key" not in asked.headers


def test_the_service_may_lie_below_a_path():
    def answer(request):
        assert str(request.url).startswith("https://shop.example/commerce/v1/stores?")
        return ok()

    with Commerce("https://shop.example/commerce/", "k", transport=httpx2.MockTransport(answer)) as commerce:
        assert commerce.stores.list().data == ()


@pytest.mark.parametrize("url", ["", "shop.example", "ftp://shop.example", "https://"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(BadArgument):
        Commerce(url, "k")


@pytest.mark.parametrize("key", ["", "pm_test_1\n", "pm_tést", "x" * 5000])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(stage, key):
    with pytest.raises(BadArgument) as refused:
        Commerce(URL, key)
    assert "pm_t" not in str(refused.value)


@pytest.mark.parametrize("key", ["ä", "a\nb", "x" * 256])
def test_an_idempotency_key_that_cannot_be_sent_is_refused(stage, key):
    commerce, played = stage()
    with pytest.raises(BadArgument):
        commerce.events.redeliver("evt_1", idempotency_key=key)
    assert played.asked == []


def test_an_empty_id_is_refused_before_anything_is_sent(stage):
    commerce, played = stage()
    with pytest.raises(BadArgument):
        commerce.orders.get("")
    assert played.asked == []


def test_nobody_there():
    with Commerce("http://127.0.0.1:1", "k", retries=AT_ONCE) as commerce, pytest.raises(ServiceUnreachable) as lost:
        commerce.orders.list()
    assert lost.value.attempts == 4


@pytest.mark.parametrize(
    "answer", [httpx2.Response(200, text="<html>"), httpx2.Response(404, text="<html>"), ok({"data": 1})]
)
def test_an_answer_of_somebody_else_is_named(stage, answer):
    commerce, _ = stage(answer)
    with pytest.raises(UnreadableAnswer) as unread:
        commerce.orders.list()
    assert unread.value.status == answer.status_code


def kinds_of(kind):
    return [kind, *[below for child in kind.__subclasses__() for below in kinds_of(child)]]


def test_each_code_of_the_service_is_one_error(stage):
    ours = [kind for kind in kinds_of(Problem) if ".compat" not in kind.__module__ and kind is not Problem]
    assert {kind.code for kind in ours} >= {"conflict", "gone", "rate-limited"}
    for kind in ours:
        bad = {"pointer": "/body/x", "code": "y", "detail": "z"}
        document = kind(detail="said", errors=(bad,)).document("/v1/orders", "req_9")
        answer = httpx2.Response(kind.status, headers={"Content-Type": "application/problem+json"}, json=document)
        commerce, _ = stage(answer, retries=Retries(most=0))
        with pytest.raises(refusals.BY_CODE[kind.code]) as refused:
            commerce.orders.list()
        found = refused.value
        assert isinstance(found, Refused)
        assert isinstance(found, PassManagerError)
        assert (found.status, found.code, found.detail) == (kind.status, kind.code, "said")
        assert (found.errors, found.request_id) == ((BadField("/body/x", "y", "z"),), "req_9")
        assert found.retryable is kind.retryable


def test_a_code_that_is_newer_than_the_client_is_told_as_it_is(stage):
    commerce, _ = stage(problem(418, "teapot"))
    with pytest.raises(Refused) as refused:
        commerce.orders.list()
    assert (type(refused.value), refused.value.code, refused.value.detail) == (Refused, "teapot", "why")
