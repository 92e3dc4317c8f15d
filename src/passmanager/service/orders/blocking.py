"""The block list of a store."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, NotFound
from passmanager.service.ids import new_id
from passmanager.service.orders.holding import rule_value
from passmanager.service.orders.models import BlockRule
from passmanager.service.orders.schemas import BlockRuleIn, BlockRuleOut


def add(session: Session, store: Store, body: BlockRuleIn, now: int) -> BlockRule:
    """A new rule; its value is compared without regard to case."""
    rule = BlockRule(
        id=new_id("blk"), store_id=store.id, field=body.field, value=rule_value(body.field, body.value), created_at=now
    )
    try:
        with session.begin_nested():
            session.add(rule)
    except IntegrityError as problem:
        raise Conflict(detail=f"{body.field} {body.value} is blocked already") from problem
    return rule


def rules_of(session: Session, store: Store) -> Sequence[BlockRule]:
    """All of a store, the first first."""
    return session.scalars(
        select(BlockRule).where(BlockRule.store_id == store.id).order_by(BlockRule.created_at, BlockRule.id)
    ).all()


def remove(session: Session, caller: Caller, rule_id: str) -> None:
    """Takes a rule away.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    mine = stores_of(caller).with_only_columns(Store.id)
    rule = session.scalar(select(BlockRule).where(BlockRule.id == rule_id, BlockRule.store_id.in_(mine)))
    if rule is None:
        raise NotFound(detail=f"there is no block rule {rule_id}")
    session.delete(rule)
    session.flush()


def show(rule: BlockRule) -> BlockRuleOut:
    """As answers have it."""
    return BlockRuleOut(
        id=rule.id, store_id=rule.store_id, field=rule.field, value=rule.value, created_at=rule.created_at
    )
