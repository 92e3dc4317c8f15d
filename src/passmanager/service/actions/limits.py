"""How often an action may be used: by the limit of the day of the purchase, by today's, or by the purchase's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from passmanager.service.actions import repository
from passmanager.service.actions.models import Action, ActionRenewal
from passmanager.service.db import Kept
from passmanager.service.http.problems import Conflict
from passmanager.service.news import News
from passmanager.service.orders.models import Purchase

PER_PURCHASE = "purchase"


class ActionLimitReached(Conflict, Kept):
    """The action was used as often as it may be."""

    code = "action-limit-reached"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is with an action.

    Attributes:
        count: Uses since the last reset.
        rearms: How often he began again by himself.
        most: The limit; None if there is none.
    """

    count: int
    rearms: int
    most: int | None

    @property
    def remaining(self) -> int | None:
        """How many uses are left; None if there is no limit."""
        return None if self.most is None else max(self.most - self.count, 0)


@dataclass(frozen=True, slots=True)
class Basis:
    """What limits of a purchase rest on.

    Attributes:
        since: When it was bought, or last reactivated: limits that were lowered later do not reach it.
        own: Limits that the merchant gave it, by action.
    """

    since: int
    own: Mapping[str, int]

    @classmethod
    def of(cls, session: Session, right: Purchase) -> "Basis":
        """Of one purchase."""
        renewed = session.get(ActionRenewal, right.id, populate_existing=True)
        return cls(renewed.at if renewed else right.created_at, repository.own_limits(session, right.id))

    def limit(self, action: Action) -> int | None:
        """The limit of that day, or today's if it is higher; the purchase's own wins over both."""
        if action.id in self.own:
            return self.own[action.id]
        before = [most for since, most in action.limits if since <= self.since]
        then: int | None = before[-1] if before else action.limits[0][1]
        today = action.max_executions
        return None if then is None or today is None else max(then, today)


def counter_of(action: Action, person: str) -> str:
    """Whose uses are counted together."""
    return "" if action.limit_per == PER_PURCHASE else person


def standing(session: Session, action: Action, right: Purchase, person: str) -> Standing:
    """As it is now."""
    use = repository.use_of(session, right.id, action.id, counter_of(action, person))
    most = Basis.of(session, right).limit(action)
    return Standing(use.count if use else 0, use.rearms if use else 0, most)


def count(session: Session, action: Action, right: Purchase, person: str) -> Standing | None:
    """Counts one use; None if no use is left. Parallel calls cannot exceed the limit."""
    counter = counter_of(action, person)
    most = Basis.of(session, right).limit(action)
    repository.add_use(session, right.id, action.id, counter)
    now = repository.take(session, right.id, action.id, counter, most)
    return None if now is None else Standing(now, 0, most)


def reactivated(session: Session, news: News) -> None:
    """Listens to `purchase.reactivated`: counting begins at 0, and limits are today's."""
    repository.start_counting_again(session, news.aggregate_id, None, None)
    session.merge(ActionRenewal(purchase_id=news.aggregate_id, at=news.at))
    session.flush()
