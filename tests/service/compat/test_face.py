"""The face as a whole: who may see what, pages, and the other things that DPD's client asks for."""

import pytest

from passmanager.service.db import session_scope
from passmanager.service.http.auth import add_key
from tests.service.compat.conftest import COUNT
from tests.service.compat.seed import mistakes
from tests.service.compat.subscribed import subscribe
from tests.service.merchant import make_merchant

STOREFRONT = {
    "id": int, "created_at": int, "updated_at": int, "name": str, "url": str, "contact_name": str,
    "contact_email": str, "currency": str, "type": str, "subdomain": str,
}  # fmt: skip
PRODUCT = {
    "id": int, "created_at": int, "updated_at": int, "storefront_id": int, "name": str, "description": str,
    "long_description": str, "price": str, "sku": str, "image_file_name": str, "image_updated_at": int,
    "mime_type": str, "file_size": int, "file_name": str, "prices": list, "weight": str, "visibility": int,
}  # fmt: skip
SUBSCRIPTION = {
    "id": int, "status": str, "price": str, "period": int, "unit": str, "tax_amount": str, "trial_price": str,
    "trial_period": int, "trial_unit": str, "trial_tax_amount": str, "created_at": int, "updated_at": int,
    "started_at": int, "ended_at": int, "trial_started_at": int, "last_payment_at": int, "next_payment_at": int,
}  # fmt: skip
READS = [
    "/", "/purchases", "/purchases/1", "/storefronts", "/storefronts/1", "/products", "/products/1", "/customers",
    "/customers/1", "/storefronts/1/subscribers", "/storefronts/1/subscribers/1",
    "/storefronts/1/subscribers/verify?id=1",
]  # fmt: skip


@pytest.fixture
def key(services, merchant):
    """Other keys of the same merchant, or of another one."""

    def make(merchant_id=merchant.id, **terms):
        with session_scope(services.sessions) as session:
            now = services.clock.now()
            return add_key(session, merchant_id=merchant_id, name="other", mode="test", now=now, **terms)[1]

    return make


@pytest.fixture
def other(services):
    with session_scope(services.sessions) as session:
        return make_merchant(session, services.clock.now(), "Other")


def test_dp01_ping_answers_whoever_has_a_key(dpd):
    assert dpd.get("/") == {"status": "OK"}
    assert dpd.get("") == {"status": "OK"}


@pytest.mark.parametrize("account", ["merchant name", "merchant id", "store name", "store id"])
def test_dp01_account_is_the_merchant_or_a_store(dpd, merchant, account):
    name = {"merchant name": "Acme", "merchant id": merchant.id, "store name": "Acme store"}.get(
        account, merchant.store_id
    )
    assert dpd.call("GET", "/", auth=(name, merchant.key)).status_code == 200


def test_dp01_wrong_password_or_name_is_a_401_everywhere(shop, dpd, merchant, other, key, services):
    shop.order()
    past = key(expires_at=services.clock.now())
    wrong = [("Acme", "x"), ("Acme", ""), ("Nobody", merchant.key), ("Acme", other.key), ("Other", merchant.key),
             ("", merchant.key), ("Acme", past)]  # fmt: skip
    for path in READS:
        for auth in wrong:
            answer = dpd.call("GET", path, expect=401, auth=auth)
            assert answer.headers["www-authenticate"].startswith("Basic")
            assert answer.json()["code"] == "unauthenticated"
        assert dpd.client.get(f"/compat/dpd/v2{path}").status_code == 401
        assert dpd.client.get(f"/compat/dpd/v2{path}", headers=merchant.headers).status_code == 401


def test_dp01_key_needs_the_scope(shop, dpd, key):
    order = shop.order()
    for scope, path in (
        ("catalog:read", "/purchases"), ("orders:read", "/products"), ("orders:read", "/storefronts"),
        ("orders:read", "/customers"), ("orders:read", "/storefronts/1/subscribers"),
    ):  # fmt: skip
        dpd.call("GET", path, expect=403, auth=("Acme", key(scopes=[scope])))
    path = f"/purchases/{order['number']}/reactivate"
    dpd.call("POST", path, expect=403, auth=("Acme", key(scopes=["orders:read"])))
    dpd.call("POST", path, expect=403, auth=("Acme", key(scopes=["orders:write"])))
    assert shop.read(order)["payment_status"] == "not_paid"


def test_dp14_things_of_others_are_not_there(shop, dpd, other):
    order, subscription = shop.order(), None
    theirs = ("Other", other.key)
    for path in ("/purchases", "/products", "/customers"):
        assert dpd.call("GET", path, auth=theirs).json() == []
    for path in (f"/purchases/{order['number']}", "/products/1", "/customers/1", "/storefronts/1",
                 "/storefronts/1/subscribers", f"/storefronts/1/subscribers/{subscription}"):  # fmt: skip
        answer = dpd.call("GET", path, expect=404, auth=theirs)
        assert answer.json()["code"] == "not-found"
    dpd.call("POST", f"/purchases/{order['number']}/reactivate", expect=404, auth=theirs)
    assert dpd.call("GET", "/products", params={"storefront_id": "1"}, auth=theirs).json() == []
    assert dpd.call("GET", "/purchases", params={"customer_id": "1"}, auth=theirs).json() == []


def test_store_as_account_sees_only_itself(shop, dpd, merchant, key):
    shop.order()
    second = shop.call("POST", "/stores", {"name": "Second"}, status=201)
    assert len(dpd.get("/storefronts")) == 2
    for auth in (("Second", merchant.key), ("Acme", key(store_id=second["id"]))):
        assert dpd.call("GET", "/purchases", auth=auth).json() == []
        assert [one["name"] for one in dpd.call("GET", "/storefronts", auth=auth).json()] == ["Second"]


class TestPages:
    def test_dp03_pages_count_and_end(self, shop, dpd, services):
        object.__setattr__(services.settings, "page_size", 2)
        made = [shop.order()["number"] for _ in range(5)]
        pages = [dpd.call("GET", "/purchases", params={"page": page}) for page in (1, 2, 3)]
        assert [[row["id"] for row in page.json()] for page in pages] == [made[:2], made[2:4], made[4:]]
        past = dpd.call("GET", "/purchases", params={"page": 4}, expect=404)
        assert past.json()["code"] == "not-found"
        assert [page.headers[COUNT] for page in (*pages, past)] == ["5"] * 4
        full = dpd.call("GET", "/purchases", params={"page": 2, "date_max": "now", "customer_email": "ada"})
        assert full.headers[COUNT] == "5"

    def test_dp03_first_page_of_nothing_is_an_empty_list(self, dpd):
        answer = dpd.call("GET", "/purchases")
        assert (answer.json(), answer.headers[COUNT]) == ([], "0")
        assert dpd.call("GET", "/purchases", params={"page": 2}, expect=404).headers[COUNT] == "0"

    @pytest.mark.parametrize("page", ["2147483647", "2147483648", "9" * 30])
    def test_dp03_page_far_past_the_end_is_a_404(self, dpd, page):
        assert dpd.call("GET", "/purchases", params={"page": page}, expect=404).headers[COUNT] == "0"

    def test_dp03_pages_stay_when_new_purchases_arrive(self, shop, dpd, services):
        object.__setattr__(services.settings, "page_size", 2)
        made = [shop.order()["number"] for _ in range(4)]
        first = dpd.ids(page=1)
        shop.order()
        assert first + dpd.ids(page=2) == made

    def test_dp03_other_lists_have_pages_too(self, shop, dpd):
        for path in ("/storefronts", "/products", "/customers", "/storefronts/1/subscribers"):
            answer = dpd.call("GET", path)
            assert int(answer.headers[COUNT]) == len(answer.json())
            dpd.call("GET", path, params={"page": 9}, expect=404)
            dpd.call("GET", path, params={"page": "x"}, expect=400)

    def test_address_with_a_slash_at_its_end_is_no_redirect(self, shop, dpd):
        shop.order()
        for path in READS[1:-2]:
            answer = dpd.client.get(f"/compat/dpd/v2{path}/", auth=dpd.auth, follow_redirects=False)
            assert answer.status_code == 200, path


def test_storefronts(shop, dpd, merchant):
    shop.call("PATCH", f"/stores/{merchant.store_id}", {"contact_name": "Ann", "contact_email": "a@acme.example"})
    (store,) = dpd.get("/storefronts")
    assert mistakes(store, STOREFRONT) == set()
    assert (store["name"], store["currency"], store["contact_name"], store["type"]) == (
        "Acme store", "EUR", "Ann", "cart",
    )  # fmt: skip
    assert dpd.get(f"/storefronts/{store['id']}") == store
    dpd.get("/storefronts/99", expect=404)


def test_products_with_their_prices(shop, dpd):
    shop.call("POST", f"/products/{shop.editor}/prices", {"amount": "25", "currency": "EUR"}, status=201)
    first = shop.call("GET", f"/products/{shop.editor}")["prices"][0]["id"]
    shop.call("DELETE", f"/products/{shop.editor}/prices/{first}", status=204)
    shop.call("POST", f"/products/{shop.book}/archive")
    editor, book = dpd.get("/products")
    assert [mistakes(one, PRODUCT) for one in (editor, book)] == [set(), set()]
    assert (editor["price"], editor["sku"], editor["visibility"]) == ("25.00", "ED-1", 1)
    assert editor["prices"] == [{"id": 2, "name": "EUR", "price": "25.00"}]
    assert (book["visibility"], book["name"]) == (0, "Book")
    assert dpd.get(f"/products/{editor['id']}") == editor
    assert dpd.get("/products", storefront_id="1") == [editor, book]
    assert dpd.get("/products", storefront_id="77") == []
    dpd.get("/products", storefront_id="x", expect=400)


def test_customers(shop, dpd):
    shop.order()
    shop.order(customer={"email": "b@example.org"})
    first, second = dpd.get("/customers")
    assert (first["firstname"], first["email"], second["email"]) == ("Ada", "ada@example.org", "b@example.org")
    assert dpd.get(f"/customers/{second['id']}") == second
    assert dpd.get("/purchases")[0]["customer"] == first
    dpd.get("/customers/99", expect=404)


class TestSubscribers:
    def test_subscriber_with_its_subscription(self, shop, dpd, services):
        order, number = subscribe(shop, services)
        (shown,) = dpd.get("/storefronts/1/subscribers")
        subscription = shown.pop("subscription")
        assert mistakes(shown, {"id": int, "created_at": int, "updated_at": int, "username": str,
                                "last_login_at": int}) == set()  # fmt: skip
        assert mistakes(subscription, SUBSCRIPTION) == set()
        now = services.clock.now() // 1000
        assert (shown["id"], shown["username"]) == (number, "ada@example.org")
        expected = {"status": "ACTIVE", "price": "19.99", "period": 1, "unit": "month", "started_at": now,
                    "last_payment_at": now, "next_payment_at": now + 30 * 86_400, "ended_at": 0}  # fmt: skip
        assert {name: subscription[name] for name in expected} == expected
        assert dpd.get(f"/storefronts/1/subscribers/{number}")["subscription"] == subscription
        assert dpd.ids(subscriber_id=number) == [order["number"]]

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [("active", "ACTIVE"), ("cancelled", "CANCELED"), ("past_due", "PAST_DUE"), ("paused", "CLOSED"),
         ("expired", "CLOSED")],
    )  # fmt: skip
    def test_status_by_name_or_number(self, shop, dpd, services, ours, theirs):
        _, number = subscribe(shop, services, status=ours)
        for query in ({"username": "ADA@example.org"}, {"username": "0x" + "A" * 40}, {"id": number}):
            shown = dpd.get("/storefronts/1/subscribers/verify", **query)
            assert (shown["id"], shown["status"]) == (number, theirs)

    def test_list_by_name(self, shop, dpd, services):
        subscribe(shop, services)
        _, second = subscribe(shop, services, email="b@example.org")
        assert [one["id"] for one in dpd.get("/storefronts/1/subscribers", username="B@example.org")] == [second]
        assert dpd.get("/storefronts/1/subscribers", username="b@") == []

    def test_nobody_is_a_404(self, dpd):
        path = "/storefronts/1/subscribers"
        dpd.get(f"{path}/1", expect=404)
        dpd.get(f"{path}/verify", username="x", expect=404)
        dpd.get(f"{path}/verify", expect=400)
        dpd.get(f"{path}/verify", id="x", expect=400)
        dpd.get("/storefronts/9/subscribers", expect=404)
        dpd.get("/storefronts/x/subscribers", expect=404)
