"""Uploads: streamed, measured, and kept under names that nobody chose."""

import pytest

from passmanager.service.db import session_scope
from passmanager.service.files.store import RemoteStore
from passmanager.service.files.uploading import safe_name, safe_type
from passmanager.service.http.problems import InvalidInput
from tests.service.files.conftest import CONTENT
from tests.service.merchant import make_merchant


def stored(services):
    return sorted(path.name for path in (services.settings.data / "files").iterdir())


def test_content_lies_under_its_id_whatever_the_name_is(desk, services):
    names = ["../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "a/b/c.txt", "C:\\x\\y.exe"]
    files = [desk.upload(desk.shop.editor, name) for name in names]
    assert [file["name"] for file in files] == ["passwd", "boot.ini", "shadow", "c.txt", "y.exe"]
    assert stored(services) == sorted(file["id"] for file in files)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie_ x=1.txt"), ('say "hi".txt', "say _hi_.txt"),
        ("  .hidden ", "hidden"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"), ("x" * 300 + ".zip", "x" * 146 + ".zip"),
        ("e\u0301.txt", "\xe9.txt"),
        ("emoji \U0001f600.png", "emoji \U0001f600.png"), ("no-ending", "no-ending"), ("a.tar.gz", "a.tar.gz"),
    ],
)  # fmt: skip
def test_name_is_made_safe(given, kept):
    assert safe_name(given) == kept


@pytest.mark.parametrize("given", ["..", ".", "/", "...", "\x01", "a/", " . "])
def test_name_of_nothing_is_refused(given):
    with pytest.raises(InvalidInput):
        safe_name(given)


def test_media_type_is_kept_if_it_is_one():
    assert safe_type("Text/HTML; charset=utf-8") == "text/html"
    for none in ("", "text", "a b/c", "text/html\r\nX: y", "x" * 200 + "/y"):
        assert safe_type(none) == "application/octet-stream"


def test_page_that_was_uploaded_is_not_shown_as_a_page(desk):
    file = desk.upload(desk.shop.editor, "evil.html", b"<script>1</script>", **{"Content-Type": "text/html"})
    answer = desk.buy(desk.shop.editor).download(file["id"])
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


class TestTooLarge:
    @pytest.fixture
    def small(self, services):
        object.__setattr__(services.settings, "file_bytes", 1_000)

    def test_upload_that_says_so_is_refused_before_it_is_read(self, desk, services, small):
        assert desk.upload(desk.shop.editor, content=b"x" * 1_001, status=413)["code"] == "too-large"
        assert not (services.settings.data / "files").exists() or stored(services) == []

    def test_upload_that_does_not_say_so_stops_and_leaves_nothing(self, desk, services, small):
        def parts():
            for _ in range(20):
                yield b"x" * 100

        assert desk.upload(desk.shop.editor, content=parts(), status=413)["code"] == "too-large"
        assert stored(services) == []
        assert desk.shop.call("GET", f"/products/{desk.shop.editor}/files")["data"] == []
        desk.upload(desk.shop.editor, content=b"x" * 1_000)


def test_empty_upload_is_refused(desk, services):
    assert desk.upload(desk.shop.editor, content=b"", status=422)["code"] == "invalid-input"
    assert stored(services) == []


def test_second_file_of_the_same_name_is_refused_and_goes_by_itself(desk, services, wait):
    first = desk.upload(desk.shop.editor)["id"]
    assert desk.upload(desk.shop.editor, status=409)["code"] == "conflict"
    assert len(stored(services)) == 2
    wait(86_401)
    assert stored(services) == [first]


def test_nothing_is_read_for_who_may_not_write(client, desk, services, merchant):
    path = f"/v1/products/{desk.shop.editor}/files?name=x"
    assert client.post(path, content=CONTENT).status_code == 401
    ann = desk.user().headers
    assert client.post(path, content=CONTENT, headers=ann).status_code == 403
    assert desk.upload("prd_" + "0" * 26, status=404)["code"] == "not-found"
    assert desk.upload(desk.shop.editor, version="ver_" + "0" * 26, status=404)["code"] == "not-found"
    assert not (services.settings.data / "files").exists() or stored(services) == []


def test_files_can_lie_elsewhere(desk, services):
    """Any place of fsspec; this one is the memory of the process."""
    object.__setattr__(services.settings, "files_url", "memory://shop/files")
    file = desk.upload(desk.shop.editor)["id"]
    bought = desk.buy(desk.shop.editor)
    assert bought.download(file).content == CONTENT
    assert bought.get(bought.link(file), range="bytes=2000-").content == CONTENT[2000:]
    place = RemoteStore("memory://shop/files")
    assert place.read(file).read() == CONTENT
    desk.upload(desk.shop.book, content=b"", status=422)
    place.remove(file)
    place.remove(file)
    answer = bought.get(bought.link(file))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert bought.files()["data"][0]["download_count"] == 1  # the other one was a later part


class TestTenants:
    @pytest.fixture
    def foreign(self, services):
        with session_scope(services.sessions) as session:
            return make_merchant(session, services.clock.now(), "Other")

    def test_another_merchant_sees_and_changes_nothing(self, client, desk, foreign):
        file = desk.release(desk.shop.editor, "1.0")
        (version,) = desk.shop.call("GET", f"/products/{desk.shop.editor}/versions")["data"]
        bought = desk.buy(desk.shop.editor)
        bought.download(file)
        product, right = f"/v1/products/{desk.shop.editor}", f"/v1/purchases/{bought.id}/devices"
        for method, path, body in (
            ("GET", f"{product}/file-policy", None), ("PUT", f"{product}/file-policy", {}),
            ("GET", f"{product}/versions", None), ("POST", f"{product}/versions", {"version": "9"}),
            ("GET", f"{product}/versions/{version['id']}", None),
            ("PATCH", f"{product}/versions/{version['id']}", {"notes": "x"}),
            ("POST", f"{product}/versions/{version['id']}/publish", {}),
            ("DELETE", f"{product}/versions/{version['id']}", None),
            ("POST", f"{product}/files?name=x", {}), ("GET", f"{product}/files", None),
            ("GET", f"{product}/files/{file}", None), ("DELETE", f"{product}/files/{file}", None),
            ("GET", right, None), ("DELETE", right, None),
        ):  # fmt: skip
            assert client.request(method, path, json=body, headers=foreign.headers).status_code == 404, path
            assert client.request(method, path, json=body).status_code == 401, path
            assert client.request(method, path, json=body, headers=desk.user().headers).status_code == 403, path
        assert client.get("/v1/downloads", headers=foreign.headers).json()["data"] == []
        assert client.get("/v1/downloads").status_code == 401
        assert len(desk.shop.call("GET", "/downloads")["data"]) == 1

    def test_key_of_a_merchant_is_no_session_of_a_holder(self, client, desk):
        file = desk.upload(desk.shop.editor)["id"]
        bought = desk.buy(desk.shop.editor)
        me = f"/v1/me/purchases/{bought.id}"
        for method, path in (("GET", "/files"), ("POST", f"/files/{file}/link"), ("POST", "/devices")):
            assert client.request(method, f"{me}{path}", headers=desk.shop.merchant.headers).status_code == 401
            assert client.request(method, f"{me}{path}").status_code == 401
