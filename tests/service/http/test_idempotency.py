"""The same POST twice: one effect, one answer, byte for byte."""

from concurrent.futures import ThreadPoolExecutor

import pytest

STORE = {"name": "Second"}


def post(client, merchant, key, body=STORE):
    return client.post("/v1/stores", json=body, headers={**merchant.headers, "Idempotency-Key": key})


def names(client, merchant):
    return [store["name"] for store in client.get("/v1/stores", headers=merchant.headers).json()["data"]]


def test_second_request_gets_the_same_bytes_and_does_nothing(client, merchant):
    first, second = post(client, merchant, "k"), post(client, merchant, "k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert names(client, merchant) == ["Second", "Acme store"]


def test_same_key_with_another_body_is_refused(client, merchant):
    post(client, merchant, "k")
    answer = post(client, merchant, "k", {"name": "Third"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-mismatch")
    assert names(client, merchant) == ["Second", "Acme store"]


def test_failed_request_is_not_kept(client, merchant):
    assert post(client, merchant, "k", {"name": ""}).status_code == 422
    assert post(client, merchant, "k").status_code == 201


def test_ten_at_once_are_one(client, merchant):
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(client, merchant, "k"), range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert names(client, merchant) == ["Second", "Acme store"]


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9"])
def test_key_that_is_none_is_refused(client, merchant, key):
    answer = client.post(
        "/v1/stores", json=STORE, headers=[*merchant.headers.items(), ("Idempotency-Key", key.encode())]
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/header/Idempotency-Key"
