"""The work `mail`: renders one mail and hands it to the server, again until it is taken."""

from collections.abc import Callable, Mapping
from email.message import EmailMessage
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.clock import HOUR, MINUTE
from passmanager.service.db import read_scope
from passmanager.service.engine import Again, Done, Job
from passmanager.service.mail.letters import FAILED, PENDING, SECRET, SENT
from passmanager.service.mail.models import Mail
from passmanager.service.mail.rendering import render
from passmanager.service.mail.smtp import NotSent, Server, compose
from passmanager.service.services import Services

PAUSES = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)
JITTER = 0.1
NO_SERVER = "PASSMANAGER_SMTP_URL is not set; set it, then POST /v1/mails/{id}/send"

TOO_LATE = "its code is over, or was sent; ask for a new one"

Facts: TypeAlias = Callable[[Session, Mail], Mapping[str, Any]]
"""What a mail's template is told when it is sent: the order as it is now, keys, codes; from other domains."""


def no_facts(_session: Session, _mail: Mail) -> Mapping[str, Any]:
    """For mails that say all in their own data."""
    return {}


def too_late(mail: Mail, job: Job, now: int) -> bool:
    """A code lies with the first work of its mail only, and nobody wants it when it is over."""
    return mail.template in SECRET and now >= int(job.payload.get("until", 0))


class MailSender:
    """Handler of the work `mail`."""

    def __init__(self, services: Services, facts: Facts = no_facts) -> None:
        """The server is the setting's.

        Raises:
            BadSmtpUrl: The setting is not understood.
        """
        self._services = services
        self._facts = facts
        self._server = Server.of(services.settings.smtp_url) if services.settings.smtp_url else None

    def __call__(self, job: Job) -> Done | Again:
        """Sends one mail."""
        now = self._services.clock.now()
        with read_scope(self._services.sessions) as session:
            mail = session.scalar(select(Mail).where(Mail.id == job.key, Mail.status == PENDING))
            if mail is None:
                return Done()
            context = self._context(session, mail) | job.payload.get("passing", {})
        if too_late(mail, job, now):
            return Done(partial(_mark, mail_id=mail.id, status=FAILED, problem=TOO_LATE, sent_at=None))
        if self._server is None:
            return Done(partial(_mark, mail_id=mail.id, status=FAILED, problem=NO_SERVER, sent_at=None))
        try:
            self._server.send(self._compose(mail, context, now))
        except (NotSent, ValueError) as problem:
            return self._not_sent(job, problem, now)
        return Done(partial(_mark, mail_id=mail.id, status=SENT, problem="", sent_at=now))

    def _context(self, session: Session, mail: Mail) -> dict[str, Any]:
        store = session.scalars(select(Store).where(Store.id == mail.store_id)).one()
        own = {"store": {"name": store.name, "url": store.url}, "mail_id": mail.id}
        return {**mail.data, **self._facts(session, mail), **own}

    def _compose(self, mail: Mail, context: Mapping[str, Any], now: int) -> EmailMessage:
        return compose(
            render(mail.template, dict(context)), sender=self._services.settings.mail_from, recipient=mail.recipient,
            mail_id=mail.id, now=now, files=context.get("files", ()),
            reply_to=context.get("reply_to", ""),
        )  # fmt: skip

    def _not_sent(self, job: Job, problem: NotSent | ValueError, now: int) -> Done | Again:
        """A ValueError is an address or a header that no server would take."""
        for_ever = isinstance(problem, ValueError) or problem.for_ever or job.attempt > len(PAUSES)
        status = FAILED if for_ever else PENDING
        mark = partial(_mark, mail_id=job.key, status=status, problem=str(problem), sent_at=None)
        if for_ever:
            return Done(mark)
        pause = int(PAUSES[job.attempt - 1] * self._services.jitter(JITTER))
        return Again(now + pause, str(problem), mark)


def _mark(session: Session, mail_id: str, status: str, problem: str, sent_at: int | None) -> None:
    mail = session.scalars(select(Mail).where(Mail.id == mail_id)).one()
    mail.status, mail.problem, mail.sent_at = status, problem, sent_at
    session.flush()
