"""What of actions is told to the merchant; the sequence is the purchase's."""

from collections.abc import Mapping
from typing import Any

from passmanager.service.actions.effects import Effect, Run, User
from passmanager.service.actions.limits import Standing
from passmanager.service.actions.models import Action, ActionExecution, FormAnswer
from passmanager.service.catalog.models import Store
from passmanager.service.licenses.showing import masked
from passmanager.service.news import News
from passmanager.service.orders.models import Purchase


def executed(run: Run, made: ActionExecution, effect: Effect, standing: Standing) -> News:
    """An action was used; a license key is masked."""
    data = {
        "id": made.id, **_named(run.action, run.right), "product_name": run.product.name, "order_id": run.order_id,
        "test": run.test, "number": made.n, "trigger": made.trigger, "count": standing.count,
        "max_executions": standing.most, "user": run.user.shown(), "result": made.result,
    }  # fmt: skip
    if effect.license_key is not None:
        data["license_key"] = masked(effect.license_key)
    if effect.answers is not None:
        data["answers"] = effect.answers.answers
    return _news(run.store, run.right, "action.executed", data, run.desk.at)


def submitted(run: Run, answers: FormAnswer) -> News:
    """A form was filled in."""
    data = {
        "id": answers.id, "execution_id": run.execution_id, **_named(run.action, run.right),
        "product_name": run.product.name, "user": run.user.shown(), "answers": answers.answers,
    }  # fmt: skip
    return _news(run.store, run.right, "form.submitted", data, run.desk.at)


def limit_reached(store: Store, action: Action, right: Purchase, user: User, standing: Standing, at: int) -> News:
    """Somebody wanted more than he may."""
    data = {
        **_named(action, right), "limit_per": action.limit_per, "count": standing.count,
        "max_executions": standing.most, "user": user.shown(),
    }  # fmt: skip
    return _news(store, right, "action.limit_reached", data, at)


def _named(action: Action, right: Purchase) -> dict[str, Any]:
    return {
        "action_id": action.id, "action_key": action.key, "action_name": action.name, "action_type": action.kind,
        "purchase_id": right.id, "product_id": right.product_id,
    }  # fmt: skip


def _news(store: Store, right: Purchase, kind: str, data: Mapping[str, Any], at: int) -> News:
    return News(
        type=kind, merchant_id=store.merchant_id, store_id=store.id, aggregate_type="purchase",
        aggregate_id=right.id, at=at, data=data,
    )  # fmt: skip
