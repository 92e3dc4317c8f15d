"""Using an action: once, counted, and told."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder, person_of
from passmanager.service.actions import limits, repository, telling
from passmanager.service.actions.effects import EFFECTS, Desk, Effect, Run, User
from passmanager.service.actions.limits import ActionLimitReached, Standing
from passmanager.service.actions.models import Action, ActionExecution
from passmanager.service.catalog.models import Product, Store
from passmanager.service.customers.models import Customer
from passmanager.service.files.access import require_usable
from passmanager.service.http.problems import IdempotencyMismatch, Problem, bad_field
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Order, OrderItem, Purchase

CALL, ACTIVATION = "call", "activation"
DONE, FAILED = "done", "failed"
FORM = "form"


@dataclass(frozen=True, slots=True)
class Request:
    """What a holder asks for.

    Attributes:
        idempotency_key: None if he does not care about doing it twice.
    """

    holder: Holder
    answers: Mapping[str, Any] | None
    idempotency_key: str | None = None

    @property
    def body_hash(self) -> str:
        """Tells apart what comes with the same key."""
        return hashlib.sha256(repr(sorted((self.answers or {}).items(), key=repr)).encode()).hexdigest()


def execute(
    session: Session, right: Purchase, action_key: str, request: Request, desk: Desk
) -> tuple[ActionExecution, bool]:
    """Uses an action of a purchase, which the caller has locked; and whether an earlier request did it already.

    Raises:
        NotFound: The purchase has no such action.
        ActionLimitReached: It was used as often as it may be.
        PurchaseInactive: Or `PurchaseNotReady`: it cannot be used, or not yet.
        InvalidInput: Answers of a form are refused.
        NotConnected: The merchant has nothing that could be told.
    """
    user = user_of(session, request.holder, right)
    done = _done_before(session, right, user, action_key, request)
    if done is not None:
        return done, True
    action = repository.action_for(session, right, action_key)
    require_usable(session, right, desk.at)
    if (action.kind == FORM) != (request.answers is not None):
        needs = "needs the answers to its questions" if action.kind == FORM else "asks no questions"
        raise bad_field("/body/answers", "answers", f"action {action.key} {needs}")
    standing = limits.count(session, action, right, user.person)
    if standing is None:
        raise _refused(session, action, right, user, desk)
    run = prepare(session, action, right, user, desk, request)
    made = _row(run, CALL)
    made.idempotency_key = request.idempotency_key and _key_of(action_key, request.idempotency_key)
    made.body_hash = request.body_hash
    _finish(run, made, EFFECTS[action.kind](run), standing)
    return made, False


def execute_by_itself(session: Session, action: Action, right: Purchase, desk: Desk) -> None:
    """When a purchase becomes active; not counted. What cannot be done is noted, and stops nothing else."""
    run = prepare(session, action, right, owner_of(session, right), desk, None)
    made = _row(run, ACTIVATION)
    try:
        with session.begin_nested():
            effect = EFFECTS[action.kind](run)
    except Problem as problem:
        made.status, made.problem = FAILED, str(problem)
        session.add(made)
        session.flush()
    else:
        _finish(run, made, effect, limits.standing(session, action, right, run.user.person))


def prepare(session: Session, action: Action, right: Purchase, user: User, desk: Desk, request: Request | None) -> Run:
    """All that an effect may need to know."""
    item = select(Order.id, Order.test).join(OrderItem, OrderItem.order_id == Order.id)
    order = session.execute(item.where(OrderItem.id == right.order_item_id)).one_or_none()
    return Run(
        session=session, desk=desk, execution_id=new_id("exe"), action=action, right=right,
        store=session.scalars(select(Store).where(Store.id == right.store_id)).one(),
        product=session.scalars(select(Product).where(Product.id == right.product_id)).one(), user=user,
        holder=request.holder if request else None, answers=(request.answers if request else None) or {},
        order_id=order[0] if order else None, test=bool(order and order[1]),
    )  # fmt: skip


def _row(run: Run, trigger: str) -> ActionExecution:
    return ActionExecution(
        id=run.execution_id, store_id=run.store.id, purchase_id=run.right.id, action_id=run.action.id,
        n=repository.next_number(run.session, run.right.id, run.action.id), trigger=trigger,
        person=run.user.person if trigger == CALL else "", status=DONE, created_at=run.desk.at,
    )  # fmt: skip


def _finish(run: Run, made: ActionExecution, effect: Effect, standing: Standing) -> None:
    made.result = dict(effect.result)
    made.license_key_id = effect.license_key.id if effect.license_key else None
    run.session.add(made)
    run.session.flush()
    run.desk.tell(run.session, telling.executed(run, made, effect, standing))
    if effect.answers is not None:
        run.desk.tell(run.session, telling.submitted(run, effect.answers))


def _key_of(action_key: str, idempotency_key: str) -> str:
    """The same key may be used for another action, as for any other path."""
    return f"{action_key} {idempotency_key}"


def _done_before(
    session: Session, right: Purchase, user: User, action_key: str, request: Request
) -> ActionExecution | None:
    if request.idempotency_key is None:
        return None
    key = _key_of(action_key, request.idempotency_key)
    found = repository.execution_by_key(session, right.id, user.person, key)
    if found is not None and found.body_hash != request.body_hash:
        raise IdempotencyMismatch(detail="this Idempotency-Key came with other answers before; use a new key")
    return found


def _refused(session: Session, action: Action, right: Purchase, user: User, desk: Desk) -> ActionLimitReached:
    """The merchant hears of it once; then again after a reset."""
    now = limits.standing(session, action, right, user.person)
    use = repository.use_of(session, right.id, action.id, limits.counter_of(action, user.person))
    if use is not None and not use.told:
        use.told = True
        session.flush()
        store = session.scalars(select(Store).where(Store.id == right.store_id)).one()
        desk.tell(session, telling.limit_reached(store, action, right, user, now, desk.at))
    again = "" if action.rearm == "off" else "; it can be armed again"
    return ActionLimitReached(detail=f"action {action.key} was used {now.count} of {now.most} times{again}")


# --- who


def user_of(session: Session, holder: Holder, right: Purchase) -> User:
    """Who calls."""
    person = person_of(session, holder, right.store_id)
    return _user(session, person, person, holder.wallet or right.owner)


def owner_of(session: Session, right: Purchase) -> User:
    """Whose purchase it is, when nobody calls."""
    return _user(session, "", right.customer_id or "", right.owner)


def _user(session: Session, person: str, customer_id: str, wallet: str) -> User:
    known = session.scalar(select(Customer).where(Customer.id == customer_id))
    if known is None:
        return User(person, None, "", "", "", wallet)
    name = f"{known.first_name} {known.last_name}".strip()
    return User(person, known.id, known.external_id or "", known.email, name, wallet)
