"""Downloads by link: what is sent, what counts, and when a link stops."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.service.files.conftest import CONTENT, path_of

DAY = 86_400
SIZE = len(CONTENT)


@pytest.fixture
def sold(desk):
    """A product with one file that may be downloaded twice."""
    file = desk.upload(desk.shop.editor)
    desk.policy(desk.shop.editor, limit=2)
    return desk.buy(desk.shop.editor), file["id"]


def count(bought):
    return bought.files()["data"][0]["download_count"]


def test_buyer_gets_the_bytes_that_the_merchant_uploaded(desk):
    file = desk.upload(desk.shop.editor, "Handbuch für Ärzte.zip")
    assert (file["size"], file["sha256"]) == (SIZE, hashlib.sha256(CONTENT).hexdigest())
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


def test_dp05_line_shows_limit_count_and_end(desk, dpd, wait):
    file = desk.upload(desk.shop.editor)["id"]
    desk.policy(desk.shop.editor, limit=3, seconds=DAY)
    bought = desk.buy(desk.shop.editor)
    plain = desk.buy(desk.shop.book, user="bob")

    def line(order):
        shown = dpd.get(f"/purchases/{order['number']}")["line_items"][0]
        return shown["download_limit"], shown["download_count"], shown["expires_at"]

    bought_at = dpd.get(f"/purchases/{bought.order['number']}")["created_at"]
    assert line(bought.order) == (3, 0, bought_at + DAY)
    bought.download(file)
    assert line(bought.order) == (3, 1, bought_at + DAY)
    assert line(plain.order) == (0, 0, None)


def test_dp05_faces_show_the_file_of_a_product(desk, dpd):
    desk.upload(desk.shop.editor)
    (shown,) = [one for one in dpd.get("/products") if one["name"] == "Editor"]
    assert (shown["file_name"], shown["file_size"], shown["mime_type"]) == ("editor.zip", SIZE, "application/zip")


class TestWhatCounts:
    def test_dp08_limit_is_the_number_of_downloads(self, sold):
        bought, file = sold
        assert [bought.download(file).status_code for _ in range(2)] == [200, 200]
        refused = bought.link(file, status=409)
        assert refused["code"] == "action-limit-reached"
        assert "downloaded 2 times" in refused["detail"]
        assert bought.files()["data"][0]["downloads_left"] == 0

    def test_dp08_head_does_not_count(self, sold):
        bought, file = sold
        link = bought.link(file)
        for _ in range(5):
            seen = bought.get(link, method="HEAD")
            assert (seen.status_code, seen.headers["content-length"], seen.content) == (200, str(SIZE), b"")
            assert seen.headers["accept-ranges"] == "bytes"
        assert count(bought) == 0

    def test_dp08_link_counts_once_however_many_parts_are_asked_for(self, sold):
        """As download programs do: eight connections for one file."""
        bought, file = sold
        link, step = bought.link(file), SIZE // 8
        parts = [bought.get(link, range=f"bytes={at}-{at + step - 1}") for at in range(0, SIZE, step)]
        assert {one.status_code for one in parts} == {206}
        assert b"".join(one.content for one in parts) == CONTENT
        bought.get(link)
        assert count(bought) == 1

    def test_dp08_later_part_does_not_count_before_the_first_one_came(self, sold):
        bought, file = sold
        link = bought.link(file)
        for _ in range(3):
            assert bought.get(link, range="bytes=100-199").content == CONTENT[100:200]
        assert count(bought) == 0
        bought.get(link, range="bytes=0-99")
        assert count(bought) == 1

    def test_dp08_interrupted_download_goes_on_with_a_new_link_for_nothing(self, sold):
        bought, file = sold
        bought.get(bought.link(file), range="bytes=0-999")
        rest = bought.get(
            bought.link(file), range="bytes=1000-", **{"if-range": f'"{bought.files()["data"][0]["sha256"]}"'}
        )
        assert (rest.status_code, rest.content) == (206, CONTENT[1000:])
        assert count(bought) == 1

    def test_dp08_parts_that_do_not_count_never_add_up_to_a_file(self, sold):
        """Otherwise all but the first byte would be free for ever."""
        bought, file = sold
        for _ in range(2):
            bought.get(bought.link(file), range="bytes=1-")
        assert count(bought) == 1
        for _ in range(2):
            bought.get(bought.link(file), range="bytes=1-")
        assert count(bought) == 2
        assert bought.link(file, status=409)["code"] == "action-limit-reached"

    def test_dp08_link_that_began_goes_on_when_the_limit_is_reached(self, sold):
        bought, file = sold
        links = [bought.link(file) for _ in range(3)]
        assert [bought.get(link).status_code for link in links] == [200, 200, 409]
        assert bought.get(links[0], range="bytes=500-").status_code == 206
        assert bought.get(links[2], range="bytes=500-").json()["code"] == "action-limit-reached"
        assert bought.get(links[2], method="HEAD").status_code == 200

    def test_dp08_what_the_caller_has_already_is_not_sent(self, sold):
        bought, file = sold
        link = bought.link(file)
        tag = bought.get(link, method="HEAD").headers["etag"]
        answer = bought.get(link, **{"if-none-match": tag})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert count(bought) == 0

    def test_dp08_fifty_at_once_on_a_limit_of_two_are_two(self, sold):
        bought, file = sold
        links = [bought.link(file) for _ in range(50)]
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(bought.get, links))
        assert sorted(answer.status_code for answer in answers) == [200] * 2 + [409] * 48
        assert all(answer.content == CONTENT for answer in answers if answer.status_code == 200)
        assert count(bought) == 2

    def test_dp08_one_link_at_once_counts_once(self, sold):
        bought, file = sold
        link = bought.link(file)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: bought.get(link), range(16)))
        assert {answer.status_code for answer in answers} == {200}
        assert count(bought) == 1

    def test_dp08_time_limit_begins_at_purchase(self, desk, wait):
        file = desk.upload(desk.shop.editor)["id"]
        desk.policy(desk.shop.editor, seconds=DAY)
        bought = desk.buy(desk.shop.editor)
        wait(DAY - 2)
        late = bought.link(file)
        bought.download(file)
        wait(2)
        assert bought.files()["data"] == []
        assert bought.link(file, status=403)["code"] == "download-time-over"
        assert bought.get(late).json()["code"] == "download-time-over"


class TestParts:
    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=2000-", 2000, SIZE), ("bytes=-48", SIZE - 48, SIZE),
            ("bytes=-999999", 0, SIZE), ("bytes=2040-999999", 2040, SIZE), ("Bytes=5-6", 5, 7),
        ],
    )  # fmt: skip
    def test_part_is_sent_with_its_place(self, sold, asked, start, end):
        bought, file = sold
        answer = bought.get(bought.link(file), range=asked)
        assert (answer.status_code, answer.content) == (206, CONTENT[start:end])
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
        assert answer.headers["content-length"] == str(end - start)

    @pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=1"])
    def test_what_is_no_single_range_is_answered_with_all(self, sold, asked):
        bought, file = sold
        answer = bought.get(bought.link(file), range=asked)
        assert (answer.status_code, answer.content) == (200, CONTENT)

    @pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999-100000", "bytes=-0"])
    def test_part_beyond_the_end_is_refused_and_does_not_count(self, sold, asked):
        bought, file = sold
        answer = bought.get(bought.link(file), range=asked)
        assert (answer.status_code, answer.json()["code"]) == (416, "range-not-satisfiable")
        assert answer.headers["content-range"] == f"bytes */{SIZE}"
        assert count(bought) == 0

    def test_part_of_another_content_is_not_mixed_in(self, sold):
        bought, file = sold
        answer = bought.get(bought.link(file), range="bytes=10-19", **{"if-range": '"other"'})
        assert (answer.status_code, answer.content) == (200, CONTENT)


class TestWhoMay:
    def test_link_ends_by_itself(self, sold, services, wait):
        bought, file = sold
        link = bought.link(file)
        wait(services.settings.link_seconds - 1)
        assert bought.get(link).status_code == 200
        wait(1)
        answer = bought.get(link)
        assert (answer.status_code, answer.json()["code"]) == (410, "link-expired")

    def test_link_that_was_changed_opens_nothing(self, sold):
        bought, file = sold
        path = path_of(bought.link(file))
        for forged in (path[:-2] + ("AA" if path[-2:] != "AA" else "BB"), "/d/x", f"/d/{'A' * 300}", path + "A" * 1000):
            assert bought.desk.client.get(forged).status_code in {404, 422}
        assert count(bought) == 0

    def test_somebody_else_sees_nothing_of_a_purchase(self, desk, sold):
        bought, file = sold
        other = desk.user("bob", "bob@example.org").headers
        assert bought.me("GET", "/files", other, status=404)["code"] == "not-found"
        assert bought.link(file, other, status=404)["code"] == "not-found"

    def test_link_can_be_called_so_often_a_minute_from_one_address(self, sold, services, wait):
        object.__setattr__(services.settings, "rate_per_minute", 3)
        bought, file = sold
        link = bought.link(file)
        assert [bought.get(link).status_code for _ in range(4)] == [200, 200, 200, 429]
        wait(60)
        assert bought.get(link).status_code == 200

    def test_link_stops_when_the_money_goes_back(self, desk, sold):
        bought, file = sold
        link = bought.link(file)
        desk.shop.act(bought.order, "charge-back", {})
        answer = bought.get(link)
        assert (answer.status_code, answer.json()["code"]) == (403, "purchase-inactive")
        assert bought.link(file, status=403)["code"] == "purchase-inactive"

    def test_held_order_gives_nothing_until_it_is_released(self, desk):
        rule = {"store_id": desk.shop.merchant.store_id, "field": "email", "value": "ann@example.org"}
        desk.shop.call("POST", "/block-rules", rule, status=201)
        file = desk.upload(desk.shop.editor)["id"]
        bought = desk.buy(desk.shop.editor)
        assert bought.link(file, status=403)["code"] == "purchase-inactive"
        desk.shop.act(bought.order, "release")
        assert bought.download(file).content == CONTENT

    def test_removed_file_is_gone_for_links_that_were_made(self, desk, sold, services, wait):
        bought, file = sold
        link = bought.link(file)
        desk.shop.call("DELETE", f"/products/{desk.shop.editor}/files/{file}", status=204)
        assert bought.get(link).status_code == 404
        assert bought.files()["data"] == []
        stored = services.settings.data / "files" / file
        assert stored.exists()
        wait(1)
        assert not stored.exists()

    def test_sd14_archived_product_stays_for_its_buyers(self, desk, sold):
        bought, file = sold
        desk.shop.call("POST", f"/products/{desk.shop.editor}/archive")
        assert desk.shop.order((desk.shop.editor, 1), status=410)["code"] == "gone"
        assert bought.download(file).content == CONTENT


class TestReactivation:
    def test_dp07_counters_begin_anew_with_limits_of_today(self, desk, dpd, sold, wait):
        bought, file = sold
        for _ in range(2):
            bought.download(file)
        desk.policy(desk.shop.editor, limit=1, seconds=DAY)
        bought.link(file, status=409)
        dpd.reactivate(bought.order, data={"customer_email": "b@example.org"})
        line = dpd.get(f"/purchases/{bought.order['number']}")["line_items"][0]
        assert (line["download_limit"], line["download_count"]) == (1, 0)
        assert line["expires_at"] is not None
        bought.download(file)
        assert bought.link(file, status=409)["code"] == "action-limit-reached"
        wait(1)
        mails = [mail for mail in desk.shop.call("GET", "/mails")["data"] if mail["template"] == "reactivated"]
        assert [mail["recipient"] for mail in mails] == ["b@example.org"]
        assert dpd.get(f"/purchases/{bought.order['number']}")["buyer_email"] == "ann@example.org"

    def test_dp07_reactivation_over_v1_is_the_same(self, desk, sold):
        bought, file = sold
        for _ in range(2):
            bought.download(file)
        desk.shop.call("POST", f"/purchases/{bought.id}/reactivate", {})
        assert bought.files()["data"][0]["downloads_left"] == 2
        bought.download(file)

    def test_dp07_versions_stay_as_they_were_bought(self, desk):
        desk.policy(desk.shop.editor, updates={"kind": "this"})
        desk.release(desk.shop.editor, "1.0")
        bought = desk.buy(desk.shop.editor)
        newer = desk.release(desk.shop.editor, "1.1")
        desk.policy(desk.shop.editor, updates={"kind": "all"})
        desk.shop.call("POST", f"/purchases/{bought.id}/reactivate", {})
        assert bought.link(newer, status=403)["code"] == "version-not-entitled"


def test_merchant_sees_what_was_downloaded(desk, sold, told):
    bought, file = sold
    bought.get(bought.link(file), range="bytes=0-9")
    bought.download(file)
    whole, part = desk.shop.call("GET", f"/downloads?purchase_id={bought.id}")["data"]
    assert (whole["file_id"], whole["completed_at"] is not None) == (file, True)
    assert (part["file_id"], part["completed_at"]) == (file, None)
    assert part["person"].startswith("cus_")
    assert told(bought.id).count("download.completed") == 1
    assert desk.shop.call("GET", f"/downloads?file_id={file}&limit=1")["has_more"] is True
