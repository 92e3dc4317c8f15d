"""Sending messages: one of each aggregate and endpoint at a time, in order, until it is taken or given up."""

import email.utils
import time
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from passmanager.service.clock import DAY, HOUR, MINUTE, SECOND
from passmanager.service.db import read_scope
from passmanager.service.engine import Again, Done, Job, keep_going
from passmanager.service.http.outbound import CallFailed, Outbound
from passmanager.service.ids import new_id
from passmanager.service.news import News
from passmanager.service.sealing import Sealer, sealer_of
from passmanager.service.services import Services
from passmanager.service.webhooks import repository
from passmanager.service.webhooks.endpoints import secrets_of
from passmanager.service.webhooks.envelope import envelope
from passmanager.service.webhooks.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from passmanager.service.webhooks.profiles import Message, Telling
from passmanager.service.webhooks.profiles.dpd_ipn import VERIFY_PURPOSE
from passmanager.service.webhooks.profiles.known import PROFILES
from passmanager.service.webhooks.recording import DELIVER, FindOrder, chain_key, no_orders, order_of, record
from passmanager.service.webhooks.signing import PURPOSE

PAUSES = (
    0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
"""Before the first attempt, the second, and so on: 75 h 35 min in all."""

JITTER = 0.1
LONGEST_WISH = 24 * HOUR
HOLD_AFTER = 5 * DAY
HOLD_FAILURES = 20
KEPT_ANSWER = 2_000
GONE = 410
BUSY = {429, 503}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        status: Of the answer; None if there was none.
        wish: Milliseconds for which the receiver asks to be left alone.
    """

    status: int | None
    problem: str = ""
    answer: str = ""
    milliseconds: int = 0
    wish: int = 0

    @property
    def taken(self) -> bool:
        """The receiver has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - the class of success


class WebhookSender:
    """Handler of the work `webhook`: the chain of messages of one aggregate for one endpoint."""

    def __init__(self, services: Services, find_order: FindOrder = no_orders) -> None:
        """`find_order` tells what profiles need to know of an order."""
        self._services = services
        self._find_order = find_order
        self._outbound = Outbound.of(services.settings)
        self._sealer: Sealer = sealer_of(services.settings)

    def __call__(self, job: Job) -> Done | Again:
        """Sends the message that is first."""
        endpoint_id, _, aggregate_id = job.key.partition(":")
        now = self._services.clock.now()  # before the session: a thread holds one connection at a time
        go_on = partial(_go_on, endpoint_id=endpoint_id, aggregate_id=aggregate_id, now=now)
        with read_scope(self._services.sessions) as session:
            endpoint = session.get(WebhookEndpoint, endpoint_id)
            first = repository.next_delivery(session, endpoint_id, aggregate_id)
            if endpoint is None or first is None or endpoint.status != repository.ACTIVE:
                return Done(go_on)
            if first.next_attempt_at is not None and first.next_attempt_at > now:
                return Again(first.next_attempt_at, "waits for its next attempt")
            message = self._make(session, endpoint, first, now)
        outcome = message if isinstance(message, Outcome) else self._call(endpoint.url, message)
        return self._settle(first, outcome)

    def _make(self, session: Session, endpoint: WebhookEndpoint, delivery: Delivery, now: int) -> Message | Outcome:
        try:
            return PROFILES[endpoint.profile].make(self._telling(session, endpoint, delivery, now))
        except Exception as problem:  # noqa: BLE001 - it fails like a call, so that it does not stand in the way for ever
            return Outcome(None, f"the message cannot be made: {type(problem).__name__}: {problem}")

    def _telling(self, session: Session, endpoint: WebhookEndpoint, delivery: Delivery, now: int) -> Telling:
        event = session.get_one(Event, _number_of(session, delivery.event_id))
        order_id = order_of(event) if PROFILES[endpoint.profile].tells_order else None
        return Telling(
            envelope=envelope(event, self._services.settings.mode),
            order=self._find_order(session, order_id) if order_id else None,
            part=delivery.part,
            parts=repository.count_parts(session, delivery),
            secrets=secrets_of(endpoint, self._sealer, now),
            key=self._sealer.signing_keys(PURPOSE)[0],
            verify_key=self._sealer.derive(VERIFY_PURPOSE),
            seconds=int(time.time()),
        )

    def _call(self, url: str, message: Message) -> Outcome:
        start = time.monotonic()
        try:
            answer = self._outbound.send("POST", url, headers=message.headers, body=message.body)
        except CallFailed as problem:
            return Outcome(None, str(problem), milliseconds=_since(start))
        text = answer.body[:KEPT_ANSWER].decode("utf-8", "replace").replace("\x00", "")
        wish = _wish(answer.headers.get("retry-after", "")) if answer.status in BUSY else 0
        return Outcome(answer.status, f"answered {answer.status}", text, _since(start), wish)

    def _settle(self, delivery: Delivery, outcome: Outcome) -> Done | Again:
        attempt, now = delivery.attempts + 1, self._services.clock.now()
        over = outcome.taken or outcome.status == GONE or attempt >= len(PAUSES)
        due = now if over else now + self._pause(attempt, outcome)
        write = partial(self._write, delivery_id=delivery.id, outcome=outcome, now=now, due=None if over else due)
        return Done(write) if over else Again(due, outcome.problem, write)

    def _pause(self, attempt: int, outcome: Outcome) -> int:
        return outcome.wish or int(PAUSES[attempt] * self._services.jitter(JITTER))

    def _write(self, session: Session, delivery_id: str, outcome: Outcome, now: int, due: int | None) -> None:
        delivery = session.scalar(repository.delivery(delivery_id))
        endpoint = None if delivery is None else repository.lock_endpoint(session, delivery.endpoint_id)
        if delivery is None or endpoint is None:
            return  # deleted meanwhile
        delivery.attempts += 1
        delivery.next_attempt_at = due
        session.add(_attempt(delivery, outcome, now))
        if outcome.taken:
            delivery.status = repository.DELIVERED
            endpoint.failures, endpoint.failing_since, endpoint.last_success_at = 0, None, now
        else:
            self._count_failure(session, endpoint, delivery, outcome, now)
        session.flush()
        if due is None:
            _go_on(session, endpoint.id, delivery.aggregate_id, now)

    def _count_failure(
        self, session: Session, endpoint: WebhookEndpoint, delivery: Delivery, outcome: Outcome, now: int
    ) -> None:
        endpoint.failures += 1
        since = endpoint.failing_since or now
        endpoint.failing_since = since
        if delivery.attempts >= len(PAUSES):
            delivery.status = repository.FAILED
        if outcome.status == GONE and PROFILES[endpoint.profile].gone_is_farewell:
            endpoint.status, delivery.status = repository.OFF, repository.FAILED
            return
        dead = endpoint.failures >= HOLD_FAILURES and now - since >= HOLD_AFTER
        if endpoint.status == repository.ACTIVE and (dead or outcome.status == GONE):
            endpoint.status, endpoint.held_at = repository.HELD, now
            session.flush()
            record(session, [_held(session, endpoint, delivery, outcome, now)], self._find_order)


def _held(session: Session, endpoint: WebhookEndpoint, delivery: Delivery, outcome: Outcome, now: int) -> News:
    event = session.get_one(Event, _number_of(session, delivery.event_id))
    data = {"id": endpoint.id, "url": endpoint.url, "failures": endpoint.failures, "problem": outcome.problem}
    return News(
        type="webhook_endpoint.held", merchant_id=endpoint.merchant_id, store_id=event.store_id,
        aggregate_type="webhook_endpoint", aggregate_id=endpoint.id, at=now, data=data,
    )  # fmt: skip


def _number_of(session: Session, event_id: str) -> int:
    return session.scalars(repository.number_of_event(event_id)).one()


def _attempt(delivery: Delivery, outcome: Outcome, now: int) -> DeliveryAttempt:
    return DeliveryAttempt(
        id=new_id("att"), delivery_id=delivery.id, attempt=delivery.attempts, status=outcome.status,
        problem="" if outcome.taken else outcome.problem, answer=outcome.answer,
        milliseconds=outcome.milliseconds, at=now,
    )  # fmt: skip


def _go_on(session: Session, endpoint_id: str, aggregate_id: str, now: int) -> None:
    """The row of this chain is gone; the next message needs a new one."""
    endpoint = session.get(WebhookEndpoint, endpoint_id, populate_existing=True)
    if endpoint is None or endpoint.status != repository.ACTIVE:
        return
    following = repository.next_delivery(session, endpoint_id, aggregate_id)
    if following is not None:
        due = max(now, following.next_attempt_at or 0)
        keep_going(session, DELIVER, [(chain_key(endpoint_id, aggregate_id), endpoint_id)], due)


def _since(start: float) -> int:
    return int((time.monotonic() - start) * 1_000)


def _wish(text: str) -> int:
    """`Retry-After`, seconds or a date, in milliseconds; at most a day."""
    try:
        moment = None if text.strip().isdigit() else email.utils.parsedate_to_datetime(text).timestamp()
        seconds = int(text) if moment is None else moment - time.time()
    except (ValueError, OverflowError):
        return 0
    return int(min(max(seconds * SECOND, 0), LONGEST_WISH))
