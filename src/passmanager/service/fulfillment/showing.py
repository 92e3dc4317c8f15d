"""How templates and deliveries look in answers."""

from sqlalchemy.orm import Session

from passmanager.service.fulfillment import repository
from passmanager.service.fulfillment.models import Fulfillment, FulfillmentTemplate
from passmanager.service.fulfillment.schemas import AttemptOut, FulfillmentOut, FulfillmentShown, TemplateOut
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses.showing import show_key

HIDDEN = frozenset({"sealed_key"})


def show_template(template: FulfillmentTemplate) -> TemplateOut:
    """Without its secrets."""
    return TemplateOut(
        id=template.id, store_id=template.store_id, name=template.name, method=template.method,
        deliverable=template.deliverable, give_up_after=template.give_up_after,
        config={name: value for name, value in template.config.items() if name not in HIDDEN},
        has_secret=template.secret is not None or "sealed_key" in template.config,
        archived=template.archived_at is not None, created_at=template.created_at, updated_at=template.updated_at,
    )  # fmt: skip


def show_fulfillment(one: Fulfillment) -> FulfillmentOut:
    """One delivery."""
    return FulfillmentOut.model_validate(one, from_attributes=True)


def show_whole(session: Session, one: Fulfillment) -> FulfillmentShown:
    """With what was tried and what was delivered."""
    attempts = [AttemptOut.model_validate(each, from_attributes=True) for each in repository.attempts_of(session, one)]
    keys = [show_key(key) for key in licenses.issued_to(session, [one.order_item_id])]
    return FulfillmentShown(**vars(show_fulfillment(one)), attempts=attempts, keys=keys)
