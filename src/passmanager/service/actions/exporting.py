"""Answers to forms as CSV, row by row, for any number of them."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.actions import repository
from passmanager.service.actions.models import Action, FormAnswer
from passmanager.service.clock import rfc3339
from passmanager.service.customers.models import Customer
from passmanager.service.db import Sessions, read_scope

OWN = ("submitted_at", "answers_id", "purchase_id", "customer_id", "email", "wallet")
PORTION = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(sessions: Sessions, action: Action) -> Iterator[str]:
    """Lines of the file, the oldest answers first."""
    fields = [*(one["name"] for one in action.config["fields"]), *action.config.get("former", [])]
    yield _line([*OWN, *fields])
    last = 0
    while True:
        with read_scope(sessions) as session:
            asked = repository.answers_to(action).where(FormAnswer.number > last).order_by(FormAnswer.number)
            some = session.scalars(asked.limit(PORTION)).all()
            emails = _emails(session, some)
        if not some:
            return
        last = some[-1].number
        yield "".join(_line([*_own(one, emails), *(_cell(one.answers.get(name)) for name in fields)]) for one in some)


def _emails(session: Session, some: Iterable[FormAnswer]) -> dict[str, str]:
    ids = {one.customer_id for one in some if one.customer_id}
    return {row[0]: row[1] for row in session.execute(select(Customer.id, Customer.email).where(Customer.id.in_(ids)))}


def _own(one: FormAnswer, emails: dict[str, str]) -> list[str]:
    email = _cell(emails.get(one.customer_id or "", ""))
    return [rfc3339(one.created_at) or "", one.id, one.purchase_id, one.customer_id or "", email, one.wallet]


def _cell(value: Any) -> str:
    """A text that a spreadsheet would take for a formula gets a quote before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = "; ".join(value) if isinstance(value, list) else str(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
