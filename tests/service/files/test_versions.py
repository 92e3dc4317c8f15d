"""Versions: what a purchase gives of later ones is what the rule said when it was made."""

from datetime import UTC, datetime, timedelta

import pytest

from passmanager.service.files.semver import Semver
from tests.service.files.conftest import CONTENT

DAY = 86_400


def versions(bought):
    return [one["version"] for one in bought.files()["data"]]


class TestWhatIsBought:
    def test_sd05_same_major_is_kept_when_the_rule_becomes_wider(self, desk, wait):
        editor = desk.shop.editor
        desk.policy(editor, updates={"kind": "major"})
        desk.release(editor, "1.2")
        old = desk.buy(editor)
        wait(60)
        newer, next_major = desk.release(editor, "1.3", b"1.3"), desk.release(editor, "2.0", b"2.0")
        assert versions(old) == ["1.3", "1.2"]
        assert old.download(newer).content == b"1.3"
        refused = old.link(next_major, status=403)
        assert refused["code"] == "version-not-entitled"
        for words in ("version 2.0", "version 1.2", "same major number"):
            assert words in refused["detail"]
        desk.policy(editor, updates={"kind": "all"})
        assert old.link(next_major, status=403)["code"] == "version-not-entitled"
        new = desk.buy(editor, user="bob")
        bob = desk.user("bob", "bob@example.org").headers
        assert new.files(bob)["version"] == "2.0"
        assert new.get(new.link(next_major, bob)).content == b"2.0"

    @pytest.mark.parametrize(
        ("rule", "given"),
        [
            ({"kind": "this"}, ["1.2.0"]),
            ({"kind": "minor"}, ["1.2.1", "1.2.0", "1.1.0"]),
            ({"kind": "major"}, ["1.3.0", "1.2.1", "1.2.0", "1.1.0"]),
            ({"kind": "all"}, ["2.0.0", "1.3.0", "1.2.1", "1.2.0", "1.1.0"]),
            ({"kind": "until", "days": 2}, ["1.2.1", "1.2.0", "1.1.0"]),
        ],
    )
    def test_sd05_rule_says_which_later_versions_are_given(self, desk, wait, rule, given):
        editor = desk.shop.editor
        desk.policy(editor, updates=rule)
        desk.release(editor, "1.1.0", b"1.1.0")
        desk.release(editor, "1.2.0", b"1.2.0")
        bought = desk.buy(editor)
        for version in ("1.2.1", "1.3.0", "2.0.0"):
            wait(2 * DAY - 60)
            desk.release(editor, version, version.encode())
        assert versions(bought) == given
        files = {one["version"]: one["id"] for one in desk_files(desk)}
        for version, file in files.items():
            if version in given:
                assert bought.download(file).content == version.encode()
            else:
                assert bought.link(file, status=403)["code"] == "version-not-entitled"

    def test_sd05_same_end_for_all_purchases_can_be_a_date(self, desk, wait):
        editor = desk.shop.editor
        now = datetime.fromisoformat(desk.shop.call("GET", f"/products/{editor}")["created_at"])
        desk.policy(editor, updates={"kind": "until", "date": (now + timedelta(days=1)).isoformat()})
        desk.release(editor, "1.0")
        bought = desk.buy(editor)
        wait(DAY - 60)
        desk.release(editor, "1.1")
        wait(120)
        desk.release(editor, "1.2")
        assert versions(bought) == ["1.1", "1.0"]

    def test_sd05_who_bought_before_the_first_version_has_that_one(self, desk, wait):
        editor = desk.shop.editor
        desk.policy(editor, updates={"kind": "this"})
        bought = desk.buy(editor)
        first = desk.release(editor, "1.0")
        wait(1)
        second = desk.release(editor, "1.1")
        assert bought.download(first).content == CONTENT
        assert bought.link(second, status=403)["code"] == "version-not-entitled"

    def test_sd05_current_version_is_the_highest_release_and_no_preview(self, desk):
        editor = desk.shop.editor
        for version in ("1.10.0", "1.9.0", "2.0.0-beta.1"):
            desk.release(editor, version)
        assert desk.buy(editor).files()["version"] == "1.10.0"

    def test_sd05_what_is_sold_elsewhere_keeps_its_rule_too(self, desk):
        editor = desk.shop.editor
        desk.policy(editor, updates={"kind": "this"})
        desk.release(editor, "1.0")
        body = {"store_id": desk.shop.merchant.store_id, "external_id": "x-1", "product_id": editor, "user_id": "ann"}
        right = desk.shop.call("POST", "/purchases", body, status=201)
        newer = desk.release(editor, "1.1")
        ann = desk.user().headers
        answer = desk.client.post(f"/v1/me/purchases/{right['id']}/files/{newer}/link", headers=ann)
        assert answer.json()["code"] == "version-not-entitled"

    def test_files_of_the_product_itself_belong_to_every_version(self, desk):
        editor = desk.shop.editor
        desk.policy(editor, updates={"kind": "this"})
        manual = desk.upload(editor, "manual.pdf")["id"]
        desk.release(editor, "1.0")
        bought = desk.buy(editor)
        desk.release(editor, "2.0")
        assert [one["name"] for one in bought.files()["data"]] == ["editor.zip", "manual.pdf"]
        assert bought.download(manual).content == CONTENT


def desk_files(desk):
    path = f"/products/{desk.shop.editor}/versions"
    return [
        {"version": one["version"], "id": file["id"]}
        for one in desk.shop.call("GET", path)["data"]
        for file in one["files"]
    ]


def test_versions_are_ordered_as_semver_says():
    """The example of semver.org, point 11."""
    ranked = [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2", "1.10", "2",
    ]  # fmt: skip
    assert sorted(set(ranked), key=lambda text: Semver.parse(text).key) == ranked


class TestPublishing:
    def create(self, desk, version, status=201, **more):
        path = f"/products/{desk.shop.editor}/versions"
        return desk.shop.call("POST", path, {"version": version, **more}, status=status)

    def test_draft_is_seen_by_nobody_until_it_is_published(self, desk):
        draft = self.create(desk, "1.0", notes="First.")
        file = desk.upload(desk.shop.editor, version=draft["id"])["id"]
        bought = desk.buy(desk.shop.editor)
        assert (draft["status"], bought.files()["data"], bought.files()["version"]) == ("draft", [], None)
        assert bought.link(file, status=404)["code"] == "not-found"
        out = desk.shop.call("POST", f"/products/{desk.shop.editor}/versions/{draft['id']}/publish", {})
        assert (out["status"], out["notes"], [one["id"] for one in out["files"]]) == ("released", "First.", [file])
        assert bought.download(file).content == CONTENT

    def test_version_comes_out_at_its_time(self, desk, wait):
        later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        made = self.create(desk, "1.0", released_at=later)
        desk.upload(desk.shop.editor, version=made["id"])
        bought = desk.buy(desk.shop.editor)
        assert (made["status"], bought.files()["data"]) == ("scheduled", [])
        wait(DAY + 60)
        assert versions(bought) == ["1.0"]
        assert desk.buy(desk.shop.editor, user="bob").files(desk.user("bob").headers)["version"] == "1.0"

    def test_what_is_out_stays_out(self, desk):
        desk.release(desk.shop.editor, "1.0")
        (version,) = desk.shop.call("GET", f"/products/{desk.shop.editor}/versions")["data"]
        path = f"/products/{desk.shop.editor}/versions/{version['id']}"
        assert desk.shop.call("POST", f"{path}/publish", {}, status=409)["code"] == "conflict"
        assert desk.shop.call("DELETE", path, status=409)["code"] == "conflict"
        assert desk.shop.call("PATCH", path, {"notes": "Better."})["notes"] == "Better."
        assert desk.shop.call("GET", path)["notes"] == "Better."

    def test_draft_without_files_can_go(self, desk):
        draft = self.create(desk, "1.0")
        path = f"/products/{desk.shop.editor}/versions/{draft['id']}"
        desk.shop.call("DELETE", path, status=204)
        desk.shop.call("GET", path, status=404)
        self.create(desk, "1.0")

    def test_same_number_in_another_writing_is_the_same_version(self, desk):
        self.create(desk, "1.2")
        for same in ("1.2", "1.2.0", "1.2.0+build.7"):
            assert self.create(desk, same, 409)["code"] == "conflict"
        self.create(desk, "1.2.0-rc.1")

    @pytest.mark.parametrize("text", ["v1", "1.2.3.4", "01.2", "1.2-", "one", "1..2", "1.2.3-01", "٣", "9" * 40])
    def test_what_is_no_version_is_refused(self, desk, text):
        assert self.create(desk, text, 422)["errors"][0]["pointer"] == "/body/version"

    @pytest.mark.parametrize(
        "terms",
        [
            {"updates": {"kind": "until"}}, {"updates": {"kind": "major", "days": 3}}, {"limit": -1}, {"seconds": 1},
            {"updates": {"kind": "until", "days": 1, "date": "2030-01-01T00:00:00Z"}}, {"devices": {"limit": 0}},
            {"updates": {"kind": "some"}}, {"unknown": 1},
        ],
    )  # fmt: skip
    def test_terms_that_make_no_sense_are_refused(self, desk, terms):
        path = f"/products/{desk.shop.editor}/file-policy"
        assert desk.shop.call("PUT", path, terms, status=422)["code"] == "invalid-input"

    def test_terms_are_shown_as_they_were_set(self, desk):
        path = f"/products/{desk.shop.editor}/file-policy"
        assert desk.shop.call("GET", path) == {
            "updates": {"kind": "all", "days": None, "until": None}, "limit": 0, "seconds": None, "devices": None,
        }  # fmt: skip
        terms = {
            "updates": {"kind": "until", "days": 365, "until": None}, "limit": 3, "seconds": DAY,
            "devices": {"limit": 2, "challenge": "any"},
        }  # fmt: skip
        sent = {**terms, "updates": {"kind": "until", "days": 365}}
        assert desk.policy(desk.shop.editor, **sent) == terms
        assert desk.shop.call("GET", path) == terms
