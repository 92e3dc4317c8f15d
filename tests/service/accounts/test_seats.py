"""Seats of a purchase: given, claimed by a link, taken back."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from passmanager.service.db import session_scope
from passmanager.service.news import News
from tests.service.accounts.conftest import had

SEATS, BUYERS = 100, 200
WEEK = 7 * 86_400
ACME = {"id": "acme", "seats": 2}


@pytest.fixture
def product(shop):
    return shop.product("Team plan", "5", per_seat=True)


@pytest.fixture
def purchase(open_session, buys, shop, product):
    """Two seats that u1 bought for himself."""
    buys(open_session("u1", account=ACME), product)
    return shop.call("GET", "/purchases?user_id=u1")["data"][0]["id"]


@pytest.fixture
def give(shop, purchase):
    def given(status=201, **body):
        return shop.call("POST", f"/purchases/{purchase}/seats", body, status=status)

    return given


@pytest.fixture
def totals(shop, purchase):
    def counted():
        found = shop.call("GET", f"/purchases/{purchase}/seats")
        return {name: found[name] for name in ("total", "claimed", "pending", "free")}

    return counted


def claim(session, seat, status=200):
    return session.call("POST", "/me/seats/claim", {"token": seat["token"]}, status=status)


def test_sd07_purchase_of_n_units_gives_n_seats(give, totals):
    assert totals() == {"total": 2, "claimed": 0, "pending": 0, "free": 2}
    give(user_id="u2")
    give(email="bob@example.org")
    assert totals() == {"total": 2, "claimed": 1, "pending": 1, "free": 0}
    assert give(409, user_id="u4")["code"] == "seat-unavailable"
    assert give(409, email="eve@example.org")["code"] == "seat-unavailable"


def test_sd07_user_with_a_seat_holds_the_purchase_at_once(give, open_session, product, told, purchase):
    u2, u3 = open_session("u2"), open_session("u3")
    seat = give(user_id="u2")
    assert (seat["status"], seat["token"]) == ("claimed", None)
    assert (had(u2), had(u3)) == ([product], [])
    assert give(user_id="u2")["id"] == seat["id"]
    assert told(purchase) == ["seat.assigned", "seat.claimed"]


def test_sd10_seat_counts_in_the_access_check(give, open_session, product, shop):
    open_session("u2")
    give(user_id="u2")
    asked = f"/purchases?product_id={product}&user_id=u2&active=true"
    assert len(shop.call("GET", asked)["data"]) == 1


def test_sd07_link_opens_a_seat_once(give, open_session, product, totals):
    seat = give(email="bob@example.org")
    assert seat["token"].startswith("pmc_")
    bob, eve = open_session("bob"), open_session("eve")
    assert had(bob) == []
    assert claim(bob, seat)["status"] == "claimed"
    assert had(bob) == [product]
    assert claim(eve, seat, 410)["code"] == "link-expired"
    assert had(eve) == []
    assert totals()["claimed"] == 1
    claim(eve, {"token": "pmc_" + "0" * 64}, 404)


def test_sd07_link_that_is_over_frees_its_seat(give, open_session, totals, wait, told, purchase):
    first, second = give(email="a@example.org"), give(email="b@example.org")
    wait(WEEK - 1)
    claim(open_session("b"), second)
    wait(1)
    assert totals()["free"] == 1
    claim(open_session("a"), first, 410)
    give(user_id="u9")
    assert totals()["free"] == 0
    assert "seat.revoked" in told(purchase)


def test_sd07_another_link_replaces_the_one_before(give, open_session, shop, purchase):
    seat = give(email="bob@example.org")
    again = shop.call("POST", f"/purchases/{purchase}/seats/{seat['id']}/resend", {})
    bob = open_session("bob")
    claim(bob, seat, 404)
    claim(bob, again)
    shop.call("POST", f"/purchases/{purchase}/seats/{seat['id']}/resend", {}, status=409)


def test_sd07_revoked_seat_is_free_and_its_user_has_nothing(give, open_session, shop, purchase, totals):
    u2, bob = open_session("u2"), open_session("bob")
    seat, linked = give(user_id="u2"), give(email="bob@example.org")
    for one in (seat, linked, seat):
        revoked = shop.call("POST", f"/purchases/{purchase}/seats/{one['id']}/revoke", {"reason": "left"})
        assert (revoked["status"], revoked["reason"]) == ("revoked", "left")
    assert had(u2) == []
    claim(bob, linked, 410)
    assert totals()["free"] == 2


def test_sd07_one_person_has_one_seat(give, open_session):
    u2 = open_session("u2")
    give(user_id="u2")
    claim(u2, give(email="u2@example.org"), 409)


def test_sd07_link_goes_out_by_mail_and_is_kept_nowhere(give, shop, services, product):
    seat = give(email="bob@example.org", return_url="https://shop.example/join?lang=en")
    (mail,) = [one for one in shop.call("GET", "/mails")["data"] if one["template"] == "seat_invitation"]
    assert mail["recipient"] == "bob@example.org"
    with services.engine.connect() as connection:
        rows = [connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in ("seats", "mails", "events")]
        payloads = connection.exec_driver_sql("SELECT payload FROM jobs WHERE kind = 'mail'").all()
    assert seat["token"] not in str(rows)
    assert f"https://shop.example/join?lang=en&seat_token={seat['token']}" in str(payloads)


def test_sd07_buyer_gives_seats_of_his_purchase_and_nobody_else_does(give, open_session, purchase, totals, shop):
    u1, u2 = open_session("u1"), open_session("u2")
    give(user_id="u2")
    path = f"/me/purchases/{purchase}/seats"
    made = u1.call("POST", path, {"email": "bob@example.org"}, status=201)
    assert "token" not in made
    assert u1.call("GET", path)["claimed"] == 1
    assert u1.call("POST", f"{path}/{made['id']}/resend")["status"] == "pending"
    for session, status in ((u2, 403), (open_session("u3"), 404)):
        session.call("GET", path, status=status)
        session.call("POST", path, {"email": "eve@example.org"}, status=status)
        session.call("POST", f"{path}/{made['id']}/revoke", {}, status=status)
        session.call("POST", f"{path}/{made['id']}/resend", status=status)
    assert u1.call("POST", f"{path}/{made['id']}/revoke", {})["status"] == "revoked"


def test_sd07_members_of_an_account_take_seats_of_its_purchase(open_session, buys, sells, product, shop):
    sells(account_purchases="always")
    owner = open_session("u1", account=ACME)
    buys(owner, product)
    (purchase,) = [one["id"] for one in owner.call("GET", "/me/purchases")["data"]]
    people = [open_session(name, account={"id": "acme"}) for name in ("u2", "u3", "u4")]
    taken = [one.call("POST", f"/me/purchases/{purchase}/seats/take", status=status)
             for one, status in zip(people, (201, 201, 409), strict=True)]  # fmt: skip
    assert taken[2]["code"] == "seat-unavailable"
    open_session("u5").call("POST", f"/me/purchases/{purchase}/seats/take", status=404)
    people[0].call("GET", f"/me/purchases/{purchase}/seats", status=403)
    owner.call("POST", f"/me/purchases/{purchase}/seats/{taken[0]['id']}/revoke", {})
    given = {"customer_id": people[2].call("GET", "/me")["customer_id"]}
    assert owner.call("POST", f"/me/purchases/{purchase}/seats", given, status=201)["user_id"] == "u4"
    stranger = {"customer_id": open_session("u6").call("GET", "/me")["customer_id"]}
    owner.call("POST", f"/me/purchases/{purchase}/seats", stranger, status=404)


@pytest.mark.parametrize("body", [{}, {"user_id": "u2", "email": "bob@example.org"}])
def test_seat_is_for_one_user_or_one_address(give, body):
    give(422, **body)


def test_other_products_have_no_seats(open_session, buys, shop):
    buys(open_session("u1"), shop.editor)
    (found,) = shop.call("GET", "/purchases?user_id=u1")["data"]
    shop.call("POST", f"/purchases/{found['id']}/seats", {"user_id": "u2"}, status=409)


def external(merchant, product, **more):
    return {"store_id": merchant.store_id, "external_id": "e1", "user_id": "u1", "product_id": product, **more}


def test_sd07_newest_seats_go_when_the_quantity_falls_below_them(open_session, shop, merchant, product, wait):
    made = shop.call("POST", "/purchases", external(merchant, product, quantity=4), status=201)
    people = [open_session(f"p{number}") for number in range(4)]
    for number in range(4):
        shop.call("POST", f"/purchases/{made['id']}/seats", {"user_id": f"p{number}"}, status=201)
        wait(1)
    shop.call("POST", "/purchases", external(merchant, product, quantity=2))
    assert [had(one) for one in people] == [[product], [product], [], []]
    feed = [one["type"] for one in shop.call("GET", "/events")["data"]]
    assert feed[-3:] == ["purchase.state_changed", "seat.revoked", "seat.revoked"]
    shop.call("POST", "/purchases", external(merchant, product, quantity=3))
    assert [had(one) for one in people] == [[product], [product], [], []]


@pytest.mark.parametrize(("policy", "left"), [("revoke", 0), ("keep", 1)])
def test_sd07_seats_of_a_pass_that_moves_go_by_policy(
    open_session, shop, merchant, product, sells, services, client, policy, left
):
    sells(seats_on_transfer=policy)
    account = {"id": "acme"}
    session = open_session("u1", account=account, purchases=[
        {"external_id": "e1", "product_id": product, "quantity": 3, "for_account": True}
    ])  # fmt: skip
    (made,) = session.call("GET", "/me/purchases")["data"]
    shop.call("POST", f"/purchases/{made['id']}/seats", {"user_id": "u2"}, status=201)
    moved = News(
        type="purchase.transferred", merchant_id=merchant.id, store_id=merchant.store_id, aggregate_type="purchase",
        aggregate_id=made["id"], at=services.clock.now(), data={"id": made["id"]},
    )  # fmt: skip
    with session_scope(services.sessions) as db:
        services.wire.tell(db, moved)
    assert shop.call("GET", f"/purchases/{made['id']}/seats")["claimed"] == left
    assert len(had(open_session("u2"))) == left
    assert shop.call("GET", f"/purchases/{made['id']}")["account_id"] is None
    assert had(open_session("u3", account=account)) == []


def test_sd07_two_hundred_buyers_at_once_on_a_hundred_seats(open_session, services, shop, merchant, product):
    account = {"id": "acme"}
    bought = [{"external_id": "e1", "product_id": product, "quantity": SEATS, "for_account": True}]
    first = open_session("owner", account=account, purchases=bought)
    (made,) = first.call("GET", "/me/purchases")["data"]
    people = [open_session(f"u{number}", account=account) for number in range(BUYERS)]

    def take(person):
        path = f"/v1/me/purchases/{made['id']}/seats/take"
        return person.client.post(path, headers=person.headers)

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(take, people))
    assert Counter(one.status_code for one in answers) == {201: SEATS, 409: BUYERS - SEATS}
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"seat-unavailable"}
    found = shop.call("GET", f"/purchases/{made['id']}/seats")
    assert (found["claimed"], found["free"]) == (SEATS, 0)
    assert len({one.json()["customer_id"] for one in answers if one.status_code == 201}) == SEATS


def test_sd07_one_link_and_many_hands_make_one_claim(give, open_session):
    seat = give(email="bob@example.org")
    people = [open_session(f"u{number}") for number in range(20)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda one: one.client.post("/v1/me/seats/claim", json={"token": seat["token"]}, headers=one.headers),
                people,
            )
        )
    assert Counter(one.status_code for one in answers) == {200: 1, 410: 19}


def test_sd07_seats_of_another_merchant_are_not_there(give, purchase, client, other, open_session):
    seat = give(email="bob@example.org")
    one = f"/purchases/{purchase}/seats/{seat['id']}"
    for method, path, body in (
        ("GET", f"/purchases/{purchase}/seats", None), ("POST", f"/purchases/{purchase}/seats", {"user_id": "x"}),
        ("POST", f"{one}/resend", {}), ("POST", f"{one}/revoke", {}),
    ):  # fmt: skip
        assert client.request(method, f"/v1{path}", json=body, headers=other.headers).status_code == 404, path
        assert client.request(method, f"/v1{path}", json=body).status_code == 401, path
        assert client.request(method, f"/v1/me{path}", json=body, headers=other.headers).status_code == 401, path
    foreign = client.post(
        "/v1/sessions", json={"store_id": other.store_id, "user_id": "u2"}, headers=other.headers
    ).json()["token"]
    headers = {"Authorization": f"Bearer {foreign}"}
    assert client.post("/v1/me/seats/claim", json={"token": seat["token"]}, headers=headers).status_code == 404
