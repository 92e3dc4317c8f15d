"""Web pages of a shop that call the service from the browser."""

import pytest
from pydantic import ValidationError

from passmanager.service.settings import Settings
from tests.service.conftest import SECRET

SHOP, OTHER = "https://shop.example", "https://other.example"


@pytest.fixture
def settings(database_url, tmp_path, request):
    origins = getattr(request, "param", (SHOP,))
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", cors_origins=origins
    )  # fmt: skip


def ask_before(client, origin, method="POST", headers="authorization, content-type, idempotency-key"):
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return client.options("/v1/checkout-sessions", headers=asked)


def test_page_of_the_shop_may_call(client):
    answer = ask_before(client, SHOP)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, SHOP)
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers


def test_other_pages_may_not(client):
    answer = ask_before(client, OTHER)
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in client.get("/healthz", headers={"Origin": OTHER}).headers


def test_page_reads_refusals_and_their_headers(client):
    answer = client.get("/v1/me/purchases", headers={"Origin": SHOP})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, SHOP)
    assert answer.headers["x-request-id"]
    assert {"Retry-After", "X-Request-Id"} <= set(answer.headers["access-control-expose-headers"].split(", "))


@pytest.mark.parametrize("settings", [()], indirect=True)
def test_no_page_may_call_unless_somebody_says_so(client):
    assert "access-control-allow-origin" not in client.get("/healthz", headers={"Origin": SHOP}).headers
    assert ask_before(client, SHOP).status_code == 405


@pytest.mark.parametrize("settings", [("*",)], indirect=True)
def test_star_is_every_page(client):
    assert client.get("/healthz", headers={"Origin": OTHER}).headers["access-control-allow-origin"] == "*"


def test_several_are_written_with_commas(tmp_path, monkeypatch):
    monkeypatch.setenv("PASSMANAGER_CORS_ORIGINS", f"{SHOP}, {OTHER}:8443")
    assert Settings(data=tmp_path).cors_origins == (SHOP, f"{OTHER}:8443")


@pytest.mark.parametrize("wrong", ["shop.example", "https://shop.example/", "https://Shop.example", "null", "ftp://a"])
def test_what_is_no_origin_is_refused_at_the_start(tmp_path, wrong):
    with pytest.raises(ValidationError, match="cors_origins"):
        Settings(data=tmp_path, cors_origins=(wrong,))
