"""Mails that wait for an address go out when the customer gets one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.mail import letters
from passmanager.service.news import News
from passmanager.service.orders.models import Order


def release_mails(session: Session, news: News) -> None:
    """Of all orders of the customer."""
    orders = session.scalars(select(Order.id).where(Order.customer_id == news.aggregate_id)).all()
    letters.release(session, orders, str(news.data["email"]), news.at)
