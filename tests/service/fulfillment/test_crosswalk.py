"""Our statuses and events under the names of other systems."""

from itertools import product

import pytest

from passmanager.service.orders import crosswalk
from passmanager.service.orders.crosswalk import NEXWAY_MOMENTS, NEXWAY_NEVER, nexway
from passmanager.service.orders.status import MOVES, Axis, FulfillmentStatus, PaymentStatus

DAY = 86_400
NEXWAY_STATES = {
    "CREATED", "PAYMENT_PENDING", "PAYMENT_REFUSED", "FRAUD_PENDING", "PENDING", "PENDING_WITH_ERROR", "COMPLETED",
    "PARTIAL_COMPLETED", "FORCE_COMPLETED", "CANCEL_PENDING", "CANCELED", "PARTIAL_CANCELED", "CANCELED_WITH_ERROR",
    "FORCE_CANCELED", "ABORTED",
}  # fmt: skip
NEXWAY_NOTIFICATIONS = {
    "created", "paymentFailed", "paymentRefused", "completed", "partiallyCompleted", "fulfillmentFailed", "canceled",
    "aborted", "renewCompleted", "prebillingStarted",
}  # fmt: skip


def reachable(axis, first):
    """Every status to which moves lead; a line's way does not bind the payment's, so all pairs can be."""
    found, waiting = set(), list(first)
    while waiting:
        status = waiting.pop()
        if status not in found:
            found.add(status)
            waiting += MOVES[axis][status]
    return found


def pairs():
    paying = reachable(Axis.PAYMENT, [PaymentStatus.NOT_PAID])
    delivering = reachable(Axis.FULFILLMENT, [FulfillmentStatus.NONE])
    return sorted(product(paying, delivering))


def test_nx06_every_reachable_pair_has_one_of_its_states_and_every_state_is_used_or_explained():
    assert len(pairs()) == len(PaymentStatus) * len(FulfillmentStatus)
    used = set()
    for (payment, fulfillment), reason, failing in product(pairs(), ["", "unpaid", "canceled"], [False, True]):
        state = nexway(payment, fulfillment, reason, failing=failing)
        assert (state is None) == (payment == "terminated")
        used.add(state)
    assert used - {None} == NEXWAY_STATES - set(NEXWAY_NEVER)


@pytest.mark.parametrize(
    ("payment", "fulfillment", "state"),
    [
        ("not_paid", "not_delivered", "PAYMENT_PENDING"), ("authorized", "not_delivered", "PENDING"),
        ("paid", "not_delivered", "PENDING"), ("paid", "partially_delivered", "PARTIAL_COMPLETED"),
        ("paid", "delivered", "COMPLETED"), ("paid", "none", "COMPLETED"),
        ("partially_refunded", "delivered", "PARTIAL_CANCELED"), ("refunded", "returned", "CANCELED"),
        ("failed", "not_delivered", "PAYMENT_REFUSED"), ("held", "not_delivered", "FRAUD_PENDING"),
        ("charged_back", "returned", "CANCELED"), ("terminated", "none", None),
    ],
)  # fmt: skip
def test_nx06_states_are_those_of_the_crosswalk(payment, fulfillment, state):
    assert nexway(payment, fulfillment) == state


def test_dp02_every_status_has_one_of_dpds_six():
    assert set(crosswalk.DPD) == set(PaymentStatus)
    assert set(crosswalk.DPD.values()) == {"ACT", "PND", "RFD", "ERR", "CAN", "HLD"}


# --- the moments, each driven over HTTP


def state(shop, order):
    """Of the order as the API shows it."""
    found = shop.read(order)
    failing = any(
        shop.delivery(order, number)["problem"] for number in range(len(shop.fulfillments(order_id=order["id"])))
    )
    return nexway(found["payment_status"], found["fulfillment_status"], found["reason"], failing=failing)


def created(shop, _vendor, _wait):
    return shop.order(), "PAYMENT_PENDING"


def payment_failed(shop, _vendor, _wait):
    order = shop.order()
    shop.act(order, f"payments/{order['payments'][0]['id']}/fail", {})
    return order, "PAYMENT_REFUSED"


def completed(shop, _vendor, _wait):
    return shop.buy(shop.sold("generated")), "COMPLETED"


def partly_completed(shop, vendor, _wait):
    vendor.answers = [(500, b"")]
    return shop.buy(shop.sold("generated"), shop.sold("web_service", urls=vendor.urls())), "PARTIAL_COMPLETED"


def fulfillment_failed(shop, vendor, _wait):
    vendor.answers = [(500, b"")]
    return shop.buy(shop.sold("web_service", urls=vendor.urls())), "PENDING_WITH_ERROR"


def canceled_unpaid(shop, _vendor, _wait):
    order = shop.order()
    shop.act(order, "cancel", {})
    return order, "CANCELED"


def canceled_paid(shop, vendor, wait):
    vendor.answers = [(500, b"")]
    order = shop.buy(shop.sold("web_service", urls=vendor.urls(), give_up_after=60))
    wait(60)
    return order, "CANCELED"


def aborted(shop, _vendor, wait):
    order = shop.order()
    wait(91 * DAY)
    return order, "ABORTED"


@pytest.mark.parametrize(
    ("moment", "drive"),
    [
        ("created", created), ("paymentFailed", payment_failed), ("paymentRefused", payment_failed),
        ("completed", completed), ("partiallyCompleted", partly_completed), ("fulfillmentFailed", fulfillment_failed),
        ("canceled", canceled_unpaid), ("canceled", canceled_paid), ("aborted", aborted),
    ],
)  # fmt: skip
def test_nx07_moment_is_told_by_its_event_and_leaves_its_state(shop, vendor, told, wait, moment, drive):
    order, expected = drive(shop, vendor, wait)
    assert set(told(order["id"])) & set(NEXWAY_MOMENTS[moment])
    assert state(shop, order) == expected


def test_nx07_every_notification_is_in_the_crosswalk():
    assert set(NEXWAY_MOMENTS) == NEXWAY_NOTIFICATIONS
