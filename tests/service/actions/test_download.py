"""SD-2, downloads: a link for a short time, to the bytes that the merchant uploaded."""

import hashlib

import pytest

from tests.service.files.conftest import CONTENT, Desk, path_of


@pytest.fixture
def desk(shop, services) -> Desk:
    return Desk(shop, services)


def test_sd02_a_download_gives_the_bytes_by_a_short_lived_link(shop, ann, desk):
    file = desk.upload(shop.editor)
    shop.action({"type": "download"}, "get", max_executions=2)
    purchase = shop.bought()
    result = ann.execute(purchase, "get")["result"]
    assert (result["type"], result["file_name"]) == ("download", file["name"])
    answer = shop.client.get(path_of(result))
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(CONTENT).digest()
    assert ann.executions(purchase)[0]["result"] is None
    shop.settle(3_600)
    late = shop.client.get(path_of(result))
    assert (late.status_code, late.json()["code"]) == (410, "link-expired")


def test_sd02_a_download_of_one_file_is_of_that_file(shop, ann, desk):
    first = desk.upload(shop.editor, "one.zip", b"one")
    desk.upload(shop.editor, "two.zip", b"two")
    shop.action({"type": "download", "file_id": first["id"]}, "get")
    shop.action({"type": "download"}, "newest")
    purchase = shop.bought()
    got = {key: shop.client.get(path_of(ann.execute(purchase, key)["result"])).content for key in ("get", "newest")}
    assert got == {"get": b"one", "newest": b"two"}


def test_a_file_of_another_product_is_refused_and_a_type_has_no_file(shop, desk):
    file = desk.upload(shop.product("Other", "1"))
    refused = shop.action({"type": "download", "file_id": file["id"]}, "get", status=422)
    assert refused["errors"][0]["pointer"] == "/body/config/file_id"
    shop.action({"type": "download", "file_id": file["id"]}, "get", product_type_id=shop.type(), status=422)


def test_without_a_file_nothing_is_used_up(shop, ann, desk):
    shop.action({"type": "download"}, "get", max_executions=1)
    purchase = shop.bought()
    assert ann.execute(purchase, "get", status=404)["code"] == "not-found"
    desk.upload(shop.editor)
    ann.execute(purchase, "get", key="k")
    again = ann.execute(purchase, "get", key="k", status=200)
    assert shop.client.get(path_of(again["result"])).content == CONTENT
    ann.execute(purchase, "get", status=409)
