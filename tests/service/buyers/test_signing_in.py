"""Buyers sign in with a wallet, and see what it has: theirs, and nobody else's."""

from tests.service.buyers.conftest import ANN, BOB, signature

HOUR = 3_600


def deliver(shop, name, who):
    """A product with a generated key, bought by a wallet."""
    template = {
        "store_id": shop.merchant.store_id, "name": name, "method": "generated", "deliverable": "key",
        "pattern": "XXXX-XXXX-XXXX-XXXX",
    }  # fmt: skip
    made = shop.call("POST", "/fulfillment-templates", template, status=201)
    product = shop.product(name, "5", fulfillment_template_id=made["id"])
    order = shop.order((product, 2), customer={"wallet": who.address})
    shop.act(order, "mark-paid")
    return order


def test_nx08_keys_are_in_the_history_of_their_owner_and_nobody_elses(shop, visitor, wait):
    order = deliver(shop, "Tool", ANN)
    wait(1)
    ann, bob = visitor.sign_in(ANN), visitor.sign_in(BOB)
    (mine,) = visitor.purchases(ann["token"])
    assert (mine["order_id"], mine["product_name"], mine["wallet"]) == (order["id"], "Tool", ANN.address)
    assert (mine["store_name"], mine["active"], mine["type"]) == ("Acme store", True, "one_time")
    assert len({key["key"] for key in mine["keys"]}) == 2
    assert all(len(key["key"]) == 19 and key["usable"] for key in mine["keys"])
    assert visitor.purchases(bob["token"]) == []


def test_session_ends_after_an_hour(shop, visitor, wait):
    token = visitor.sign_in(ANN)["token"]
    wait(HOUR - 1)
    assert visitor.purchases(token) == []
    wait(1)
    assert visitor.purchases(token, 401)["code"] == "session-expired"


def test_token_is_kept_as_a_hash_only(visitor, services):
    token = visitor.sign_in(ANN)["token"]
    with services.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM buyer_sessions").all()
    assert len(rows) == 1
    assert token not in repr(rows)


def test_message_is_good_once(visitor):
    text = visitor.message(ANN)
    signed = signature(text, ANN)
    assert visitor.verify(text, signed).status_code == 200
    assert visitor.verify(text, signed).json()["code"] == "signature-invalid"


def test_message_is_good_for_five_minutes(visitor, wait):
    text = visitor.message(ANN)
    wait(300)
    assert visitor.verify(text, signature(text, ANN)).status_code == 401


def test_signature_of_somebody_else_opens_nothing(visitor):
    text = visitor.message(ANN)
    assert visitor.verify(text, signature(text, BOB)).status_code == 401
    assert visitor.verify(text, "0x" + "00" * 65).status_code == 401


def test_message_for_something_else_opens_nothing(visitor):
    text = visitor.message(ANN).replace("Sign in to see your purchases.", "Bind organization 1 to store x.")
    assert visitor.verify(text, signature(text, ANN)).json()["code"] == "signature-invalid"


def test_key_of_a_merchant_is_no_session_of_a_buyer_and_the_other_way_round(client, merchant, visitor):
    token = visitor.sign_in(ANN)["token"]
    assert client.get("/v1/me/purchases", headers=merchant.headers).status_code == 401
    assert client.get("/v1/me/purchases").status_code == 401
    assert client.get("/v1/orders", headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_public_routes_take_so_many_calls_a_minute_from_one_address(client, visitor, services, wait):
    object.__setattr__(services.settings, "rate_per_minute", 5)
    for _ in range(5):
        visitor.message(ANN)
    refused = client.post("/v1/auth/siwe/nonce", json={"address": ANN.address})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    wait(60)
    visitor.message(ANN)


def test_proxy_that_is_named_tells_the_address_and_any_other_does_not(client, visitor, services):
    object.__setattr__(services.settings, "rate_per_minute", 1)

    def status(forwarded):
        headers = {"X-Forwarded-For": forwarded}
        return client.post("/v1/auth/siwe/nonce", json={"address": ANN.address}, headers=headers).status_code

    assert [status("192.0.2.1"), status("192.0.2.2")] == [200, 429]
    object.__setattr__(services.settings, "trusted_proxies", ("testclient",))
    assert [status("192.0.2.1"), status("192.0.2.2"), status("192.0.2.9, 192.0.2.2")] == [200, 200, 429]
