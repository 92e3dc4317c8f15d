"""Calls of merchants' web services: one for each unit, again and again until there is an answer or it is given up."""

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.clock import HOUR, MINUTE, SECOND
from passmanager.service.db import read_scope
from passmanager.service.engine import Again, Done, Job
from passmanager.service.fulfillment import repository, vendor_answer, vendor_request
from passmanager.service.fulfillment.delivering import unit_of
from passmanager.service.fulfillment.giving_up import give_up
from passmanager.service.fulfillment.models import Fulfillment, FulfillmentAttempt
from passmanager.service.fulfillment.progress import follow
from passmanager.service.fulfillment.repository import VENDOR, WAITING, url_of
from passmanager.service.fulfillment.starting import Act
from passmanager.service.fulfillment.telling import line_news
from passmanager.service.fulfillment.templates import read_secret
from passmanager.service.fulfillment.vendor_answer import BadAnswer, Found
from passmanager.service.fulfillment.vendor_login import LoginFailed, Logins
from passmanager.service.fulfillment.vendor_request import NEW, Request
from passmanager.service.http.outbound import Answer, CallFailed, Outbound
from passmanager.service.ids import new_id
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses.issuing import Content, issue
from passmanager.service.licenses.reading import delivered_to
from passmanager.service.licenses.vault import Vault
from passmanager.service.orders.status import SETTLED
from passmanager.service.sealing import sealer_of
from passmanager.service.services import Services
from passmanager.service.webhooks.signing import PURPOSE, sign

PAUSES = (
    5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR,
    24 * HOUR,
)  # fmt: skip
"""After the first attempt, the second, and so on; after the last one again and again."""

JITTER = 0.1
CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 10.0
MOST_BYTES = 1024 * 1024
KEPT_ANSWER = 200
"""Of what was no delivery; keys are never kept here."""

UNAUTHORIZED = 401
MOST_VERB_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Call:
    """Everything that a call needs, read before it is made."""

    url: str
    headers: dict[str, str]
    body: bytes
    auth: dict[str, Any]
    secret: dict[str, str]
    deliverable: str
    place: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended.

    Attributes:
        status: Of the answer; None if there was none.
        found: The delivery; None if there is none.
    """

    status: int | None
    problem: str = ""
    answer: str = ""
    found: Found | None = None


class VendorCalls:
    """Handlers of the work `fulfillment.call` (new units) and `fulfillment.verb` (what happens to them later)."""

    def __init__(self, services: Services) -> None:
        """One for each process."""
        self._services = services
        self._outbound = Outbound.of(services.settings)
        self._logins = Logins(self._outbound)
        self._sealer = sealer_of(services.settings)
        self._vault = Vault.of(services.settings)

    # --- new units

    def new(self, job: Job) -> Done | Again:
        """Asks for one unit."""
        fulfillment_id, unit = job.payload["fulfillment_id"], int(job.payload["unit"])
        with read_scope(self._services.sessions) as session:
            one = repository.find(session, fulfillment_id)
            if one is None or not self._wanted(session, one, unit):
                return Done()
            call = self._prepare(session, one, NEW, unit, f"{one.order_item_id}:{unit}", one.id)
        outcome = self._send(call)
        now = self._services.clock.now()
        made = partial(self._attempt, fulfillment_id=one.id, verb=NEW, unit=unit, job=job, outcome=outcome)
        if outcome.found is not None:
            return Done(partial(self._store, made=made, one_id=one.id, unit=unit, found=outcome.found))
        if one.give_up_at is not None and now >= one.give_up_at:
            return Done(partial(self._give_up, made=made, one_id=one.id, problem=outcome.problem))
        due = self._next(job, now)
        due = due if one.give_up_at is None else min(due, one.give_up_at)
        return Again(due, outcome.problem, partial(self._failed, made=made, one_id=one.id, outcome=outcome))

    @staticmethod
    def _wanted(session: Session, one: Fulfillment, unit: int) -> bool:
        order = repository.order_of(session, one)
        there = licenses.units_of(session, [one.order_item_id]).get(one.order_item_id, set())
        waits = one.status == WAITING and one.waits_for == VENDOR
        return waits and unit not in there and order.payment_status in SETTLED

    def _next(self, job: Job, now: int) -> int:
        pause = PAUSES[min(job.attempt, len(PAUSES)) - 1]
        return now + int(pause * self._services.jitter(JITTER))

    def _act(self) -> Act:
        return Act("vendor", self._services.clock.now(), self._services.wire)

    def _store(self, session: Session, made: partial[None], one_id: str, unit: int, found: Found) -> None:
        """What was answered is stored before anybody hears of it, once for each unit."""
        one = repository.find(session, one_id)
        if one is None:
            return
        batch = repository.load(session, [one.order_id])
        made(session)
        if one.status != WAITING:
            return
        act = self._act()
        before = licenses.units_of(session, [one.order_item_id])
        content = Content(unit_of(batch, one, unit, act.at), found.data, found.file_name)
        issue(session, self._vault, [content], act.at)
        one.vendor_id, one.problem = found.vendor_id or one.vendor_id, ""
        follow(session, batch, [one], before, act)

    def _failed(self, session: Session, made: partial[None], one_id: str, outcome: Outcome) -> None:
        """The merchant hears of the first failure; of the others he can read."""
        one = repository.find(session, one_id)
        if one is None:
            return
        batch = repository.load(session, [one.order_id])
        made(session)
        first = not one.problem
        one.problem, one.updated_at = outcome.problem, self._services.clock.now()
        session.flush()
        if first:
            news = line_news(batch, one, "fulfillment.failed", one.updated_at, final=False, answered=outcome.status)
            self._services.wire.tell(session, news)

    def _give_up(self, session: Session, made: partial[None], one_id: str, problem: str) -> None:
        one = repository.find(session, one_id)
        if one is not None:
            batch = repository.load(session, [one.order_id])
            made(session)
            give_up(session, batch, one, problem, self._act())

    # --- what happens later

    def verb(self, job: Job) -> Done | Again:
        """Tells that a delivery was canceled, renewed, suspended or reactivated."""
        verb, reference = str(job.payload["verb"]), str(job.payload["reference"])
        with read_scope(self._services.sessions) as session:
            one = repository.find(session, job.payload["fulfillment_id"])
            if one is None or not url_of(one, verb):
                return Done()
            call = self._prepare(session, one, verb, 1, f"{one.order_item_id}:{verb}:{reference}", reference)
        outcome = self._send(call, answer_matters=False)
        made = partial(self._attempt, fulfillment_id=one.id, verb=verb, unit=0, job=job, outcome=outcome)
        if outcome.found is not None or job.attempt >= MOST_VERB_ATTEMPTS:
            return Done(made)
        return Again(self._next(job, self._services.clock.now()), outcome.problem, made)

    # --- a call

    def _prepare(self, session: Session, one: Fulfillment, verb: str, unit: int, key: str, reference: str) -> Call:
        template = repository.template_row(session, one.template_id or "")
        secret = read_secret(template, self._sealer)
        order, item = repository.order_of(session, one), repository.item_of(session, one)
        keys = [had.text for had in delivered_to(session, self._vault, [item.id])[item.id] if had.text]
        right = repository.right_of(session, item.id)
        media, body = vendor_request.body_of(Request(verb, one, order, item, right, keys, unit, reference))
        valid = [secret["signing_secret"]] if "signing_secret" in secret else []
        signed = sign(key, int(time.time()), body, valid, self._sealer.signing_keys(PURPOSE)[0])
        headers = {"content-type": media, "accept": "application/json", "idempotency-key": key, **signed}
        auth: dict[str, Any] = template.config.get("auth") or {}
        return Call(one.config["urls"][verb], headers, body, auth, secret, one.deliverable, one.config.get("answer"))

    def _send(self, call: Call, *, answer_matters: bool = True) -> Outcome:
        try:
            login = self._logins.login(call.auth, call.secret)
            answer = self._outbound.send(
                "POST", call.url, headers={**call.headers, **login.headers}, body=call.body, tls=login.tls,
                connect_seconds=CONNECT_SECONDS, total_seconds=TOTAL_SECONDS, most_bytes=MOST_BYTES,
            )  # fmt: skip
        except (CallFailed, LoginFailed) as problem:
            return Outcome(None, str(problem))
        if answer.status == UNAUTHORIZED:
            self._logins.forget(call.auth, call.secret)
        return _judge(answer, call.deliverable if answer_matters else vendor_answer.ACKNOWLEDGED, call.place)

    def _attempt(self, session: Session, fulfillment_id: str, verb: str, unit: int, job: Job, outcome: Outcome) -> None:
        row = FulfillmentAttempt(
            id=new_id("fat"), fulfillment_id=fulfillment_id, verb=verb, unit=unit, attempt=job.attempt,
            status=outcome.status, problem=outcome.problem, answer=outcome.answer, at=self._services.clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()


def _judge(answer: Answer, deliverable: str, place: str | None) -> Outcome:
    try:
        return Outcome(answer.status, found=vendor_answer.read(answer, deliverable, place))
    except BadAnswer as problem:
        text = answer.body[:KEPT_ANSWER].decode("utf-8", "replace").replace("\x00", "")
        shown = text if answer.status not in vendor_answer.SUCCESS else ""  # there may be a key in it
        return Outcome(answer.status, str(problem), shown)
