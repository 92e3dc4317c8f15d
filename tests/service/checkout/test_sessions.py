"""Sessions: what a buyer changes, what he must agree to, and the order that comes of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from passmanager.service.accounts.models import Account
from passmanager.service.db import session_scope
from passmanager.service.http.auth import add_key
from passmanager.service.ids import new_id
from tests.service.checkout.conftest import ADA, CONSENTS, Browser
from tests.service.users import open_user

DAY = 86_400
WALLET = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
REDIRECTS = {
    "delivered": "https://shop.example/thanks?page=1", "declined": "https://shop.example/declined",
    "review": "https://shop.example/review", "waiting": "https://shop.example/waiting", "delay": 5,
}  # fmt: skip


@pytest.fixture
def cart(make, browser) -> Browser:
    """A cart with one editor in it, made by the merchant's server."""
    return browser.take(make())


@pytest.fixture
def user(services, shop, store):
    def user(name="u1", **more):
        return open_user(services, store["id"], name, f"{name}@example.org", **more)

    return user


@pytest.fixture
def own(client, browser, store, shop):
    """A cart of a user for whom the merchant's server opened a session."""

    def own(user, *items, status=201, **more):
        lines = [{"product_id": product} for product in items or [shop.editor]]
        body = {"store_id": store["id"], "currency": "EUR", "items": lines, **more}
        answer = client.post("/v1/me/checkout-sessions", json=body, headers=user.headers)
        assert answer.status_code == status, answer.text
        return browser.take(answer.json()) if status == 201 else answer.json()

    return own


class TestNv03:
    def test_nv03_order_is_there_before_any_payment(self, shop, told, cart):
        confirmed = cart.confirm(payment_method="bank")
        order = confirmed["order"]
        assert (order["payment_status"], order["source"], order["checkout_session_id"]) == (
            "not_paid", "checkout", cart.id,
        )  # fmt: skip
        assert [item["product_name"] for item in order["items"]] == ["Editor"]
        assert told(order["id"]) == ["order.created"]
        assert told(cart.id) == ["checkout.created", "checkout.confirmed"]
        assert confirmed["payment_url"].endswith(f"/v1/checkout-sessions/{cart.id}")
        assert shop.read(order) == order

    @pytest.mark.parametrize("missing", ["terms", "personal_data"])
    def test_nv03_there_is_no_order_without_both_consents(self, shop, cart, told, missing):
        given = {name: said for name, said in CONSENTS.items() if name != missing}
        refused = cart.confirm(status=422, consents=given, payment_method="bank")
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("consent-missing", f"/body/consents/{missing}")
        assert shop.call("GET", "/orders")["data"] == []
        assert "order.created" not in told()

    def test_nv03_consents_have_version_and_time_and_may_come_before(self, cart, wait, services):
        cart.change(consents={"terms": {"version": "1"}, "personal_data": {"version": "1"}})
        wait(60)
        agreed = cart.change(consents={"terms": {"version": "2"}})["consents"]
        order = cart.confirm(consents={}, payment_method="bank")["order"]
        assert order["consents"] == agreed
        assert (order["consents"]["terms"]["version"], order["consents"]["personal_data"]["version"]) == ("2", "1")
        assert order["consents"]["terms"]["at"] > order["consents"]["personal_data"]["at"]

    def test_nv03_consent_can_be_taken_back_before_the_order(self, cart):
        cart.change(consents=CONSENTS)
        cart.change(consents={"terms": None})
        cart.confirm(status=422, consents={}, payment_method="bank")

    def test_nv03_confirming_twice_is_one_order(self, shop, cart):
        first = cart.confirm(payment_method="bank")
        assert cart.confirm(payment_method="invoice") == first
        assert len(shop.call("GET", "/orders")["data"]) == 1

    def test_nv03_confirming_ten_times_at_once_is_one_order(self, shop, cart):
        with ThreadPoolExecutor(10) as pool:
            found = list(pool.map(lambda _: cart.confirm(payment_method="bank")["order"]["id"], range(10)))
        assert len(set(found)) == 1
        assert len(shop.call("GET", "/orders")["data"]) == 1

    def test_nv03_buyer_edits_contents_and_data(self, shop, cart):
        shop.call(
            "POST", "/discounts",
            {"store_id": shop.merchant.store_id, "name": "Spring", "code": "SPRING", "percent": "10"}, status=201,
        )  # fmt: skip
        address = {"line1": "12 Long Lane", "city": "London", "country": "GB"}
        session = cart.change(
            items=[{"product_id": shop.editor, "quantity": 2}, {"product_id": shop.book}], coupon="SPRING",
            customer={**ADA, "wallet": WALLET}, billing_address=address, shipping_address=address,
            custom_fields={"vat": "GB1"}, customer_notes="Ring twice", marketing_optin=True,
        )  # fmt: skip
        assert (session["subtotal"]["amount"], session["discount"]["amount"]) == ("69.98", "6.99")
        order = cart.confirm(payment_method="bank")["order"]
        assert order["total"] == session["total"]
        assert (order["customer_notes"], order["custom_fields"], order["marketing_optin"]) == (
            "Ring twice", {"vat": "GB1"}, True,
        )  # fmt: skip
        assert order["billing_address"] == order["shipping_address"] == address
        assert (order["customer"]["email"], order["customer"]["wallet"]) == (ADA["email"], WALLET)

    def test_nv03_looking_at_a_coupon_does_not_use_it_up(self, shop, make, browser):
        body = {"store_id": shop.merchant.store_id, "name": "One", "code": "ONE", "percent": "50", "uses": 1}
        shop.call("POST", "/discounts", body, status=201)
        carts = [Browser(browser.client).take(make(coupon="ONE")) for _ in range(2)]
        for cart in carts:
            cart.change()
        carts[0].confirm(payment_method="bank")
        refused = carts[1].confirm(status=422, payment_method="bank")
        assert refused["errors"][0]["pointer"] == "/body/coupon"
        assert carts[1].read()["status"] == "open"

    def test_nv03_empty_cart_is_no_order(self, cart):
        cart.change(items=[])
        assert cart.confirm(status=422, payment_method="bank")["errors"][0]["code"] == "empty"

    def test_nv03_nobody_pays_more_than_he_saw(self, shop, cart):
        prices = shop.call("GET", f"/products/{shop.editor}")["prices"]
        shop.call("DELETE", f"/products/{shop.editor}/prices/{prices[0]['id']}", status=204)
        shop.call("POST", f"/products/{shop.editor}/prices", {"amount": "25", "currency": "EUR"}, status=201)
        assert cart.confirm(status=409, payment_method="bank")["code"] == "price-changed"
        assert cart.change()["total"]["amount"] == "25"
        assert cart.confirm(payment_method="bank")["order"]["total"]["amount"] == "25"

    def test_nv03_archived_product_is_gone(self, shop, cart):
        shop.call("POST", f"/products/{shop.editor}/archive")
        assert cart.confirm(status=410, payment_method="bank")["code"] == "gone"
        assert cart.read()["items"][0]["name"] == "Editor"
        assert cart.change(items=[{"product_id": shop.book}])["total"]["amount"] == "30"


class TestNv04:
    def test_nv04_offline_order_has_instructions_of_the_store(self, cart):
        confirmed = cart.confirm(payment_method="bank")
        assert confirmed["instructions"] == "IBAN DE02 1203 0000 0000 2020 51"
        assert confirmed["order"]["payments"][0]["instructions"] == confirmed["instructions"]

    def test_nv04_method_can_be_changed_on_the_same_order(self, shop, cart):
        order = cart.confirm(payment_method="bank")["order"]
        changed = cart.call("POST", "/payment-method", {"payment_method": "invoice"})
        assert (changed["order"]["id"], changed["instructions"]) == (order["id"], "14 days")
        assert [(one["method"], one["status"]) for one in changed["order"]["payments"]] == [
            ("bank", "failed"), ("invoice", "pending"),
        ]  # fmt: skip
        shop.act(order, "mark-paid")
        assert cart.call("POST", "/payment-method", {"payment_method": "bank"}, status=409)["code"] == "conflict"

    def test_nv04_failed_payment_is_tried_again_by_another_method(self, shop, cart):
        order = cart.confirm(payment_method="bank")["order"]
        shop.act(order, f"payments/{order['payments'][0]['id']}/fail", {"reason": "declined"})
        changed = cart.call("POST", "/payment-method", {"payment_method": "invoice"})
        assert changed["order"]["payment_status"] == "not_paid"
        assert changed["payment_url"] is not None

    @pytest.mark.parametrize("method", ["cash", "chain", None])
    def test_nv04_way_to_pay_that_the_store_does_not_have_is_refused(self, cart, method):
        refused = cart.confirm(status=422, **({"payment_method": method} if method else {}))
        assert refused["errors"][0]["pointer"] == "/body/payment_method"
        assert "bank, invoice" in refused["detail"]

    def test_nv04_session_says_how_it_can_be_paid(self, cart):
        assert [one["name"] for one in cart.read()["payment_methods"]] == ["bank", "invoice"]

    def test_method_is_changed_of_an_order_only(self, cart):
        cart.call("POST", "/payment-method", {"payment_method": "bank"}, status=409)


class TestPp08:
    def test_pp08_custom_fields_of_the_address_come_back_with_the_order(self, link, browser, services):
        heard = []
        services.wire.subscribe("order.*", lambda _session, news: heard.append(news))
        session = browser.open(link(custom_fields={"x-page": "home"}), "?x-testuser=123&other=1")
        assert session["custom_fields"] == {"x-page": "home", "x-testuser": "123"}
        order = browser.confirm(payment_method="bank")["order"]
        assert order["custom_fields"] == {"x-page": "home", "x-testuser": "123"}
        assert [news.data["custom_fields"] for news in heard if news.type == "order.created"] == [
            order["custom_fields"]
        ]

    def test_pp08_page_in_front_does_not_lose_them(self, link, browser):
        browser.open(link(), "?x-testuser=123")
        assert browser.change(custom_fields={"vat": "GB1"})["custom_fields"] == {"x-testuser": "123", "vat": "GB1"}

    @pytest.mark.parametrize("query", ["?x-a=%00", f"?x-a={'a' * 1001}", f"?x-{'a' * 70}=1"])
    def test_pp08_field_that_cannot_be_kept_is_refused(self, link, browser, query):
        browser.open(link(), query, status=422)

    def test_pp08_too_many_fields_are_refused(self, link, browser):
        browser.open(link(), "?" + "&".join(f"x-{i}=1" for i in range(51)), status=422)


class TestPp10:
    @pytest.fixture
    def ordered(self, link, browser):
        browser.open(link(redirects=REDIRECTS), "?utm_source=mail&x-a=1&ref=friend")
        return browser.confirm(payment_method="bank")["order"]

    def where(self, browser, order, outcome, path):
        session = browser.read()
        query = f"utm_source=mail&ref=friend&x-a=1&order_id={order['id']}&outcome={outcome}"
        assert (session["outcome"], session["redirect_delay"]) == (outcome, 5)
        assert session["redirect_url"] == f"https://shop.example/{path}{'&' if '?' in path else '?'}{query}"

    def test_pp10_waiting_for_the_money(self, browser, ordered):
        self.where(browser, ordered, "waiting", "waiting")

    def test_pp10_paid_and_delivered(self, shop, browser, ordered):
        shop.act(ordered, "mark-paid")
        self.where(browser, ordered, "delivered", "thanks?page=1")

    def test_pp10_declined_and_then_paid_after_all(self, shop, browser, ordered):
        shop.act(ordered, f"payments/{ordered['payments'][0]['id']}/fail", {"reason": "declined"})
        self.where(browser, ordered, "declined", "declined")
        shop.act(ordered, "mark-paid")
        self.where(browser, ordered, "delivered", "thanks?page=1")

    def test_pp10_given_up(self, shop, browser, ordered):
        shop.act(ordered, "cancel", {})
        self.where(browser, ordered, "declined", "declined")

    def test_pp10_a_person_looks_at_it(self, shop, browser, ordered):
        shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"hold_above": "1"})
        shop.act(ordered, "mark-paid")
        self.where(browser, ordered, "review", "review")

    def test_pp10_nothing_is_sent_anywhere_before_the_order(self, link, browser):
        session = browser.open(link(redirects=REDIRECTS))
        assert (session["outcome"], session["redirect_url"]) == (None, None)

    def test_pp10_buyer_cannot_choose_where_he_is_sent(self, cart):
        cart.change(status=422, redirects={"waiting": "https://evil.example"})


class TestSd15:
    @pytest.fixture
    def song(self, shop):
        def song(minimum):
            made = shop.call("POST", "/products", {"store_id": shop.merchant.store_id, "name": "Song"}, status=201)
            price = {"amount": "10", "minimum": minimum, "currency": "EUR"}
            shop.call("POST", f"/products/{made['id']}/prices", price, status=201)
            return made["id"]

        return song

    def test_sd15_buyer_chooses_what_he_pays(self, cart, song):
        session = cart.change(items=[{"product_id": song("2"), "amount": "12.34"}])
        assert session["total"]["amount"] == "12.34"
        assert cart.confirm(payment_method="bank")["order"]["total"]["amount"] == "12.34"

    def test_sd15_less_than_the_minimum_is_refused(self, cart, song):
        refused = cart.change(items=[{"product_id": song("2"), "amount": "1.99"}], status=422)
        assert refused["errors"][0]["code"] == "minimum"

    def test_sd15_nothing_is_a_free_order_that_is_paid_at_once(self, cart, song, told):
        cart.change(items=[{"product_id": song("0"), "amount": "0"}])
        confirmed = cart.confirm()
        order = confirmed["order"]
        assert (order["payment_status"], order["payments"], confirmed["payment_url"]) == ("paid", [], None)
        assert told(order["id"]) == ["order.created", "order.paid"]

    def test_sd15_fixed_price_is_not_the_buyers_to_choose(self, client, shop, link, browser):
        browser.open(link())
        refused = browser.change(items=[{"product_id": shop.editor, "amount": "0.01"}], status=422)
        assert refused["errors"][0]["code"] == "fixed"
        assert browser.read()["total"]["amount"] == "19.99"


class TestSeats:
    @pytest.fixture
    def seat(self, shop):
        return shop.product("Team", "5", per_seat=True)

    def test_sd07_seats_of_the_session_are_the_quantity(self, user, own, seat, account):
        cart = own(user(account_id=account(), seats=5), seat)
        assert cart.read()["items"][0]["quantity"] == 5
        assert cart.confirm(payment_method="bank")["order"]["total"]["amount"] == "25"

    def test_sd07_buyer_cannot_take_fewer_seats(self, user, own, seat, account):
        cart = own(user(account_id=account(), seats=5), seat)
        assert cart.change(items=[{"product_id": seat, "quantity": 1}])["total"]["amount"] == "25"

    def test_sd07_session_without_seats_is_refused(self, user, own, seat):
        assert own(user(), seat, status=422)["errors"][0]["code"] == "seats"

    def test_sd07_merchants_server_names_the_users_session(self, user, make, seat, account):
        opened = user(account_id=account(), seats=3)
        made = make((seat, 1), user_session_id=opened.session_id, customer={})
        assert (made["seats"], made["total"]["amount"]) == (3, "15")

    @pytest.fixture
    def account(self, services, store):
        def account():
            with session_scope(services.sessions) as session:
                now = services.clock.now()
                made = Account(
                    id=new_id("acc"), store_id=store["id"], external_id="team", seats=5, created_at=now, updated_at=now
                )
                session.add(made)
            return made.id

        return account


class TestBuyers:
    def test_order_is_the_users_own_when_his_session_opened_the_cart(self, user, own, client):
        ann = user("ann")
        order = own(ann).confirm(payment_method="bank")["order"]
        assert (order["customer"]["id"], order["customer"]["email"]) == (ann.customer_id, "ann@example.org")

    def test_guest_does_not_learn_who_has_his_address(self, shop, link, browser):
        shop.order(customer={**ADA, "external_id": "u1", "wallet": WALLET})
        browser.open(link())
        browser.change(customer={"email": ADA["email"], "wallet": WALLET})
        customer = browser.confirm(payment_method="bank")["order"]["customer"]
        assert (customer["first_name"], customer["last_name"]) == ("", "")

    def test_guest_does_not_get_a_wallet_by_naming_it(self, shop, link, browser):
        browser.open(link())
        browser.change(customer={"email": "eve@example.org", "wallet": WALLET})
        eve = browser.confirm(payment_method="bank")["order"]["customer"]["id"]
        assert shop.call("GET", f"/customers/{eve}")["wallets"] == []

    def test_guest_cannot_say_that_he_is_a_user_of_the_merchant(self, link, browser):
        browser.open(link())
        browser.change(customer={"external_id": "u1"}, status=422)

    def test_merchants_server_says_which_user_buys(self, shop, make, browser):
        order = browser.take(make(external_customer_id="u7")).confirm(payment_method="bank")["order"]
        assert shop.call("GET", f"/customers/{order['customer']['id']}")["external_id"] == "u7"

    def test_requirement_that_the_user_lacks_stops_the_order(self, shop, user, own):
        asked = shop.product("Plugin", "3", requirements=["host-app"])
        assert own(user(), asked).confirm(status=403, payment_method="bank")["code"] == "requirement-unmet"
        assert shop.call("GET", "/orders")["data"] == []

    def test_cart_of_a_user_is_of_his_shop(self, services, user, client, stranger):
        body = {"store_id": stranger.store_id}
        assert client.post("/v1/me/checkout-sessions", json=body, headers=user().headers).status_code == 404
        assert client.post("/v1/me/checkout-sessions", json=body).status_code == 401
        assert client.post("/v1/me/checkout-sessions", json=body, headers=stranger.headers).status_code == 401


class TestEnd:
    def test_abandoned_cart_never_becomes_an_order(self, shop, told, cart, wait):
        wait(DAY)
        assert cart.read()["status"] == "expired"
        assert told(cart.id) == ["checkout.created", "checkout.expired"]
        assert cart.confirm(status=410, payment_method="bank")["code"] == "session-expired"
        assert cart.change(status=410, customer_notes="hm")["code"] == "session-expired"
        wait(100 * DAY)
        assert shop.call("GET", "/orders")["data"] == []

    def test_link_begins_anew_when_the_cart_is_over(self, link, browser, wait):
        one = link(lasts=600)
        first = browser.open(one)
        wait(600)
        second = browser.open(one)
        assert (second["id"] != first["id"], second["items"][0]["quantity"]) == (True, 1)

    def test_confirmed_cart_does_not_expire(self, cart, wait, told):
        cart.confirm(payment_method="bank")
        wait(2 * DAY)
        assert cart.read()["status"] == "confirmed"
        assert "checkout.expired" not in told()
        cart.change(status=409, customer_notes="too late")


class TestWho:
    ROUTES = (
        ("GET", "", None), ("PATCH", "", {}), ("POST", "/confirm", {}), ("GET", "/events?wait=0", None),
        ("POST", "/payment-method", {"payment_method": "bank"}), ("POST", "/intent", {"payer": WALLET}),
    )  # fmt: skip

    def test_only_the_sessions_own_token_opens_it(self, make, client, stranger, cart):
        other = make()
        for method, path, body in self.ROUTES:
            for headers, status in (
                ({}, 401), ({"Authorization": "Bearer pmc_" + "0" * 64}, 401),
                ({"Authorization": "Bearer pms_" + "0" * 64}, 403),
                ({"Authorization": f"Bearer {other['token']}"}, 404), (stranger.headers, 404),
            ):  # fmt: skip
                answer = client.request(method, f"/v1/checkout-sessions/{cart.id}{path}", json=body, headers=headers)
                assert answer.status_code == status, (method, path, headers, answer.text)

    def test_merchant_sees_all_carts_and_another_one_none(self, shop, make, client, stranger):
        made = [make()["id"] for _ in range(3)]
        first = shop.call("GET", "/checkout-sessions?limit=2")
        second = shop.call("GET", f"/checkout-sessions?limit=2&cursor={first['next_cursor']}")
        assert [one["id"] for one in first["data"] + second["data"]] == made[::-1]
        assert client.get("/v1/checkout-sessions", headers=stranger.headers).json()["data"] == []
        assert client.get("/v1/checkout-sessions").status_code == 401

    def test_another_merchants_store_or_product_is_not_found(self, shop, client, stranger):
        for body in (
            {"store_id": shop.merchant.store_id},
            {"store_id": stranger.store_id, "items": [{"product_id": shop.editor}]},
        ):
            answer = client.post("/v1/checkout-sessions", json=body, headers=stranger.headers)
            assert answer.status_code in {404, 422}, answer.text

    def test_token_is_told_once(self, shop, cart):
        assert "token" not in cart.read()
        assert "token" not in shop.call("GET", f"/checkout-sessions/{cart.id}")

    def test_key_without_the_scope_is_refused(self, services, client, shop, cart):
        with session_scope(services.sessions) as session:
            _, key = add_key(
                session, merchant_id=shop.merchant.id, name="reader", mode="test", now=1, scopes=["checkout:read"]
            )
        headers = {"Authorization": f"Bearer {key}"}
        assert client.get(f"/v1/checkout-sessions/{cart.id}", headers=headers).status_code == 200
        assert client.patch(f"/v1/checkout-sessions/{cart.id}", json={}, headers=headers).status_code == 403

    def test_merchants_server_may_confirm_and_promise_prices(self, shop, make):
        made = make()
        changed = shop.call(
            "PATCH", f"/checkout-sessions/{made['id']}", {"items": [{"product_id": shop.editor, "amount": "7"}]}
        )
        assert changed["total"]["amount"] == "7"
        body = {"consents": CONSENTS, "payment_method": "bank"}
        confirmed = shop.call("POST", f"/checkout-sessions/{made['id']}/confirm", body, status=201)
        assert confirmed["order"]["total"]["amount"] == "7"

    def test_same_idempotency_key_makes_one_cart(self, shop, make, store):
        body = {"store_id": store["id"], "items": [{"product_id": shop.editor}]}
        first = shop.call("POST", "/checkout-sessions", body, status=201, key="once")
        assert shop.call("POST", "/checkout-sessions", body, status=201, key="once") == first
