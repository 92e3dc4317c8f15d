"""Uploading keys."""

import json

import pytest


def upload(shop, pool, body, kind, status=200):
    headers = {**shop.merchant.headers, "content-type": kind}
    answer = shop.client.post(f"/v1/key-pools/{pool}/keys", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"KEY-0001-AAAA\r\n\r\n  KEY-0002-BBBB \n", "text/plain"),
        ("\ufeffKEY-0001-AAAA\nKEY-0002-BBBB".encode(), "text/plain; charset=utf-8"),
        (b"name,key\nAda,KEY-0001-AAAA\nBob,KEY-0002-BBBB\n", "text/csv"),
        (b'"KEY-0001-AAAA",x\n"KEY-0002-BBBB",y\n', "text/csv"),
        (json.dumps({"keys": ["KEY-0001-AAAA", "KEY-0002-BBBB"]}).encode(), "application/json"),
        (json.dumps(["KEY-0001-AAAA", "KEY-0002-BBBB"]).encode(), "application/json"),
    ],
)
def test_nv08_list_is_uploaded_as_text_csv_or_json(shop, body, kind):
    pool = shop.pool()
    done = upload(shop, pool, body, kind)
    assert (done["added"], done["duplicates"], done["refused"]) == (2, 0, 0)
    assert [row["hint"] for row in done["rows"]] == ["AAAA", "BBBB"]
    assert shop.call("GET", f"/key-pools/{pool}/stats") == {"free": 2, "issued": 0, "suspended": 0, "revoked": 0}
    product = shop.sold("pool", pool_id=pool)
    assert [shop.clear(shop.buy(product)) for _ in range(2)] == [["KEY-0001-AAAA"], ["KEY-0002-BBBB"]]


def test_duplicates_are_refused_and_counted_row_by_row(shop):
    pool, other = shop.pool("KEY-0001-AAAA"), shop.pool("KEY-0002-BBBB")
    done = shop.upload(pool, ["KEY-0001-AAAA", "KEY-0002-BBBB", "KEY-0003-CCCC", "KEY-0003-CCCC", "x" * 1_001])
    assert [row["result"] for row in done["rows"]] == ["duplicate", "duplicate", "added", "duplicate", "refused"]
    assert (done["added"], done["duplicates"], done["refused"]) == (1, 3, 1)
    assert shop.call("GET", f"/key-pools/{pool}")["stats"]["free"] == 2
    assert shop.call("GET", f"/key-pools/{other}")["stats"]["free"] == 1


def test_issued_key_is_a_duplicate_too(shop):
    pool = shop.pool("KEY-0001-AAAA")
    shop.buy(shop.sold("pool", pool_id=pool))
    assert shop.upload(pool, ["KEY-0001-AAAA"])["duplicates"] == 1


def test_ten_thousand_keys_are_taken_and_one_more_is_not(shop):
    pool = shop.pool()
    keys = [f"KEY-{number:05}-ABCD" for number in range(10_001)]
    assert shop.upload(pool, keys, status=413)["code"] == "too-large"
    assert shop.upload(pool, keys[:10_000])["added"] == 10_000
    assert shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 10_000


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", "text/plain", "empty"),
        (b"\n\n", "text/csv", "empty"),
        (b"{", "application/json", "json"),
        (b'{"keys": 7}', "application/json", "type"),
        (b'{"keys": [7]}', "application/json", "type"),
        (b"\xff\xfe", "text/plain", "encoding"),
    ],
)
def test_upload_that_is_none_is_refused(shop, body, kind, code):
    assert upload(shop, shop.pool(), body, kind, 422)["errors"][0]["code"] == code


def test_keys_are_sealed_in_the_database(shop, services):
    shop.pool("KEY-0001-AAAA")
    with services.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT ciphertext, lookup, hint FROM license_keys").all()
    assert all(b"KEY-0001" not in bytes(row[0]) and "KEY-0001" not in row[1] for row in rows)
    assert [row[2] for row in rows] == ["AAAA"]


def test_pool_names_are_unique_in_a_store_and_can_be_changed(shop):
    body = {"store_id": shop.merchant.store_id, "name": "Editor keys"}
    made = shop.call("POST", "/key-pools", body, status=201)
    shop.call("POST", "/key-pools", body, status=409)
    changed = shop.call("PATCH", f"/key-pools/{made['id']}", {"low_at": 5})
    assert (changed["low_at"], changed["name"]) == (5, "Editor keys")
    assert [pool["id"] for pool in shop.call("GET", "/key-pools")["data"]] == [made["id"]]
