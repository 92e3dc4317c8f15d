"""Members of accounts and their roles: SD-6."""

import pytest

from tests.service.accounts.conftest import had
from tests.service.buyers.conftest import ANN, Visitor

ACME = {"id": "acme"}
WEEK = 7 * 86_400


@pytest.fixture
def account(open_session, buys, sells, shop):
    """Of u1, who is its owner and bought the editor for it."""
    sells(account_purchases="always")
    owner = open_session("u1", account=ACME)
    buys(owner, shop.editor)
    return owner.call("GET", "/me")["account"]["account_id"]


def member_ids(session, account):
    return {one["user_id"]: one["id"] for one in session.call("GET", f"/me/accounts/{account}/members")["data"]}


def token_of(shop, account, **more):
    body = {"email": "bob@example.org", **more}
    return shop.call("POST", f"/accounts/{account}/invitations", body, status=201)


def test_sd06_first_member_is_the_owner_and_later_ones_are_members(open_session, account):
    u2 = open_session("u2", account=ACME)
    assert u2.call("GET", "/me")["account"]["role"] == "member"
    assert open_session("u1", account=ACME).call("GET", "/me")["account"]["role"] == "owner"
    assert set(member_ids(u2, account)) == {"u1", "u2"}


def test_sd06_who_is_removed_by_the_merchant_sees_nothing_at_the_next_request(open_session, account, shop, told):
    u2 = open_session("u2", account=ACME)
    assert had(u2) == [shop.editor]
    member = member_ids(u2, account)["u2"]
    shop.call("DELETE", f"/accounts/{account}/members/{member}", status=204)
    assert had(u2) == []
    assert u2.call("GET", "/me")["account"]["role"] is None
    u2.call("GET", f"/me/accounts/{account}/members", status=404)
    assert told(account) == ["account.member_left"]


def test_sd06_buyer_who_left_sees_nothing_of_what_he_bought_for_the_account(open_session, account, shop):
    owner, second = open_session("u1", account=ACME), open_session("u2", account=ACME)
    ids = member_ids(owner, account)
    owner.call("PATCH", f"/me/accounts/{account}/members/{ids['u2']}", {"role": "owner"})
    owner.call("DELETE", f"/me/accounts/{account}/members/{ids['u1']}", status=204)
    assert (had(owner), had(second)) == ([], [shop.editor])
    assert [one["account_id"] for one in shop.call("GET", "/purchases?user_id=u2")["data"]] == [account]
    assert shop.call("GET", "/purchases?user_id=u1")["data"] == []


def test_sd06_order_in_a_session_of_an_account_that_the_user_left_is_his_own(open_session, account, buys, shop):
    u2 = open_session("u2", account=ACME)
    u2.call("DELETE", f"/me/accounts/{account}/members/{member_ids(u2, account)['u2']}", status=204)
    buys(u2, shop.book)
    assert had(u2) == [shop.book]
    assert had(open_session("u1", account=ACME)) == [shop.editor]


def test_sd06_member_that_the_merchant_adds_sees_all_in_any_session(open_session, account, shop, told):
    u2 = open_session("u2")
    added = shop.call("POST", f"/accounts/{account}/members", {"user_id": "u2", "role": "admin"}, status=201)
    assert (added["role"], added["joined_by"]) == ("admin", "merchant")
    assert had(u2) == [shop.editor]
    again = shop.call("POST", f"/accounts/{account}/members", {"user_id": "u2"}, status=201)
    assert (again["id"], again["role"]) == (added["id"], "admin")
    assert told(account) == ["account.member_joined"]
    assert [one["role"] for one in u2.call("GET", "/me/accounts")["data"]] == ["admin"]


@pytest.mark.parametrize(
    ("who", "whom", "role", "status"),
    [
        ("owner", "admin", "member", 200), ("owner", "member", "owner", 200), ("admin", "member", "member", 200),
        ("admin", "member", "admin", 403), ("admin", "owner", "member", 403), ("admin", "admin", "owner", 403),
        ("member", "admin", "member", 403), ("member", "member", "owner", 403), ("owner", "owner", "member", 409),
    ],
)  # fmt: skip
def test_sd06_roles_decide_who_changes_roles(open_session, account, shop, who, whom, role, status):
    for name in ("admin", "member"):
        shop.call("POST", f"/accounts/{account}/members", {"user_id": name, "role": name}, status=201)
    people = {"owner": "u1", "admin": "admin", "member": "member"}
    caller = open_session(people[who], account=ACME)
    target = member_ids(caller, account)[people[whom]]
    caller.call("PATCH", f"/me/accounts/{account}/members/{target}", {"role": role}, status=status)


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("admin", "member", 204), ("admin", "owner", 403), ("member", "admin", 403), ("member", "member", 204),
        ("owner", "owner", 409), ("owner", "admin", 204), ("admin", "admin", 204),
    ],
)  # fmt: skip
def test_sd06_roles_decide_who_removes_whom(open_session, account, shop, who, whom, status):
    for name in ("admin", "member"):
        shop.call("POST", f"/accounts/{account}/members", {"user_id": name, "role": name}, status=201)
    people = {"owner": "u1", "admin": "admin", "member": "member"}
    caller = open_session(people[who], account=ACME)
    target = member_ids(caller, account)[people[whom]]
    caller.call("DELETE", f"/me/accounts/{account}/members/{target}", status=status)


def test_sd06_invitation_brings_a_user_in_once(open_session, account, shop, told):
    made = token_of(shop, account, role="admin")
    u2, u3 = open_session("u2"), open_session("u3")
    joined = u2.call("POST", "/me/invitations/accept", {"token": made["token"]})
    assert (joined["role"], joined["joined_by"]) == ("admin", "invitation")
    assert had(u2) == [shop.editor]
    assert u3.call("POST", "/me/invitations/accept", {"token": made["token"]}, status=410)["code"] == "link-expired"
    assert had(u3) == []
    (shown,) = shop.call("GET", f"/accounts/{account}/invitations")["data"]
    assert shown["status"] == "accepted"
    assert "token" not in shown


def test_sd06_invitation_brings_a_wallet_in(account, shop, client):
    visitor = Visitor(client)
    token = visitor.sign_in(ANN)["token"]
    body = {"token": token_of(shop, account)["token"]}
    answer = client.post("/v1/me/invitations/accept", json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    assert [one["product_id"] for one in visitor.purchases(token)] == [shop.editor]


def test_sd06_invitation_is_over_after_its_days_when_revoked_and_when_another_is_sent(
    open_session, account, shop, wait
):
    first = token_of(shop, account)
    second = token_of(shop, account)
    third = token_of(shop, account, email="eve@example.org")
    shop.call("DELETE", f"/accounts/{account}/invitations/{third['id']}", status=204)
    u2 = open_session("u2")
    for made in (first, third):
        u2.call("POST", "/me/invitations/accept", {"token": made["token"]}, status=410)
    wait(WEEK)
    u2 = open_session("u2")
    u2.call("POST", "/me/invitations/accept", {"token": second["token"]}, status=410)
    u2.call("POST", "/me/invitations/accept", {"token": "pmi_" + "0" * 64}, status=404)


def test_sd06_owner_invites_by_mail_and_never_sees_the_token(open_session, account, box, do_work, smtp_url, shop):
    owner = open_session("u1", account=ACME)
    made = owner.call("POST", f"/me/accounts/{account}/invitations", {"email": "bob@example.org"}, status=201)
    assert "token" not in made
    u2 = open_session("u2", account=ACME)
    u2.call("POST", f"/me/accounts/{account}/invitations", {"email": "eve@example.org"}, status=403)
    u2.call("GET", f"/me/accounts/{account}/invitations", status=403)
    assert [one["id"] for one in owner.call("GET", f"/me/accounts/{account}/invitations")["data"]] == [made["id"]]
    owner.call("DELETE", f"/me/accounts/{account}/invitations/{made['id']}", status=204)
    assert shop.call("GET", f"/accounts/{account}/invitations")["data"][0]["status"] == "revoked"


def test_accounts_of_a_merchant_are_listed_in_pages(open_session, account, shop, merchant):
    for name in ("globex", "initech"):
        open_session("u9", account={"id": name, "seats": 3})
    first = shop.call("GET", f"/accounts?store_id={merchant.store_id}&limit=2")
    second = shop.call("GET", f"/accounts?limit=2&cursor={first['next_cursor']}")
    assert [one["id"] for one in first["data"] + second["data"]] == ["initech", "globex", "acme"]
    (one,) = shop.call("GET", "/accounts?account=acme")["data"]
    assert one == shop.call("GET", f"/accounts/{account}")
    assert (one["members"], one["seats"]) == (1, None)


def test_sd06_accounts_of_others_are_not_there(open_session, account, client, other, shop):
    member = shop.call("GET", f"/accounts/{account}/members")["data"][0]["id"]
    invitation = token_of(shop, account)
    body = {"email": "bob@example.org"}
    calls = [
        ("GET", f"/accounts/{account}", None), ("GET", f"/accounts/{account}/members", None),
        ("POST", f"/accounts/{account}/members", {"user_id": "x"}),
        ("PATCH", f"/accounts/{account}/members/{member}", {"role": "member"}),
        ("DELETE", f"/accounts/{account}/members/{member}", None), ("POST", f"/accounts/{account}/invitations", body),
        ("GET", f"/accounts/{account}/invitations", None),
        ("DELETE", f"/accounts/{account}/invitations/{invitation['id']}", None),
    ]  # fmt: skip
    stranger = open_session("stranger")
    for method, path, sent in calls:
        assert client.request(method, f"/v1{path}", json=sent, headers=other.headers).status_code == 404, path
        assert client.request(method, f"/v1{path}", json=sent).status_code == 401, path
        assert client.request(method, f"/v1{path}", json=sent, headers=stranger.headers).status_code == 403, path
        if path != f"/accounts/{account}" and "user_id" not in (sent or {}):
            stranger.call(method, f"/me{path}", sent, status=404)
            assert client.request(method, f"/v1/me{path}", json=sent, headers=other.headers).status_code == 401, path
    assert client.get("/v1/accounts", headers=other.headers).json()["data"] == []
    assert stranger.call("GET", "/me/accounts")["data"] == []


def test_sd06_invitation_of_another_store_is_not_known(open_session, account, client, other, shop):
    token = token_of(shop, account)["token"]
    body = {"store_id": other.store_id, "user_id": "u2"}
    foreign = client.post("/v1/sessions", json=body, headers=other.headers).json()["token"]
    headers = {"Authorization": f"Bearer {foreign}"}
    assert client.post("/v1/me/invitations/accept", json={"token": token}, headers=headers).status_code == 404
