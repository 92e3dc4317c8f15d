"""A mail server on this machine that keeps what it gets."""

import email
import email.policy
import socket
from dataclasses import dataclass, field

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from passmanager.service.db import session_scope
from passmanager.service.engine import Handlers
from passmanager.service.engine.advance import advance
from passmanager.service.engine.runner import Runner
from passmanager.service.ids import new_id
from passmanager.service.mail.letters import SEND, Letter, write
from passmanager.service.mail.sending import MailSender
from passmanager.service.orders.models import Order


@dataclass
class Box:
    """Refuses with `answers`, one after the other, then takes everything."""

    mails: list = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list = field(default_factory=list)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 taken"

    def log_in(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password) if isinstance(data, LoginPassword) else data)
        return AuthResult(success=True)


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def smtp_url(box):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, authenticator=box.log_in, auth_require_tls=False)
    controller.start()
    yield f"smtp://shop:p%40ss@127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def facts():
    """What other domains tell the sender."""
    return {}


@pytest.fixture
def do_work(services, smtp_url, facts):
    """Does what is due, after some seconds, with a mail server."""
    with_server = services.settings.model_copy(update={"smtp_url": smtp_url})
    object.__setattr__(services, "settings", with_server)
    handlers = Handlers()
    handlers.add_outside(SEND, MailSender(services, lambda _session, _mail: facts))
    runner = Runner(services, handlers, "1")

    def work(seconds=0):
        advance(services, services.clock, seconds * 1_000, runner.drain)

    yield work
    runner.stop()


@pytest.fixture
def put(services, merchant):
    def put_one(template="payment_confirmed", fact="pay_1", recipient="ann@example.org", **more):
        letter = Letter(store_id=merchant.store_id, template=template, fact=fact, recipient=recipient, **more)
        with session_scope(services.sessions) as session:
            write(session, letter, services.clock.now())

    return put_one


@pytest.fixture
def call(client, merchant):
    def send(method, path, body=None, expect=200):
        answer = client.request(method, path, json=body, headers=merchant.headers)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return send


@pytest.fixture
def order_row(services, merchant):
    """Id of an order of a buyer who is known by wallet only."""
    with session_scope(services.sessions) as session:
        order = Order(
            id=new_id("ord"), merchant_id=merchant.id, store_id=merchant.store_id, source="chain", salt="s",
            payment_status="paid", fulfillment_status="delivered", currency="EUR", decimals=2, subtotal=0, total=0,
            total_value=0, created_at=0, updated_at=0,
        )  # fmt: skip
        session.add(order)
        session.flush()
        return order.id
