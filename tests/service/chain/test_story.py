"""The story of the demo as orders: every kind of sale, renewal, refund and transfer."""

from collections import Counter

from passmanager.abi.events import PaymentReceived
from passmanager.core.state import Status
from passmanager.demo.shop import ONE
from passmanager.service.catalog.models import Currency, Organization
from passmanager.service.chain.models import ChainCursor, ChainLog
from passmanager.service.customers.models import CustomerWallet
from passmanager.service.db import session_scope
from passmanager.service.engine import Job
from passmanager.service.orders.models import Order, OrderHistory, OrderItem, Payment, Purchase, Refund
from tests.service.chain.story import check_sums

ORG = 1
# Of the first purchase: 20 + 10 + 10 x 4 list, less 20 %, less 5 % of the rest.
FIRST = [(20 * ONE, 4_800_000), (10 * ONE, 2_400_000), (40 * ONE, 9_600_000)]


def named(followed, **values):
    return [
        order for order in followed.all(Order) if all(getattr(order, name) == value for name, value in values.items())
    ]


def follow(followed, merchant, story, **options):
    followed.bind(merchant, ORG, story.people["merchant"], **options)
    followed.catch_up()


def test_every_sale_is_an_order_when_the_story_is_followed(followed, merchant, story):
    follow(followed, merchant, story)
    orders = followed.all(Order)
    assert Counter(order.source for order in orders) == {
        "chain": 6, "airdrop": 100, "renewal": 3, "usage": 1,
    }  # fmt: skip
    received = [event for log in story.clients["platform"].events.history(0, kinds=[PaymentReceived])
                if (event := log.event).token == story.token]  # fmt: skip
    payments = [payment for payment in followed.all(Payment) if payment.token == story.token]
    assert sum(payment.amount for payment in payments) == sum(event.amount for event in received) > 0
    assert sum(payment.fee for payment in payments) == sum(event.fee for event in received) > 0
    assert sum(order.total for order in orders if order.currency == "DEMO") == sum(event.amount for event in received)
    assert {payment.status for payment in followed.all(Payment)} <= {"confirmed", "finalized"}
    check_sums(followed)


def test_lines_add_up_when_a_cart_had_coupon_discount_and_tiers(followed, merchant, story):
    follow(followed, merchant, story)
    first = followed.all(Order)[0]
    items = [item for item in followed.all(OrderItem) if item.order_id == first.id]
    assert [(item.subtotal, item.discount) for item in items] == FIRST
    assert [(item.product_name, item.quantity, item.price) for item in items] == [
        ("Handbook", 1, 20 * ONE), ("Membership", 1, 10 * ONE), ("Team seats", 10, 4 * ONE),
    ]  # fmt: skip
    assert (first.subtotal, first.discount, first.total) == (70 * ONE, 16_800_000, 53_200_000)
    assert first.total_value == 53_200_000 * 10**30
    assert (first.currency, first.decimals, first.wallet) == ("DEMO", 6, story.people["buyer"])
    assert [(one["discount_amount"], one["discount_type"]) for one in first.details["coupons"]] == [
        ("5", "percent"), ("20", "percent"),
    ]  # fmt: skip


def test_refund_is_of_its_line_when_one_of_three_products_was_revoked(followed, merchant, story):
    follow(followed, merchant, story)
    first = followed.all(Order)[0]
    (refund,) = followed.all(Refund)
    items = [item for item in followed.all(OrderItem) if item.order_id == first.id]
    assert (refund.order_item_id, refund.amount, refund.revoke) == (items[0].id, 15_200_000, True)
    assert first.payment_status == "partially_refunded"
    assert [item.refunded_at is not None for item in items] == [True, False, False]
    assert "product.returned" in followed.heard.kinds("product")


def test_rights_are_what_the_contracts_say_when_the_story_is_over(followed, merchant, story):
    follow(followed, merchant, story)
    lens = story.clients["platform"].lens
    rights = followed.all(Purchase)
    assert len(rights) == 106
    for right in [*rights[:6], *rights[-3:]]:
        status = Status(lens.status_of(right.pass_id, right.chain_product_id)).name.lower()
        expected = {"expired": "revoked"}.get(status, status) if not right.subscription else status
        assert (right.status, right.active) == (expected, lens.has_access(right.pass_id, right.chain_product_id))
        assert right.owner == story.clients["platform"].product_pass.owner_of(right.pass_id)


def test_buyer_is_a_customer_and_so_is_the_new_holder_when_a_pass_moves(followed, merchant, story):
    follow(followed, merchant, story)
    wallets = {row.address: row.customer_id for row in followed.all(CustomerWallet)}
    moved = next(right for right in followed.all(Purchase) if right.owner == story.people["collector"])
    assert moved.customer_id == wallets[story.people["collector"]] != wallets[story.people["friend"]]
    assert "purchase.transferred" in followed.heard.kinds("purchase")


def test_renewals_and_bills_are_for_the_same_right_when_they_are_paid(followed, merchant, story):
    follow(followed, merchant, story)
    renewals = named(followed, source="renewal")
    assert [order.total for order in renewals] == [9_500_000, 38 * ONE, 10 * ONE]
    (bill,) = named(followed, source="usage")
    assert (bill.total, bill.details["usage"]) == (14_250_000, {"units": 1_600})
    assert followed.heard.kinds("subscription.renewed") == ["subscription.renewed"] * 4  # the API's period, too
    last_items = {right.details["last_item"] for right in followed.all(Purchase)}
    items = {item.order_id: item.id for item in followed.all(OrderItem)}
    assert items[renewals[2].id] in last_items


def test_nothing_is_told_when_orders_are_older_than_the_binding(followed, merchant, story):
    follow(followed, merchant, story, deliver_from=10**9)
    assert all(order.elsewhere for order in followed.all(Order))
    assert (followed.heard.news, followed.heard.lines) == ([], [])


def test_same_orders_come_of_the_logs_when_the_organization_is_bound_later(followed, merchant, story, services):
    followed.catch_up()
    assert followed.all(Order) == []
    org_id = followed.bind(merchant, ORG, story.people["merchant"], deliver_from=10**9, derive=True)
    with session_scope(services.sessions) as session:
        rounds = 0
        while session.get(Organization, org_id).derived_to is not None:
            followed.orders.derive(session, [Job(1, "organization.derive", org_id, {}, 0, 1)])
            rounds += 1
    assert rounds > 0
    assert Counter(order.source for order in followed.all(Order)) == {
        "chain": 6, "airdrop": 100, "renewal": 3, "usage": 1,
    }  # fmt: skip
    check_sums(followed)


def test_currency_takes_the_tokens_name_when_the_store_has_none(followed, merchant, story):
    follow(followed, merchant, story)
    assert {(one.symbol, one.decimals) for one in followed.all(Currency)} == {("DEMO", 6), ("ETH", 18)}


def test_a_purchase_has_at_most_12_rows_when_a_wallet_buys_for_the_first_time(followed, merchant, story):
    follow(followed, merchant, story, deliver_from=10**9)
    sticker = next(order for order in followed.all(Order) if order.currency == "ETH")
    payment = next(one for one in followed.all(Payment) if one.order_id == sticker.id)
    logs = [row for row in followed.all(ChainLog) if row.tx_hash == payment.tx_hash]
    history = [row for row in followed.all(OrderHistory) if row.order_id == sticker.id]
    born_with_it = 1 + 1 + 1 + 1 + 2  # order, line, payment, right; and customer with wallet, of a new one
    assert len(logs) + len(history) + born_with_it <= 12


def test_cursor_is_at_the_head_when_all_is_read(followed, merchant, story):
    follow(followed, merchant, story)
    (cursor,) = followed.all(ChainCursor)
    assert cursor.head == story.node.head().number
    assert followed.follower.step() is False
