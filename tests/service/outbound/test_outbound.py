"""Calls go where they were judged to go, end in time, and bring no more than was asked for."""

import socket
import threading
import time

import pytest

from passmanager.service.http.outbound import CallFailed, Outbound
from passmanager.service.settings import Settings


@pytest.fixture
def outbound():
    return Outbound(("127.0.0.1",), https_only=False)


def refused(call):
    with pytest.raises(CallFailed) as caught:
        call()
    return caught.value.reason


def test_answer_is_what_the_server_said(outbound, site):
    answer = outbound.send("POST", f"{site.url}/in?a=b%20c", headers={"X-Own": "1"}, body=b"{}")
    assert (answer.status, answer.body, answer.headers["x-mark"], answer.complete) == (200, b"ok", "a", True)
    ((method, path, headers, body),) = site.seen
    assert (method, path, headers["x-own"], body) == ("POST", "/in?a=b%20c", "1", b"{}")
    assert headers["accept-encoding"] == "identity"


def test_credentials_in_the_url_are_sent_as_basic_authorization(outbound, site):
    outbound.send("POST", site.url.replace("//", "//shop:p%40ss@") + "/in")
    ((_, path, headers, _),) = site.seen
    assert (path, headers["authorization"]) == ("/in", "Basic c2hvcDpwQHNz")


def test_redirect_is_an_answer_and_not_followed(outbound, site):
    answer = outbound.send("GET", f"{site.url}/redirect")
    assert answer.status == 302
    assert len(site.seen) == 1


def test_answer_is_cut_at_the_limit(outbound, site):
    answer = outbound.send("GET", f"{site.url}/large", most_bytes=1_000)
    assert (answer.body, answer.complete) == (b"x" * 1_000, False)


def test_compressed_answer_is_not_opened(outbound, site):
    assert outbound.send("GET", f"{site.url}/gzip").body == b"\x1f\x8bnot opened"


@pytest.mark.parametrize("path", ["slow", "late"])
def test_deadline_holds_for_the_whole_call(outbound, site, path):
    start = time.monotonic()
    assert refused(lambda: outbound.send("GET", f"{site.url}/{path}", total_seconds=0.5)) == "timeout"
    assert time.monotonic() - start < 1.2


def test_resolver_that_hangs_is_not_waited_for(outbound, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1))
    start = time.monotonic()
    assert refused(lambda: outbound.send("GET", "http://slow.example/", connect_seconds=0.2)) == "timeout"
    assert time.monotonic() - start < 0.8


def test_nobody_listens(outbound):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        assert refused(lambda: outbound.send("GET", url)) == "no-connection"


def test_no_http_is_a_bad_answer(outbound):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak():
            connection, _ = server.accept()
            connection.recv(1_000)
            connection.sendall(b"220 mail.example ESMTP\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=speak)
        thread.start()
        assert refused(lambda: outbound.send("GET", f"http://127.0.0.1:{server.getsockname()[1]}/")) == "bad-answer"
        thread.join()


def test_all_addresses_of_a_name_are_judged(site, names):
    """One public address among them is no excuse for the others."""
    names["mixed.example"] = [["1.1.1.1", "127.0.0.1"]]
    call = lambda: Outbound((), https_only=False).send("GET", site.url.replace("127.0.0.1", "mixed.example"))  # noqa: E731
    assert refused(call) == "refused-address"
    assert site.seen == []


def test_sd12_name_is_resolved_once_so_that_it_cannot_change(site, names):
    """DNS rebinding: a second look-up, after the judgement, would find another address."""
    names["rebind.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    answer = Outbound(("127.0.0.1",), https_only=False).send("GET", site.url.replace("127.0.0.1", "rebind.example"))
    assert answer.status == 200
    assert names["rebind.example"] == [["10.0.0.1"]]
    assert site.seen[0][2]["host"].startswith("rebind.example:")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "017700000001", "0", "localhost", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254",
        "127。0。0。1",
    ],
)  # fmt: skip
def test_other_spellings_of_this_machine_are_refused(host):
    reason = refused(lambda: Outbound((), https_only=False).send("GET", f"http://{host}:8080/"))
    assert reason in {"refused-address", "no-address", "bad-url"}


@pytest.mark.parametrize(
    "url",
    [
        "", "shop", "//shop.example", "http://shop.example", "ftp://shop.example", "file:///etc/passwd",
        "gopher://shop.example", "https://", "https:///path", "https://shop.example:22/", "https://shop.example:25/",
        "https://shop.example:99999/", "https://[::1/", "https://" + "a" * 3_000, "https://sh\nop.example/",
    ],
)  # fmt: skip
def test_url_that_can_never_be_called_is_refused_at_once(url):
    assert refused(lambda: Outbound().check(url)) == "bad-url"


def test_proxies_of_the_environment_are_not_asked(outbound, site, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    assert outbound.send("GET", f"{site.url}/in").status == 200


def test_live_mode_calls_https_only_and_allows_nothing_more():
    live = Settings(mode="live", secret_key="MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    assert refused(lambda: Outbound.of(live).check("http://shop.example/")) == "bad-url"
    with pytest.raises(ValueError, match="PASSMANAGER_OUTBOUND_ALLOW is for tests"):
        Settings(**{**live.model_dump(), "outbound_allow": ("127.0.0.1",)})
