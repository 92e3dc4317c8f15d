"""Carts that are paid on the chain: what a cart costs here is what the chain charges."""

from time import sleep
from urllib.parse import parse_qs, urlsplit

import pytest

from passmanager.core.calls import build_call
from passmanager.demo.shop import CODE
from passmanager.service.catalog.models import Currency, Organization, Price, Product
from passmanager.service.db import session_scope
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Payment, Purchase
from passmanager.service.settings import Settings
from passmanager.units import NATIVE
from tests.service.chain.conftest import live, selling
from tests.service.chain.story import CHAIN_ID
from tests.service.checkout.conftest import ADA, Browser
from tests.service.conftest import SECRET

__all__ = ["live", "selling"]

APPROVE = "0x095ea7b3"


@pytest.fixture
def settings(database_url, tmp_path, selling) -> Settings:
    """The service knows the chain."""
    world, _ = selling
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", rpc_url=world.url,
        deployment=world.folder,
    )  # fmt: skip


@pytest.fixture
def wallet(live):
    return live.world.people["buyer"]


@pytest.fixture
def forgetful(live):
    """The buyer's wallet allows nothing."""
    escrow = live.world.clients["buyer"].contracts.payment_escrow
    client = live.world.clients["buyer"]
    client.send(build_call("DemoToken", "approve", [escrow, 0], to=live.world.token))
    yield
    client.send(build_call("DemoToken", "approve", [escrow, 10**30], to=live.world.token))


@pytest.fixture
def offer(services, live, merchant):
    """Puts another product of the chain into the catalog."""

    def offer(number, pricing, amount, symbol="DEMO"):
        with session_scope(services.sessions) as session:
            currency = session.query(Currency).filter_by(symbol=symbol).one()
            product = Product(
                id=new_id("prd"), store_id=merchant.store_id, org_ref=session.query(Organization).one().id,
                chain_product_id=number, name="Another", created_at=1, updated_at=1,
            )  # fmt: skip
            session.add(product)
            session.flush()
            price = Price(
                id=new_id("pri"), product_id=product.id, currency_id=currency.id, amount=amount, pricing_id=pricing,
                created_at=1,
            )  # fmt: skip
            session.add(price)
        return product.id

    return offer


@pytest.fixture
def seats(live, offer):
    """A product that is sold by seats: 5 each, 4 from the tenth on."""
    return offer(live.shop.seats, live.shop.seat_tiers, 5 * 10**6)


@pytest.fixture
def cart(client, live, merchant):
    """A cart of these products, made by the merchant's server."""

    def cart(*items, status=201, **more):
        body = {
            "store_id": merchant.store_id, "currency": "DEMO", "customer": ADA,
            "items": [{"product_id": product, "quantity": quantity} for product, quantity in items], **more,
        }  # fmt: skip
        answer = client.post("/v1/checkout-sessions", json=body, headers=merchant.headers)
        assert answer.status_code == status, answer.text
        return Browser(client).take(answer.json()) if status == 201 else answer.json()

    return cart


def send(live, call):
    """As a wallet does: what the service said, and nothing else."""
    fields = {"from": call["sender"], "to": call["to"], "value": call["value"], "data": call["data"], "gas": hex(10**7)}
    sent = live.node.request("eth_sendTransaction", fields)
    while (receipt := live.node.request("eth_getTransactionReceipt", sent)) is None:
        sleep(0.05)
    assert int(receipt["status"], 16) == 1


def payment_of(live, order_id):
    (payment,) = [one for one in live.followed.all(Payment) if one.order_id == order_id and one.tx_hash]
    return payment


def buy(live, browser, wallet, **more):
    """Confirms, asks what to send, sends it; the order and what the chain charged."""
    confirmed = browser.confirm()
    intent = browser.call("POST", "/intent", {"payer": wallet, **more})
    for call in [*intent["approvals"], intent["checkout"]]:
        send(live, call)
    live.mine()
    live.catch_up()
    return live.order(confirmed["order"]["id"]), payment_of(live, confirmed["order"]["id"])


def test_cart_is_paid_by_its_intent_and_the_chain_charges_its_total(live, cart, wallet, forgetful):
    browser = cart((live.products[live.shop.handbook], 1), (live.products[live.shop.plan], 1))
    shown = browser.read()["total"]
    order, payment = buy(live, browser, wallet)
    assert (order.payment_status, order.source) == ("paid", "checkout")
    assert (payment.amount, payment.status) == (order.total, "confirmed")
    assert (shown["amount"], order.total) == ("30", 30 * 10**6)
    session = browser.read()
    assert (session["payment_status"], session["outcome"], session["payment_url"]) == ("paid", "waiting", None)
    rights = [one for one in live.followed.all(Purchase) if one.customer_id == order.customer_id]
    assert {one.owner for one in rights} == {wallet}


@pytest.mark.parametrize("units", [1, 9, 10, 33])
def test_seats_cost_what_the_tiers_of_the_chain_say(live, cart, wallet, seats, units):
    browser = cart((seats, units))
    order, payment = buy(live, browser, wallet)
    assert payment.amount == order.total == units * (5 if units < 10 else 4) * 10**6
    assert order.payment_status == "paid"


def test_native_coin_goes_along_with_the_purchase(live, services, merchant, cart, wallet, offer):
    with session_scope(services.sessions) as session:
        coin = Currency(
            id=new_id("cur"), store_id=merchant.store_id, symbol="ETH", chain_id=CHAIN_ID, token=NATIVE, decimals=18
        )
        session.add(coin)
    browser = cart((offer(live.shop.sticker, live.shop.native, 10**16, "ETH"), 1), currency="ETH")
    order, payment = buy(live, browser, wallet)
    assert (order.payment_status, order.total, payment.amount) == ("paid", 10**16, 10**16)


def test_usage_that_is_billed_later_is_bought_on_the_chain_for_nothing(live, cart, wallet, offer):
    browser = cart((offer(live.shop.api, live.shop.metered, 0), 1))
    assert browser.confirm()["order"]["payment_status"] == "not_paid"
    order, payment = buy(live, browser, wallet)
    assert (order.payment_status, order.total, payment.amount) == ("paid", 0, 0)


def test_coupon_of_the_chain_is_in_the_price(live, cart, seats):
    buyer = live.world.people["buyer"]
    browser = cart((live.products[live.shop.handbook], 1), (seats, 7), coupon=CODE)
    shown = browser.read()
    assert (shown["subtotal"]["amount"], shown["discount"]["amount"], shown["total"]["amount"]) == ("55", "11", "44")
    order, payment = buy(live, browser, buyer)
    assert (order.payment_status, payment.amount, order.total) == ("paid", 44 * 10**6, 44 * 10**6)


def test_unknown_coupon_of_the_chain_is_refused(live, cart):
    refused = cart((live.products[live.shop.handbook], 1), coupon="NOTHING", status=422)
    assert refused["errors"][0]["pointer"] == "/body/coupon"


def test_bundle_and_addresses_say_the_same_as_the_calls(live, cart, wallet, forgetful):
    browser = cart((live.products[live.shop.handbook], 1))
    reference = browser.confirm()["order"]["order_reference"]
    intent = browser.call("POST", "/intent", {"payer": wallet.lower()})
    (approval,), checkout = intent["approvals"], intent["checkout"]
    contracts = live.world.clients["buyer"].contracts
    assert (approval["to"], approval["data"][:10]) == (live.world.token, APPROVE)
    assert approval["uri"] == (
        f"ethereum:{live.world.token}@{CHAIN_ID}/approve?address={contracts.payment_escrow}&uint256={20 * 10**6}"
    )
    assert (checkout["to"], checkout["sender"], checkout["value"]) == (contracts.purchase_manager, wallet, "0x0")
    assert reference[2:] in checkout["data"]
    address = urlsplit(checkout["uri"])
    assert (address.scheme, address.path) == ("ethereum", f"{contracts.purchase_manager}@{CHAIN_ID}")
    assert parse_qs(address.query) == {"value": ["0"], "data": [checkout["data"]]}
    bundle = intent["wallet_send_calls"]
    assert (bundle["version"], bundle["chainId"], bundle["from"]) == ("2.0.0", hex(CHAIN_ID), wallet)
    assert bundle["atomicRequired"] is True
    assert bundle["calls"] == [
        {name: call[name] for name in ("to", "value", "data")} for call in (approval, checkout)
    ]  # fmt: skip


def test_no_approval_is_asked_for_when_there_is_one(live, cart, wallet):
    browser = cart((live.products[live.shop.handbook], 1))
    browser.confirm()
    intent = browser.call("POST", "/intent", {"payer": wallet})
    assert (intent["approvals"], len(intent["wallet_send_calls"]["calls"])) == ([], 1)
    assert intent["wallet_send_calls"]["atomicRequired"] is False


def test_several_periods_are_approved_when_the_buyer_wants_that(live, cart, wallet, forgetful):
    browser = cart((live.products[live.shop.plan], 1))
    browser.confirm()
    intent = browser.call("POST", "/intent", {"payer": wallet, "periods": 12})
    assert int(intent["approvals"][0]["data"][-64:], 16) == 120 * 10**6


def test_pass_is_a_present_when_the_buyer_names_somebody(live, cart, wallet):
    friend = live.world.people["merchant"]
    order, _ = buy(live, cart((live.products[live.shop.handbook], 1)), wallet, to=friend)
    assert order.payment_status == "paid"
    (right,) = [
        one for one in live.followed.all(Purchase) if one.order_item_id and one.customer_id == order.customer_id
    ]
    assert right.owner == friend


def test_wallet_with_too_little_is_told_so(live, cart):
    browser = cart((live.products[live.shop.handbook], 1))
    browser.confirm()
    poor = "0x" + "77" * 20
    assert browser.call("POST", "/intent", {"payer": poor}, status=409)["code"] == "funds-missing"


def test_pricing_without_quantity_is_bought_once(live, cart):
    refused = cart((live.products[live.shop.handbook], 2), status=422)
    assert refused["errors"][0]["code"] == "quantity"


def test_product_is_in_a_purchase_once(live, cart, seats):
    refused = cart((seats, 1), (seats, 2), status=422)
    assert refused["errors"][0] == {
        "pointer": "/body/items/1/product_id", "code": "twice", "detail": refused["detail"],
    }  # fmt: skip


def test_price_on_the_chain_cannot_be_changed(live, cart, client, merchant):
    body = {
        "store_id": merchant.store_id, "currency": "DEMO",
        "items": [{"product_id": live.products[live.shop.handbook], "amount": "1"}],
    }  # fmt: skip
    answer = client.post("/v1/checkout-sessions", json=body, headers=merchant.headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "chain")


def test_nv02_signed_price_is_refused_on_the_chain(live, client, merchant, cart):
    body = {"store_id": merchant.store_id, "name": "L", "items": [{"product_id": live.products[live.shop.handbook]}]}
    link = client.post("/v1/checkout-links", json=body, headers=merchant.headers).json()
    asked = {"amount": ["1"], "currency": "DEMO"}
    signed = client.post(f"/v1/checkout-links/{link['id']}/sign", json=asked, headers=merchant.headers).json()
    answer = client.get(signed["url"].partition("8080")[2])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "chain")


def test_link_opened_twice_is_still_one_of_what_has_no_quantity(live, client, merchant):
    body = {"store_id": merchant.store_id, "name": "L", "items": [{"product_id": live.products[live.shop.handbook]}]}
    link = client.post("/v1/checkout-links", json=body, headers=merchant.headers).json()
    for _ in range(2):
        answer = client.get(link["url"].partition("8080")[2])
        assert answer.status_code == 200, answer.text
    assert [item["quantity"] for item in answer.json()["items"]] == [1]


def test_archived_pricing_of_a_confirmed_cart_is_refused_by_the_chain(live, cart, wallet):
    """The merchant takes the pricing from the product after the buyer confirmed."""
    browser = cart((live.products[live.shop.plan], 1))
    browser.confirm()
    merchant, shop = live.world.clients["merchant"], live.shop
    merchant.catalog.link_pricings(shop.org, product_id=shop.plan, pricing_ids=[shop.monthly], linked=False)
    try:
        refused = browser.call("POST", "/intent", {"payer": wallet}, status=409)
    finally:
        merchant.catalog.link_pricings(shop.org, product_id=shop.plan, pricing_ids=[shop.monthly], linked=True)
    assert refused["code"] == "purchase-refused"


def test_nv04_offline_order_is_paid_on_the_chain_after_all(live, services, client, merchant, cart, wallet):
    """One order, two attempts, in two currencies."""
    product = live.products[live.shop.handbook]
    body = {"store_id": merchant.store_id, "symbol": "EUR", "decimals": 2}
    assert client.post("/v1/currencies", json=body, headers=merchant.headers).status_code == 201
    price = {"amount": "18.5", "currency": "EUR"}
    assert client.post(f"/v1/products/{product}/prices", json=price, headers=merchant.headers).status_code == 201
    methods = {"offline_methods": {"bank": "IBAN"}}
    assert client.patch(f"/v1/stores/{merchant.store_id}", json=methods, headers=merchant.headers).status_code == 200
    browser = cart((product, 1), currency="EUR")
    order = browser.confirm()["order"]
    assert (order["total"]["amount"], order["total"]["currency"]) == ("18.5", "EUR")
    changed = browser.call("POST", "/payment-method", {"payment_method": "chain", "currency": "DEMO"})["order"]
    assert (changed["id"], changed["total"]["amount"], changed["total"]["currency"]) == (order["id"], "20", "DEMO")
    assert [(one["method"], one["status"]) for one in changed["payments"]] == [("bank", "failed"), ("chain", "pending")]
    send(live, browser.call("POST", "/intent", {"payer": wallet})["checkout"])
    live.mine()
    live.catch_up()
    assert browser.read()["payment_status"] == "paid"
    attempts = [one for one in live.followed.all(Payment) if one.order_id == order["id"]]
    assert sorted((one.method, one.status) for one in attempts) == [("bank", "failed"), ("chain", "confirmed")]


def test_intent_is_for_unpaid_orders_on_the_chain_only(live, cart, wallet):
    browser = cart((live.products[live.shop.handbook], 1))
    assert browser.call("POST", "/intent", {"payer": wallet}, status=409)["code"] == "conflict"
    buy(live, browser, wallet)
    assert browser.call("POST", "/intent", {"payer": wallet}, status=409)["code"] == "conflict"
