"""Writing mails: one for each fact, in the transaction of the fact."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from passmanager.service.engine import enqueue, enqueue_many
from passmanager.service.ids import new_id
from passmanager.service.mail.models import Mail

SEND = "mail"
PENDING, SENT, AWAITING, FAILED = "pending", "sent", "awaiting_contact", "failed"

CODE = "one_time_code"
SECRET = frozenset({CODE, "seat_invitation", "account_invitation"})
"""Mails that carry something that opens a door, and that lies only beside the work of sending them."""

Template = Literal[
    "order_created", "payment_confirmed", "payment_failed", "payment_reminder", "delivery", "information",
    "license_request", "reactivated", "refund", "one_time_code", "action",
    "purchase_blocked", "seat_invitation", "account_invitation",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to be sent.

    Attributes:
        fact: Id of what it tells, such as of the order or the line: a second mail of the same fact is not written.
        recipient: Empty if nobody knows the address yet; then it waits for `release`.
        data: For its template; no keys and no codes, which `MailSender` is told when it sends.
        passing: For its template, too, but kept only until the mail is sent: a one-time code.
        until: After this time it is not sent any more; 0 for a mail that never is too late.
    """

    store_id: str
    template: Template
    fact: str
    recipient: str = ""
    order_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    passing: dict[str, Any] = field(default_factory=dict[str, Any])
    until: int = 0

    def to(self, recipient: str) -> "Letter":
        """The same to somebody."""
        return replace(self, recipient=recipient)


def write_many(session: Session, letters: Sequence[Letter], now: int) -> None:
    """Puts mails on their way, in the caller's transaction; those of facts that have one already are left out."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [_row(letter, now) for letter in letters]
    session.execute(insert(cast("Table", Mail.__table__)).on_conflict_do_nothing(), rows)
    sent_now = [(row["id"], letter) for row, letter in zip(rows, letters, strict=True) if row["status"] == PENDING]
    enqueue_many(session, SEND, [(mail_id, now, _travelling(letter)) for mail_id, letter in sent_now])


def write(session: Session, letter: Letter, now: int) -> None:
    """One mail."""
    write_many(session, [letter], now)


def _travelling(letter: Letter) -> dict[str, Any]:
    """What lies beside the work and goes with it."""
    if not letter.passing:
        return {}
    return {"passing": letter.passing, "until": letter.until}


def _row(letter: Letter, now: int) -> dict[str, Any]:
    return {
        "id": new_id("mail"), "store_id": letter.store_id, "order_id": letter.order_id, "template": letter.template,
        "fact": letter.fact, "recipient": letter.recipient, "data": letter.data, "problem": "", "sent_at": None,
        "status": PENDING if letter.recipient else AWAITING, "created_at": now,
    }  # fmt: skip


def release(session: Session, orders: Collection[str], recipient: str, now: int) -> int:
    """Sends what waited for an address, now that there is one; how many mails."""
    waiting = select(Mail.id).where(Mail.order_id.in_(orders), Mail.status == AWAITING).with_for_update()
    found = session.scalars(waiting.order_by(Mail.number)).all()
    session.execute(update(Mail).where(Mail.id.in_(found)).values(recipient=recipient, status=PENDING))
    for mail_id in found:
        enqueue(session, SEND, mail_id, now)
    return len(found)


def send_again(session: Session, mail: Mail, recipient: str, now: int) -> None:
    """Sends a mail another time, to the same address or to another."""
    mail.recipient, mail.status, mail.problem = recipient, PENDING, ""
    session.flush()
    enqueue(session, SEND, mail.id, now)
