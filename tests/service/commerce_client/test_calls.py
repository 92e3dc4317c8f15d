"""The client against the service itself."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from passmanager.commerce import Commerce, Money, Refused
from passmanager.commerce.models import (
    ApiKeyIn,
    Buyer,
    EndpointIn,
    ItemIn,
    NonceIn,
    OrderIn,
    PoolIn,
    ProductIn,
    ProductPatch,
    ReasonIn,
    SignedIn,
    StorePatch,
)
from passmanager.commerce.refusals import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    Unauthenticated,
)
from tests.service.buyers.conftest import ANN, Chain, signature
from tests.service.commerce_client.conftest import URL


def order_of(merchant, product, **more):
    lines = [ItemIn(product_id=product.id, quantity=2)]
    return OrderIn(
        store_id=merchant.store_id,
        items=lines,
        currency="EUR",
        payment_method="bank",
        customer=Buyer(email="ada@example.org"),
        **more,
    )


def test_an_order_is_placed_paid_and_read(commerce, merchant, editor):
    order = commerce.orders.place(order_of(merchant, editor, tax="1.50"))
    assert (order.payment_status, order.items[0].quantity, order.customer.email) == ("not_paid", 2, "ada@example.org")
    assert order.total == Money(amount=Decimal("41.48"), currency="EUR", decimals=2)
    assert (order.total.units, str(order.total)) == (4148, "41.48 EUR")
    assert isinstance(order.created_at, datetime)
    assert order.created_at.tzinfo == UTC
    paid = commerce.orders.mark_paid(order.id)
    assert paid.payment_status == "paid"
    assert commerce.orders.get(order.id) == paid
    assert "paid" in [move.new for move in commerce.orders.history(order.id)]


def test_the_same_key_is_the_same_order(commerce, merchant, editor):
    wish = order_of(merchant, editor)
    first, second = (commerce.orders.place(wish, idempotency_key="cart 7") for _ in range(2))
    assert first == second
    assert commerce.orders.place(wish).id != first.id
    with pytest.raises(IdempotencyMismatch):
        commerce.orders.place(order_of(merchant, editor, test=True), idempotency_key="cart 7")


def test_all_pages_are_walked_and_filtered(commerce, merchant, editor):
    orders = [commerce.orders.place(order_of(merchant, editor)) for _ in range(5)]
    commerce.orders.mark_paid(orders[1].id)
    newest_first = [order.id for order in reversed(orders)]
    assert [order.id for order in commerce.orders.each(limit=2)] == newest_first
    page = commerce.orders.list(limit=2)
    assert ([order.id for order in page.data], page.has_more) == (newest_first[:2], True)
    assert [order.id for order in commerce.orders.each(limit=2, cursor=page.next_cursor)] == newest_first[2:]
    paid = commerce.orders.each(
        payment_status="paid", total=Decimal(39), total_op="gt", created_from=orders[0].created_at
    )
    assert [order.id for order in paid] == [orders[1].id]


def test_a_patch_sends_only_what_was_set(commerce, merchant, editor):
    changed = commerce.products.change(editor.id, ProductPatch(description="A program"))
    assert (changed.name, changed.sku, changed.description) == ("Editor", "ED-1", "A program")
    store = commerce.stores.change(
        merchant.store_id, StorePatch(hold_above=Decimal("1E+3"), contact_email="a@b.example")
    )
    assert store.hold_above == "1000"
    store = commerce.stores.change(merchant.store_id, StorePatch(hold_above=None))
    assert (store.hold_above, store.contact_email) == (None, "a@b.example")


def test_refusals_are_errors_with_the_services_fields(commerce, merchant, editor):
    order = commerce.orders.place(order_of(merchant, editor))
    commerce.orders.cancel(order.id, ReasonIn(reason="no stock"))
    with pytest.raises(Conflict) as refused:
        commerce.orders.mark_paid(order.id)
    assert (refused.value.status, refused.value.code, refused.value.retryable) == (409, "conflict", False)
    assert refused.value.request_id.startswith("req_")
    assert refused.value.call == f"POST /v1/orders/{order.id}/mark-paid"
    with pytest.raises(NotFound):
        commerce.orders.get("ord_" + "0" * 26)
    with pytest.raises(InvalidInput) as refused:
        commerce.products.create(ProductIn(store_id=merchant.store_id, name=""))
    assert [error.pointer for error in refused.value.errors] == ["/body/name"]
    assert "/body/name" in str(refused.value)


def test_an_id_cannot_leave_its_path(commerce, merchant, editor):
    for strange in ("../orders", "..", "x/archive", "a?b=c", "ä"):
        with pytest.raises(Refused):
            commerce.products.get(strange)


def test_a_wrong_key_is_refused(client):
    with Commerce(URL, "pm_test_nobody", transport=client._transport) as stranger, pytest.raises(Unauthenticated):
        stranger.orders.list()
    with Commerce(URL, transport=client._transport) as nobody, pytest.raises(Unauthenticated):
        nobody.orders.list()


def test_texts_and_calls_without_answer(commerce, merchant):
    pool = commerce.key_pools.create(PoolIn(store_id=merchant.store_id, name="Keys"))
    upload = commerce.key_pools.upload(pool.id, "AAAA-1\nAAAA-2\nAAAA-1\n")
    assert (upload.added, upload.duplicates) == (2, 1)
    made = commerce.webhook_endpoints.create(EndpointIn(url="http://127.0.0.1:8080/in"))
    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(made)
    assert commerce.webhook_endpoints.delete(made.id) is None
    assert commerce.webhook_endpoints.list().data == ()


def test_the_feed_goes_on_where_it_ended(commerce, merchant, editor):
    first = commerce.orders.place(order_of(merchant, editor))
    seen = list(commerce.events.each(limit=1, types=["order.*"]))
    assert [event.aggregate["id"] for event in seen] == [first.id]
    second = commerce.orders.place(order_of(merchant, editor))
    later = list(commerce.events.each(limit=1, types=["order.*"], after=seen[-1].id))
    assert [(event.type, event.aggregate["id"]) for event in later] == [("order.created", second.id)]
    assert later[0].timestamp.tzinfo == UTC


def test_keys_and_sessions_are_not_shown_by_accident(client, commerce):
    made = commerce.api_keys.create(ApiKeyIn(name="reader", scopes=["orders:read"]))
    with Commerce(URL, made.key, transport=client._transport) as reader:
        assert reader.orders.list().data == ()
        with pytest.raises(Forbidden):
            reader.products.list()
        assert commerce.api_keys.revoke(made.id) is None
        with pytest.raises(Unauthenticated):
            reader.orders.list()
    assert made.key not in repr(made)


def test_a_wallet_signs_in_and_reads_what_it_has(client, commerce):
    client.app.state.chain_reader = Chain()
    asked = commerce.auth.make_nonce(NonceIn(address=ANN.address))
    session = commerce.auth.sign_in(SignedIn(message=asked.message, signature=signature(asked.message, ANN)))
    assert (session.address, session.token in repr(session)) == (ANN.address, False)
    with Commerce(URL, session.token, transport=client._transport) as buyer:
        assert list(buyer.me.each_purchases()) == []
        with pytest.raises(Forbidden):
            buyer.orders.list()


def test_the_asynchronous_client_does_the_same(connect_async, commerce, merchant, editor):
    async def story():
        async with connect_async() as there:
            wish = order_of(merchant, editor)
            orders = [await there.orders.place(wish, idempotency_key=key) for key in ("a", "b", "c", "a")]
            paid = await there.orders.mark_paid(orders[0].id)
            walked = [order.id async for order in there.orders.each(limit=1)]
            with pytest.raises(NotFound):
                await there.orders.get("ord_" + "0" * 26)
            return orders, paid, walked

    orders, paid, walked = asyncio.run(story())
    assert walked == [orders[2].id, orders[1].id, orders[0].id]
    assert orders[3] == orders[0]
    assert paid == commerce.orders.get(orders[0].id)
