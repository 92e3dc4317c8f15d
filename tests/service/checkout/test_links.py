"""Links: carts that add up in one browser, signed prices, ends."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.service.checkout.conftest import JSON

HOUR = 3_600


def cart(session):
    return [(item["name"], item["quantity"]) for item in session["items"]]


def soon(services, seconds):
    return (datetime.fromtimestamp(services.clock.now() / 1000, UTC) + timedelta(seconds=seconds)).isoformat()


class TestNv01:
    def test_nv01_two_links_in_one_browser_add_up(self, shop, link, browser):
        browser.open(link())
        session = browser.open(link((shop.book, 2)))
        assert cart(session) == [("Editor", 1), ("Book", 2)]
        assert session["total"] == {"amount": "79.99", "currency": "EUR", "decimals": 2}

    def test_nv01_the_same_link_again_is_more_of_the_same(self, link, browser):
        one = link()
        first = browser.open(one)
        second = browser.open(one)
        assert (cart(second), second["id"], second["token"]) == ([("Editor", 2)], first["id"], first["token"])

    @pytest.mark.parametrize("yes", ["Y", "1", "true"])
    def test_nv01_clear_empties_the_cart_first(self, shop, link, browser, yes):
        browser.open(link())
        session = browser.open(link((shop.book, 2)), f"?clear={yes}")
        assert cart(session) == [("Book", 2)]

    def test_nv01_parameters_add_products_quantities_and_a_promotion_code(self, shop, link, browser):
        body = {"store_id": shop.merchant.store_id, "name": "Spring", "code": "SPRING", "percent": "10"}
        shop.call("POST", "/discounts", body, status=201)
        session = browser.open(link(), f"?product_id={shop.book}&qty=3&discount_code=spring&locale=de")
        assert cart(session) == [("Editor", 1), ("Book", 3)]
        assert (session["discount"]["amount"], session["coupon"], session["locale"]) == ("10.99", "spring", "de")

    def test_nv01_quantity_is_of_the_links_own_product_if_no_other_is_named(self, link, browser):
        assert cart(browser.open(link(), "?qty=5")) == [("Editor", 5)]

    def test_nv01_unknown_parameters_are_ignored(self, link, browser):
        assert cart(browser.open(link(), "?nonsense=1&gclid=x&items=")) == [("Editor", 1)]

    @pytest.mark.parametrize("query", ["?currency=XAU", "?currency=%00", "?currency=a+b"])
    def test_nv01_bad_currency_is_an_error_that_can_be_seen(self, link, browser, query):
        refused = browser.open(link(), query, status=422)
        assert refused["errors"][0]["pointer"] == "/query/currency"

    def test_nv01_other_currency_prices_the_whole_cart_again(self, shop, link, browser):
        shop.call(
            "POST", "/currencies", {"store_id": shop.merchant.store_id, "symbol": "USD", "decimals": 2}, status=201
        )
        for product, amount in ((shop.editor, "22"), (shop.book, "33")):
            shop.call("POST", f"/products/{product}/prices", {"amount": amount, "currency": "USD"}, status=201)
        browser.open(link())
        session = browser.open(link((shop.book, 1)), "?currency=USD")
        assert (session["currency"], session["total"]["amount"]) == ("USD", "55")

    def test_nv01_product_without_a_price_in_the_currency_is_an_error(self, shop, link, browser):
        shop.call(
            "POST", "/currencies", {"store_id": shop.merchant.store_id, "symbol": "USD", "decimals": 2}, status=201
        )
        browser.open(link(), "?currency=USD", status=422)

    def test_nv01_a_refused_link_leaves_the_cart_as_it_was(self, link, browser):
        browser.open(link())
        browser.open(link(), "?qty=3&currency=XAU", status=422)
        assert cart(browser.read()) == [("Editor", 1)]

    def test_nv01_another_browser_has_another_cart(self, link, browser, client):
        one = link()
        first = browser.open(one)
        client.cookies.clear()
        second = browser.open(one)
        assert first["id"] != second["id"]
        assert cart(second) == [("Editor", 1)]

    def test_nv01_guessed_cookie_is_no_cart(self, link, browser, client):
        first = browser.open(link())
        (name,) = client.cookies.keys()
        client.cookies.clear()
        client.cookies.set(name, first["token"][:-1] + ("0" if first["token"][-1] != "0" else "1"))
        assert browser.open(link())["id"] != first["id"]

    def test_nv01_cart_of_another_shop_is_another_one(self, shop, link, browser):
        first = browser.open(link())
        other = shop.call("POST", "/stores", {"name": "Other"}, status=201)
        shop.call("POST", "/currencies", {"store_id": other["id"], "symbol": "EUR", "decimals": 2}, status=201)
        product = shop.call("POST", "/products", {"store_id": other["id"], "name": "Tea"}, status=201)["id"]
        shop.call("POST", f"/products/{product}/prices", {"amount": "3", "currency": "EUR"}, status=201)
        tea = shop.call(
            "POST", "/checkout-links", {"store_id": other["id"], "name": "Tea", "items": [{"product_id": product}]},
            status=201,
        )  # fmt: skip
        assert cart(browser.open(tea)) == [("Tea", 1)]
        again = browser.open(link())
        assert (again["id"], cart(again)) == (first["id"], [("Editor", 2)])

    def test_product_of_another_shop_cannot_be_added(self, shop, link, browser):
        other = shop.call("POST", "/stores", {"name": "Other"}, status=201)
        product = shop.call("POST", "/products", {"store_id": other["id"], "name": "Tea"}, status=201)["id"]
        browser.open(link(), f"?product_id={product}", status=404)


class TestNv02:
    def test_nv02_signed_price_is_the_orders_price(self, shop, link, signed, browser):
        address = signed(link(), amount=["9.99"], qty=[2], currency="EUR")
        browser.open(address)
        assert browser.read()["total"]["amount"] == "19.98"
        order = browser.confirm(payment_method="bank")["order"]
        assert (order["total"]["amount"], order["items"][0]["price"]["amount"]) == ("19.98", "9.99")

    @pytest.mark.parametrize(
        ("old", "new"),
        [("amount=9.99", "amount=0.01"), ("qty=2", "qty=1"), ("currency=EUR", "currency=USD"), ("sig=", "sig=0"),
         ("x-campaign=May", "x-campaign=June"), ("exp=", "exp=9")],
    )  # fmt: skip
    def test_nv02_changed_address_is_refused(self, services, link, signed, browser, old, new):
        address = signed(
            link(), amount=["9.99"], qty=[2], currency="EUR", custom_fields={"x-campaign": "May"},
            expires_at=soon(services, HOUR),
        )  # fmt: skip
        address["url"] = address["url"].replace(old, new)
        expected = 422 if old == "sig=" else 403
        refused = browser.open(address, status=expected)
        assert refused["code"] == ("invalid-input" if expected == 422 else "signature-invalid")

    @pytest.mark.parametrize("query", ["?amount=1", "?exp=99999999999", f"?amount=1&sig={'0' * 64}"])
    def test_nv02_price_that_nobody_signed_is_refused(self, link, browser, query):
        assert browser.open(link(), query, status=403)["code"] == "signature-invalid"

    def test_nv02_signature_is_of_one_link_only(self, link, signed, browser):
        address, other = signed(link(), amount=["1"]), link()
        browser.open(other, "?" + address["url"].partition("?")[2], status=403)

    def test_nv02_more_products_added_to_a_signed_address_are_refused(self, shop, link, signed, browser):
        browser.open(signed(link(), amount=["1"]), f"&product_id={shop.book}", status=403)

    def test_nv02_tags_of_mailing_programs_may_be_added(self, link, signed, browser):
        session = browser.open(signed(link(), amount=["1"]), "&utm_source=mail&fbclid=1")
        assert (session["total"]["amount"], session["query"]) == ("1", {"utm_source": "mail"})

    def test_nv02_replay_after_the_order_is_a_new_order(self, shop, link, signed, browser):
        address = signed(link(), amount=["9.99"], currency="EUR")
        browser.open(address)
        first = browser.confirm(payment_method="bank")["order"]
        browser.open(address)
        second = browser.confirm(payment_method="bank")["order"]
        assert first["id"] != second["id"]
        assert [len(shop.read(order)["payments"]) for order in (first, second)] == [1, 1]

    def test_nv02_promise_stays_when_the_buyer_changes_the_quantity(self, shop, link, signed, browser):
        browser.open(signed(link(), amount=["9.99"], currency="EUR"))
        session = browser.change(items=[{"product_id": shop.editor, "quantity": 3}])
        assert session["total"]["amount"] == "29.97"

    def test_nv02_data_of_the_address_is_written_over_what_the_buyer_entered(self, link, signed, browser):
        browser.open(link())
        browser.change(customer={"email": "old@example.org", "first_name": "Ada"})
        session = browser.open(link(), "?email=new%40example.org")
        assert (session["customer"]["email"], session["customer"]["first_name"]) == ("new@example.org", "Ada")


class TestPp09:
    def test_pp09_link_that_is_over_is_gone(self, services, link, browser, wait):
        one = link(expires_at=soon(services, HOUR))
        browser.open(one)
        wait(HOUR)
        assert browser.open(one, status=410)["code"] == "link-expired"

    def test_pp09_signature_that_is_over_is_gone(self, services, link, signed, browser, wait):
        address = signed(link(), amount=["1"], expires_at=soon(services, HOUR))
        browser.open(address)
        wait(HOUR)
        assert browser.open(address, status=410)["code"] == "link-expired"

    def test_pp09_new_end_gives_a_link_another_life(self, services, shop, link, browser, wait):
        one = link(expires_at=soon(services, HOUR))
        wait(HOUR)
        shop.call("PATCH", f"/checkout-links/{one['id']}", {"expires_at": None})
        browser.open(one)

    def test_pp09_language_country_person_and_method_are_filled_in(self, link, browser):
        query = "?locale=pt-BR&country=BR&email=a%40b.co&first_name=Ana&last_name=Lima&payment_method=invoice"
        session = browser.open(link(), query)
        assert (session["locale"], session["billing_address"]["country"]) == ("pt-BR", "BR")
        assert session["customer"] == {
            "email": "a@b.co", "first_name": "Ana", "last_name": "Lima", "wallet": None,
        }  # fmt: skip
        assert browser.confirm()["payment_method"] == "invoice"

    def test_pp09_test_link_makes_test_orders(self, link, browser):
        browser.open(link(test=True))
        assert browser.confirm(payment_method="bank")["order"]["test"] is True


def test_sd14_archived_product_cannot_be_bought_by_a_link_any_more(shop, link, browser):
    one = link()
    shop.call("POST", f"/products/{shop.editor}/archive")
    assert browser.open(one, status=410)["code"] == "gone"


def test_archived_link_is_gone(shop, link, browser):
    one = link()
    assert shop.call("POST", f"/checkout-links/{one['id']}/archive")["archived"] is True
    assert browser.open(one, status=410)["code"] == "gone"
    assert shop.call("GET", "/checkout-links")["data"] == []
    assert [found["id"] for found in shop.call("GET", "/checkout-links?archived=true")["data"]] == [one["id"]]


def test_unknown_link_is_not_found(browser):
    assert browser.open({"url": "127.0.0.1:8080/c/nowhere"}, status=404)["code"] == "not-found"


def test_slug_is_the_merchants_choice_once(link):
    assert link(slug="spring")["url"].endswith("/c/spring")
    assert link(slug="spring", status=409)["code"] == "conflict"


def test_lists_have_pages(shop, link):
    made = [link()["id"] for _ in range(3)]
    first = shop.call("GET", "/checkout-links?limit=2")
    second = shop.call("GET", f"/checkout-links?limit=2&cursor={first['next_cursor']}")
    assert [one["id"] for one in first["data"] + second["data"]] == made[::-1]


def test_link_is_refused_when_its_product_has_no_price_in_its_currency(shop, link):
    product = shop.call("POST", "/products", {"store_id": shop.merchant.store_id, "name": "Free"}, status=201)["id"]
    link((product, 1), status=422)


def test_people_go_to_the_page_in_front_and_programs_get_json(client, link, services):
    object.__setattr__(services.settings, "checkout_url", "https://pay.example.org/checkout?theme=dark")
    path = link()["url"].partition("8080")[2]
    page = client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)
    session = client.get(path, headers=JSON).json()
    where = page.headers["location"]
    assert page.status_code == 303
    assert where == (f"https://pay.example.org/checkout?theme=dark&session_id={session['id']}#token={session['token']}")
    cookie = page.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/c/", session["token"]))


def test_no_merchant_sees_or_changes_links_of_another(shop, link, stranger, client):
    one = link()
    for method, path, body in (
        ("GET", "", None), ("PATCH", "", {"name": "Mine"}), ("POST", "/archive", None),
        ("POST", "/sign", {"amount": ["1"]}),
    ):  # fmt: skip
        where = f"/v1/checkout-links/{one['id']}{path}"
        assert client.request(method, where, json=body, headers=stranger.headers).status_code == 404
        assert client.request(method, where, json=body).status_code == 401
    assert client.get("/v1/checkout-links", headers=stranger.headers).json()["data"] == []
    theirs = {"store_id": shop.merchant.store_id, "name": "Mine"}
    assert client.post("/v1/checkout-links", json=theirs, headers=stranger.headers).status_code == 404
    theirs = {"store_id": stranger.store_id, "name": "Mine", "items": [{"product_id": shop.editor}]}
    assert client.post("/v1/checkout-links", json=theirs, headers=stranger.headers).status_code == 404


class TestAmountsHaveACurrency:
    @pytest.fixture
    def yen(self, shop):
        body = {"store_id": shop.merchant.store_id, "symbol": "JPY", "decimals": 0}
        shop.call("POST", "/currencies", body, status=201)
        for product in (shop.editor, shop.book):
            shop.call("POST", f"/products/{product}/prices", {"amount": "3000", "currency": "JPY"}, status=201)

    def test_signed_amount_is_not_the_same_number_of_another_currency(self, shop, yen, link, signed, browser):
        browser.open(link((shop.book, 1)), "?currency=JPY")
        session = browser.open(signed(link(), amount=["9.99"]))
        assert (session["currency"], session["total"]["amount"]) == ("EUR", "39.99")

    def test_amount_of_a_link_is_in_its_currency_only(self, shop, yen, link, browser):
        one = link(items=[{"product_id": shop.editor, "amount": "5"}])
        assert browser.open(one)["total"]["amount"] == "5"
        assert browser.open(one, "?currency=JPY&clear=1")["total"]["amount"] == "3000"

    def test_amount_without_any_currency_is_refused(self, shop, link, client):
        one = link(currency=None)
        refused = shop.call("POST", f"/checkout-links/{one['id']}/sign", {"amount": ["1"]}, status=422)
        assert refused["errors"][0]["pointer"] == "/body/currency"
