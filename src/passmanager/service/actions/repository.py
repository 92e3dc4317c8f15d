"""All queries about actions and their uses."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder, held_by
from passmanager.service.actions.models import (
    Action,
    ActionExecution,
    ActionLimit,
    ActionStart,
    ActionUse,
    FormAnswer,
)
from passmanager.service.catalog.models import Product, Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.orders.models import Purchase

# --- actions


def actions_of(caller: Caller) -> Select[Action]:
    """The actions in the stores that a key may touch."""
    return select(Action).where(Action.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def get_action(session: Session, caller: Caller, action_id: str) -> Action:
    """One of them, locked for a change.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(actions_of(caller).where(Action.id == action_id).with_for_update())
    if found is None:
        raise NotFound(detail=f"there is no action {action_id}; see GET /v1/actions")
    return found


def _bound_to(product_id: str) -> ColumnElement[bool]:
    kind = select(Product.type_id).where(Product.id == product_id, Product.type_id.is_not(None))
    return and_(
        or_(Action.product_id == product_id, Action.type_id.in_(kind)),
        Action.archived_at.is_(None),
    )


def actions_for(session: Session, product_id: str | None) -> list[Action]:
    """What can be done with a purchase of a product: its own actions take the place of its type's."""
    if product_id is None:
        return []
    found = session.scalars(select(Action).where(_bound_to(product_id)).order_by(Action.number)).all()
    chosen: dict[str, Action] = {}
    for action in found:
        if action.key not in chosen or action.product_id is not None:
            chosen[action.key] = action
    return sorted(chosen.values(), key=lambda action: action.number)


def action_for(session: Session, right: Purchase, key: str) -> Action:
    """One of them, by its key.

    Raises:
        NotFound: The purchase has none of this key.
    """
    for action in actions_for(session, right.product_id):
        if action.key == key:
            return action
    raise NotFound(detail=f"purchase {right.id} has no action {key}")


def store_has(session: Session, store_id: str, kinds: Collection[str]) -> bool:
    """Does a store have an action of such a kind at all? Most have none, and a chain brings many purchases at once."""
    known: dict[str, bool] = session.info.setdefault("stores with actions", {})
    if store_id not in known:
        asked = select(Action.id).where(
            Action.store_id == store_id, Action.kind.in_(kinds), Action.archived_at.is_(None)
        )
        known[store_id] = session.scalar(asked.limit(1)) is not None
    return known[store_id]


def products_with(session: Session, product_ids: Collection[str], kinds: Collection[str]) -> bool:
    """Does any of these products have an action of such a kind?"""
    types = select(Product.type_id).where(Product.id.in_(product_ids), Product.type_id.is_not(None))
    asked = select(Action.id).where(
        or_(Action.product_id.in_(product_ids), Action.type_id.in_(types)),
        Action.kind.in_(kinds),
        Action.archived_at.is_(None),
    )
    return session.scalar(asked.limit(1)) is not None


def names_of(session: Session, action_ids: Collection[str]) -> dict[str, Action]:
    """Actions by id, archived ones too."""
    return {one.id: one for one in session.scalars(select(Action).where(Action.id.in_(action_ids)))}


# --- purchases


def held(session: Session, holder: Holder, purchase_id: str) -> Purchase:
    """A purchase that a person may use, to be read.

    Raises:
        NotFound: There is none of this id, or it is somebody else's.
    """
    found = session.scalar(select(Purchase).where(Purchase.id == purchase_id, held_by(holder)))
    if found is None:
        raise NotFound(detail=f"there is no purchase {purchase_id} of yours; see GET /v1/me/purchases")
    return found


def get_purchase(session: Session, caller: Caller, purchase_id: str) -> Purchase:
    """A purchase in the stores of a key.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    stores = stores_of(caller).with_only_columns(Store.id)
    found = session.scalar(select(Purchase).where(Purchase.id == purchase_id, Purchase.store_id.in_(stores)))
    if found is None:
        raise NotFound(detail=f"there is no purchase {purchase_id}; see GET /v1/purchases")
    return found


def lock_purchase(session: Session, purchase_id: str) -> Purchase | None:
    """So that uses of its actions are numbered one after the other."""
    asked = select(Purchase).where(Purchase.id == purchase_id).with_for_update()
    return session.scalar(asked.execution_options(populate_existing=True))


# --- uses


def add_use(session: Session, purchase_id: str, action_id: str, person: str) -> None:
    """The row of a counter, unless it is there."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "purchase_id": purchase_id, "action_id": action_id, "person": person, "count": 0, "rearms": 0, "told": False,
    }  # fmt: skip
    session.execute(insert(ActionUse).values(row).on_conflict_do_nothing())


def _of(purchase_id: str, action_id: str, person: str) -> ColumnElement[bool]:
    return and_(ActionUse.purchase_id == purchase_id, ActionUse.action_id == action_id, ActionUse.person == person)


def take(session: Session, purchase_id: str, action_id: str, person: str, most: int | None) -> int | None:
    """Counts one use, in one statement; None if there were as many as may be."""
    counting = update(ActionUse).where(_of(purchase_id, action_id, person))
    if most is not None:
        counting = counting.where(ActionUse.count < most)
    counting = counting.values(count=ActionUse.count + 1).returning(ActionUse.count)
    return session.scalar(counting.execution_options(synchronize_session=False))


def use_of(session: Session, purchase_id: str, action_id: str, person: str) -> ActionUse | None:
    """A counter, as it is now."""
    asked = select(ActionUse).where(_of(purchase_id, action_id, person)).with_for_update()
    return session.scalar(asked.execution_options(populate_existing=True))


def uses_of(session: Session, purchase_id: str) -> list[ActionUse]:
    """All counters of a purchase."""
    asked = select(ActionUse).where(ActionUse.purchase_id == purchase_id).order_by(ActionUse.person)
    return list(session.scalars(asked.execution_options(populate_existing=True)))


def start_counting_again(session: Session, purchase_id: str, action_id: str | None, person: str | None) -> None:
    """One person's counter of an action, everybody's, or all of a purchase."""
    mine = update(ActionUse).where(ActionUse.purchase_id == purchase_id)
    mine = mine if action_id is None else mine.where(ActionUse.action_id == action_id)
    mine = mine if person is None else mine.where(ActionUse.person == person)
    session.execute(mine.values(count=0, rearms=0, told=False).execution_options(synchronize_session=False))


def own_limits(session: Session, purchase_id: str) -> dict[str, int]:
    """Limits that a merchant gave this purchase, by action."""
    asked = select(ActionLimit.action_id, ActionLimit.max_executions).where(ActionLimit.purchase_id == purchase_id)
    return {row[0]: row[1] for row in session.execute(asked)}


def set_own_limit(session: Session, purchase_id: str, action_id: str, most: int | None) -> None:
    """Another limit for one purchase; None takes it away."""
    mine = (ActionLimit.purchase_id == purchase_id, ActionLimit.action_id == action_id)
    session.execute(delete(ActionLimit).where(*mine))
    if most is not None:
        session.add(ActionLimit(purchase_id=purchase_id, action_id=action_id, max_executions=most))
    session.flush()


# --- executions


def next_number(session: Session, purchase_id: str, action_id: str) -> int:
    """Of the next use; whoever asks has locked the purchase."""
    asked = select(func.max(ActionExecution.n)).where(
        ActionExecution.purchase_id == purchase_id, ActionExecution.action_id == action_id
    )
    return (session.scalar(asked) or 0) + 1


def counts_of(session: Session, purchase_id: str) -> dict[str, int]:
    """How often the actions of a purchase were used in all, by action."""
    asked = (
        select(ActionExecution.action_id, func.count())
        .where(ActionExecution.purchase_id == purchase_id)
        .group_by(ActionExecution.action_id)
    )
    return {row[0]: row[1] for row in session.execute(asked)}


def execution_by_key(session: Session, purchase_id: str, person: str, key: str) -> ActionExecution | None:
    """What a request with this `Idempotency-Key` did."""
    return session.scalar(
        select(ActionExecution).where(
            ActionExecution.purchase_id == purchase_id,
            ActionExecution.person == person,
            ActionExecution.idempotency_key == key,
        )
    )


def executions_of(caller: Caller) -> Select[ActionExecution]:
    """In the stores that a key may touch."""
    return select(ActionExecution).where(ActionExecution.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def executions_by(purchase_id: str, person: str) -> Select[ActionExecution]:
    """Of a purchase: what the person did, and what happened by itself."""
    return select(ActionExecution).where(
        ActionExecution.purchase_id == purchase_id, ActionExecution.person.in_((person, ""))
    )


def answers_to(action: Action) -> Select[FormAnswer]:
    """Filled in forms of one action."""
    return select(FormAnswer).where(FormAnswer.action_id == action.id)


def keys_made(session: Session, purchase_ids: Collection[str]) -> Sequence[str]:
    """Ids of license keys that actions made for purchases."""
    asked = select(ActionExecution.license_key_id).where(
        ActionExecution.purchase_id.in_(purchase_ids), ActionExecution.license_key_id.is_not(None)
    )
    return [key_id for key_id in session.scalars(asked) if key_id is not None]


# --- what happens by itself


def start_of(session: Session, purchase_id: str) -> ActionStart | None:
    """Whether it has happened, or waits."""
    return session.get(ActionStart, purchase_id, populate_existing=True)


def waiting_for(session: Session, chain_id: int, most: int) -> Sequence[str]:
    """Purchases whose payment was not deep enough yet, the oldest first."""
    asked = select(ActionStart.purchase_id).where(ActionStart.chain_id == chain_id)
    return session.scalars(asked.order_by(ActionStart.at, ActionStart.purchase_id).limit(most)).all()
