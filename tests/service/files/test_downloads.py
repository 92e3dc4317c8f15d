"""Downloads by link: what is sent, what counts, and when a link stops."""

import hashlib

from tests.service.files.conftest import CONTENT, path_of


def test_buyer_gets_the_bytes_that_the_merchant_uploaded(desk):
    file = desk.upload(desk.shop.editor, "Handbuch für Ärzte.zip")
    assert (file["size"], file["sha256"]) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    bought = desk.buy(desk.shop.editor)
    (shown,) = bought.files()["data"]
    assert (shown["id"], shown["name"], shown["downloads_left"]) == (file["id"], "Handbuch für Ärzte.zip", None)
    answer = bought.download(file["id"])
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Handbuch f_r _rzte.zip\"; filename*=UTF-8''Handbuch%20f%C3%BCr%20%C3%84rzte.zip"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["etag"] == f'"{file["sha256"]}"'
