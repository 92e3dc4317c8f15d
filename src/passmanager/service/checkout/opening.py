"""New sessions: of a link, of a merchant's server, or of a person who signed in."""

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder
from passmanager.service.accounts.models import UserSession
from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Store
from passmanager.service.checkout import carting, changing
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.schemas import USUAL, CheckoutSessionIn, MySessionIn, Redirects
from passmanager.service.checkout.telling import session_news
from passmanager.service.clock import SECOND
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.engine import enqueue
from passmanager.service.http.auth import Caller, hash_key
from passmanager.service.http.problems import Conflict, NotFound
from passmanager.service.ids import new_id
from passmanager.service.orders.settling import Act

PREFIX = "pmc_"
EXPIRE = "checkout.expire"


def begin(store: Store, now: int, lasts: int = USUAL) -> tuple[CheckoutSession, str]:
    """An empty one and the token of the buyer's browser; it is not kept yet."""
    token = PREFIX + secrets.token_hex(32)
    form: dict[str, Any] = {"custom_fields": {}, "consents": {}}
    made = CheckoutSession(
        id=new_id("cks"), store_id=store.id, token_hash=hash_key(token), status="open", currency=store.currency,
        cart={}, quote={}, form=form, context={"query": {}, "redirects": Redirects().model_dump(mode="json")},
        test=False, expires_at=now + lasts * SECOND, created_at=now, updated_at=now,
    )  # fmt: skip
    carting.empty(made)
    return made, token


def keep(session: Session, made: CheckoutSession, act: Act) -> None:
    """Begins its life, which ends by itself."""
    session.add(made)
    session.flush()
    enqueue(session, EXPIRE, made.id, made.expires_at)
    act.tell(session, session_news(session, made, "checkout.created", act.at))


def open_for_merchant(
    session: Session, caller: Caller, body: CheckoutSessionIn, act: Act
) -> tuple[CheckoutSession, str]:
    """A merchant's server makes the cart: amounts of lines are its word."""
    store = catalog.get_store(session, caller, body.store_id)
    made, token = begin(store, act.at, body.lasts)
    made.test = body.test
    made.context = {**made.context, "redirects": body.redirects.model_dump(mode="json")}
    if body.external_customer_id is not None:
        made.context = {**made.context, "external_customer_id": body.external_customer_id}
    if body.user_session_id is not None:
        _of_user(made, _user_session(session, store, body.user_session_id, act.at))
    changing.fill(session, made, store, body, act.at, promised=True)
    keep(session, made, act)
    return made, token


def _user_session(session: Session, store: Store, session_id: str, now: int) -> UserSession:
    found = session.scalar(select(UserSession).where(UserSession.id == session_id, UserSession.store_id == store.id))
    if found is None:
        raise NotFound(detail=f"store {store.id} has no session {session_id}; see POST /v1/sessions")
    if found.expires_at <= now:
        raise Conflict(detail=f"session {session_id} is over; open a new one")
    return found


def _of_user(made: CheckoutSession, user: UserSession) -> None:
    made.customer_id, made.user_session_id = user.customer_id, user.id
    made.account_id, made.seats = user.account_id, user.seats


def open_for_holder(session: Session, holder: Holder, body: MySessionIn, act: Act) -> tuple[CheckoutSession, str]:
    """A person who signed in: the merchant or a wallet vouches for him."""
    if holder.store_id not in {"", body.store_id}:
        raise NotFound(detail=f"your session is of another shop than {body.store_id}")
    store = session.scalar(select(Store).where(Store.id == body.store_id))
    if store is None:
        raise NotFound(detail=f"there is no store {body.store_id}")
    made, token = begin(store, act.at)
    if holder.session_id:
        _of_user(made, _user_session(session, store, holder.session_id, act.at))
    else:
        made.customer_id = find_or_add(session, store.id, Person(wallet=holder.wallet), act.at).id
        made.form = {**made.form, "customer": {"wallet": holder.wallet}}
    changing.fill(session, made, store, body, act.at, promised=False)
    keep(session, made, act)
    return made, token
