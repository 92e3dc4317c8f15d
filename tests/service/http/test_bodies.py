"""Bodies that are too large, too deep or too slow, and heads that do not end: refused before anything is done."""

import socket
import threading
import time

import pytest
import uvicorn

from passmanager.service.app import create_app
from passmanager.service.http.bodies import DEEPEST, check_depth
from passmanager.service.http.problems import BadRequest
from passmanager.service.serving import HEAD_BYTES, server_config

MIB = 1024**2


def post(client, merchant, content, path="/v1/stores", **headers):
    sent = {**merchant.headers, "content-type": "application/json", **headers}
    return client.post(path, content=content, headers=sent)


def refusal(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, answer.json()["code"]


def test_body_of_a_mebibyte_is_read_and_a_longer_one_is_not(client, merchant):
    assert refusal(post(client, merchant, b" " * MIB)) == (422, "invalid-input")
    assert refusal(post(client, merchant, b" " * (MIB + 1))) == (413, "too-large")


def test_body_without_a_length_is_counted(client, merchant):
    sent = []

    def chunks():
        for _ in range(64):
            sent.append(1)
            yield b" " * 65_536

    assert refusal(post(client, merchant, chunks())) == (413, "too-large")


def test_length_that_is_no_number_of_any_size_is_refused(client, merchant):
    answer = post(client, merchant, b"{}", **{"content-length": "9" * 30})
    assert refusal(answer) == (413, "too-large")


def test_upload_of_keys_may_be_longer(client, merchant):
    pool = client.post("/v1/key-pools", json={"store_id": merchant.store_id, "name": "keys"}, headers=merchant.headers)
    keys = "\n".join(f"{number:0300}" for number in range(5_000)).encode()
    assert len(keys) > MIB
    path = f"/v1/key-pools/{pool.json()['id']}/keys"
    assert post(client, merchant, keys, path, **{"content-type": "text/plain"}).json()["added"] == 5_000


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1)])
def test_deep_json_is_refused_at_once(client, merchant, body):
    start = time.monotonic()
    assert refusal(post(client, merchant, body)) == (400, "bad-request")
    assert time.monotonic() - start < 2


def test_depth_counts_brackets_outside_of_texts_only():
    check_depth(b"[" * DEEPEST + b"]" * DEEPEST)
    check_depth(b"[" + b"[1],{}," * 10_000 + b"0]")
    check_depth(b'["' + b"[" * 1_000 + b'\\"' + b"{" * 1_000 + b'"]')
    with pytest.raises(BadRequest):
        check_depth(b'["]]]]",' + b"[" * DEEPEST)


@pytest.mark.parametrize(
    "body", [b'["' + b'\\"' * 500_000, b'"' * 1_000_000, b"[]" * 500_000, b'[{"' + b"\\" * 999_999]
)
def test_depth_of_hostile_bodies_is_found_quickly(body):
    start = time.monotonic()
    check_depth(body + b"[" * 65 if body.startswith(b'["') else body)
    assert time.monotonic() - start < 2


# --- over a socket


@pytest.fixture
def address(services):
    impatient = services.settings.model_copy(update={"body_seconds": 0.3})
    object.__setattr__(services, "settings", impatient)
    server = uvicorn.Server(server_config(create_app(services), impatient))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()
    server.should_exit = True
    thread.join()


def say(address, head, *, slowly=b""):
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(head)
        if slowly:
            connection.sendall(slowly[:1])
        answer = b""
        while part := connection.recv(65_536):
            answer += part
            if b"\r\n\r\n" in answer and b"problem+json" not in answer:
                break
    return answer


def test_body_that_does_not_come_is_not_waited_for(address):
    head = b"POST /v1/stores HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"
    start = time.monotonic()
    answer = say(address, head, slowly=b"{}")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code": "too-slow"' in answer
    assert time.monotonic() - start < 5


def test_head_that_does_not_end_is_refused(address):
    endless = b"GET /healthz HTTP/1.1\r\nHost: x\r\nx-a: " + b"a" * HEAD_BYTES
    assert say(address, endless).startswith(b"HTTP/1.1 400 ")
    assert say(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nx-a: b\r\n\r\n").startswith(b"HTTP/1.1 200 ")
