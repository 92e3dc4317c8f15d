"""Which news makes which mail. Addresses come by a callback, since orders are another domain."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.mail.letters import Letter, Template, write_many
from passmanager.service.news import News

FindEmails: TypeAlias = Callable[[Session, Collection[str]], Mapping[str, str]]
"""The buyers' addresses by order id; empty ones for buyers of whom only the wallet is known."""

RESEND = "internal.delivery.resend"
LINE = ("order_item_id", "product_name", "sku", "method", "units")
REFUND = {"status": "refund_status", "amount": "amount", "currency": "currency", "answer": "answer"}
"""Of news of a refund, for its template."""


Found = TypeVar("Found")
Find: TypeAlias = Callable[[News], Found]
"""Finds something in a piece of news."""


class Postman:
    """Listens to all news, and writes the mails that belong to some of it."""

    def __init__(self, find_emails: FindEmails) -> None:
        """One for each process."""
        self._find_emails = find_emails

    def hear(self, session: Session, news: Sequence[News]) -> None:
        """In the transaction of what happened."""
        letters = [letter for one in news if (letter := letter_of(one)) is not None]
        if letters:
            emails = self._find_emails(session, {letter.order_id for letter in letters if letter.order_id})
            contacts = _contacts(session, {one.store_id for one in letters if one.template == "license_request"})
            write_many(session, [_addressed(letter, emails, contacts) for letter in letters], news[0].at)


def letter_of(news: News) -> Letter | None:
    """The mail of one piece of news, not addressed yet unless the news says to whom it goes."""
    find_template, find_fact = RULES.get(news.type, (_none, _none))
    template, fact = find_template(news), find_fact(news)
    if template is None or fact is None:
        return None
    return Letter(
        store_id=news.store_id, template=template, fact=fact, order_id=news.aggregate_id,
        recipient=news.data.get("email", "") if news.type == RESEND else "",
        data=_data(template, news),
    )  # fmt: skip


def _data(template: Template, news: News) -> dict[str, Any]:
    found = {name: news.data[name] for name in LINE if name in news.data}
    if template == "refund":
        found |= {name: news.data[there] for there, name in REFUND.items() if there in news.data}
    return found


def _none(_news: News) -> None:
    return None


def _instructions(news: News) -> Template | None:
    """An order that is paid at once needs no mail before its payment."""
    payments: list[Mapping[str, Any]] = list(news.data.get("payments", []))
    return "order_created" if any(payment.get("instructions") for payment in payments) else None


def _delivery(news: News) -> Template | None:
    return "information" if news.data.get("method") == "information" else "delivery"


def _by_hand(news: News) -> Template | None:
    return "license_request" if news.data.get("method") == "manual" else None


def _always(template: Template) -> Find[Template]:
    return lambda _news: template


def _order(news: News) -> str:
    return news.aggregate_id


def _each_time(news: News) -> str:
    return f"{news.data.get('order_item_id', news.aggregate_id)}:{news.at}"


def _own(news: News) -> str:
    """Once, also if the chain takes it back and has it again."""
    return str(news.data["id"])


def _line(news: News) -> str:
    return str(news.data["order_item_id"])


RULES: dict[str, tuple[Find[Template | None], Find[str | None]]] = {
    "order.created": (_instructions, _order),
    "order.reminder_due": (_always("payment_reminder"), _order),
    "payment.succeeded": (_always("payment_confirmed"), _own),
    "payment.failed": (_always("payment_failed"), _own),
    "product.delivered": (_delivery, _line),
    "fulfillment.requested": (_by_hand, _line),
    RESEND: (_always("reactivated"), _each_time),
    "refund.succeeded": (_always("refund"), _own),
    "refund_request.refused": (_always("refund"), _own),
}
"""By type of news: its mail, if it has one, and what must not be told twice."""


def _addressed(letter: Letter, emails: Mapping[str, str], contacts: Mapping[str, str]) -> Letter:
    if letter.recipient:
        return letter
    to_merchant = letter.template == "license_request"
    found = contacts.get(letter.store_id, "") if to_merchant else emails.get(letter.order_id or "", "")
    return letter.to(found)


def _contacts(session: Session, stores: Collection[str]) -> dict[str, str]:
    """Where merchants get mail."""
    if not stores:
        return {}
    rows = session.execute(select(Store.id, Store.settings).where(Store.id.in_(stores)))
    return {row[0]: str(row[1].get("contact_email", "")) for row in rows}
