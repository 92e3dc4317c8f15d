"""Handing mails to a server that sends them on (SMTP)."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from passmanager.errors import PassManagerError
from passmanager.service.mail.rendering import Rendered

SECONDS = 15
PORTS = {"smtp": 25, "smtps": 465}


class BadSmtpUrl(PassManagerError):
    """The setting is not understood."""

    def __str__(self) -> str:
        return "PASSMANAGER_SMTP_URL is smtp://user:password@host:port or smtps://…, with user and port if needed"


class NotSent(PassManagerError):
    """The server did not take a mail.

    Attributes:
        for_ever: It will not take it later, either.
    """

    problem: str
    for_ever: bool = False

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails go."""

    host: str
    port: int
    tls: bool
    user: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Server":
        """From the setting.

        Raises:
            BadSmtpUrl: It is none.
        """
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError as problem:
            raise BadSmtpUrl from problem
        if parts.scheme not in PORTS or not parts.hostname:
            raise BadSmtpUrl
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port or PORTS[parts.scheme], parts.scheme == "smtps", user, password)

    def send(self, message: EmailMessage) -> None:
        """Hands one mail over.

        Raises:
            NotSent: The server did not take it.
        """
        try:
            with self._connect() as connection:
                self._log_in(connection)
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as problem:
            code, text = next(iter(problem.recipients.values()))
            raise NotSent(problem=f"{code} {text.decode(errors='replace')}", for_ever=code >= 500) from problem  # noqa: PLR2004 - permanent, by RFC 5321
        except (smtplib.SMTPException, OSError) as problem:
            raise NotSent(problem=f"{type(problem).__name__}: {problem}") from problem

    def _connect(self) -> smtplib.SMTP:
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=SECONDS)

    def _log_in(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if not self.tls and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
        if self.user:
            connection.login(self.user, self.password)


def compose(
    rendered: Rendered, *, sender: str, recipient: str, mail_id: str, now: int,
    files: Sequence[tuple[str, bytes]] = (), reply_to: str = "",
) -> EmailMessage:  # fmt: skip
    """The mail as it travels; its Message-ID is the same for every attempt, so that doubles are recognized."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, rendered.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(now / 1000, UTC))
    message["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2].rstrip('>')}>"
    if reply_to:
        message["Reply-To"] = reply_to
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message
