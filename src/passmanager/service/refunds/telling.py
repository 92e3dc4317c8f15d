"""News of requests, in the sequence of their order."""

from passmanager.service.http.shapes import money
from passmanager.service.news import News
from passmanager.service.refunds.models import RefundRequest
from passmanager.service.refunds.repository import Line
from passmanager.units import format_units


def request_news(line: Line, request: RefundRequest, kind: str, at: int, old: str = "") -> News:
    """News of a request; `old` is the status that it had."""
    order, item = line
    amount = item.total if request.amount is None else request.amount
    return News(
        type=f"refund_request.{kind}", merchant_id=order.merchant_id, store_id=order.store_id, aggregate_type="order",
        aggregate_id=order.id, at=at, previous={"status": old} if old else {},
        data={
            "id": request.id, "order_id": order.id, "order_number": order.number, "order_item_id": item.id,
            "product_id": item.product_id, "product_name": item.product_name, "sku": item.sku,
            "status": request.status, "reason": request.reason, "answer": request.answer, "problem": request.problem,
            "asked_by": request.asked_by, "decided_by": request.decided_by, "refund_id": request.refund_id,
            "amount": format_units(amount, order.decimals), "currency": order.currency, "decimals": order.decimals,
            "price": money(item.total, order.currency, order.decimals),
        },
    )  # fmt: skip
