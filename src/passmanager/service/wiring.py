"""Who listens to what: the one place that knows all domains. Used by the API and by the workers alike."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.sharing import Sharing
from passmanager.service.actions.activating import Activations
from passmanager.service.actions.keys import KeysMade
from passmanager.service.actions.limits import reactivated as actions_reactivated
from passmanager.service.checkout import confirming
from passmanager.service.checkout.opening import EXPIRE as EXPIRE_CART
from passmanager.service.contacts import release_mails
from passmanager.service.customers.changing import CONTACT_ADDED
from passmanager.service.customers.models import Customer
from passmanager.service.engine import Handlers, Job
from passmanager.service.files.links import pages_of
from passmanager.service.files.reactivating import reactivated
from passmanager.service.files.store import open_store
from passmanager.service.files.uploading import SWEEP, Sweeper
from passmanager.service.fulfillment.by_hand import REACTIVATED
from passmanager.service.fulfillment.inbound import PURPOSE, reply_address
from passmanager.service.fulfillment.listening import Deliveries
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.licenses.listening import Keys
from passmanager.service.licenses.reading import delivered_to, pictures
from passmanager.service.licenses.vault import Vault
from passmanager.service.mail.letters import SEND
from passmanager.service.mail.models import Mail
from passmanager.service.mail.sending import MailSender
from passmanager.service.mail.telling import Postman
from passmanager.service.news import News
from passmanager.service.orders import settling
from passmanager.service.orders.models import Order, OrderItem, Purchase
from passmanager.service.orders.settling import Act
from passmanager.service.orders.showing import show_order
from passmanager.service.refunds.listening import PAY, Refunds
from passmanager.service.refunds.paying import PayingBack
from passmanager.service.sealing import sealer_of
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.webhooks.recording import DELIVER, record
from passmanager.service.webhooks.sending import WebhookSender

if TYPE_CHECKING:
    from passmanager.service.refunds.wallet import Wallet


def connect(services: Services) -> None:
    """Subscribes every domain to the news of the others, in the order in which they act."""
    services.wire.subscribe_many("*", tell_merchant)
    Sharing(services.wire).subscribe()
    Deliveries(services).subscribe()
    Refunds(services).subscribe()
    Keys(services).subscribe()
    KeysMade(services.wire).subscribe()
    Activations(services).subscribe()
    services.wire.subscribe_many("*", Postman(find_emails).hear)
    services.wire.subscribe(CONTACT_ADDED, release_mails)
    services.wire.subscribe(REACTIVATED, reactivated)
    services.wire.subscribe(REACTIVATED, actions_reactivated)


def tell_merchant(session: Session, news: Sequence[News]) -> None:
    """Every event, for the feed and for webhooks."""
    record(session, news, find_order)


def find_order(session: Session, order_id: str) -> dict[str, Any] | None:
    """An order as `GET /v1/orders/{id}` shows it, for messages that need all of it."""
    order = session.scalar(select(Order).where(Order.id == order_id))
    return None if order is None else dict(show_order(session, order))


def add_webhooks(services: Services, handlers: Handlers) -> None:
    """Messages to merchants; those of profile `dpd-ipn` have the keys that are delivered by then."""
    vault = Vault.of(services.settings)

    def find(session: Session, order_id: str) -> dict[str, Any] | None:
        order = find_order(session, order_id)
        lines: list[dict[str, Any]] = [] if order is None else order["items"]
        units = delivered_to(session, vault, [line["id"] for line in lines])
        for line in lines:
            line["product_keys"] = [unit.text for unit in units[line["id"]] if unit.text]
        return order

    handlers.add_outside(DELIVER, WebhookSender(services, find))


def find_emails(session: Session, order_ids: Collection[str]) -> dict[str, str]:
    """Addresses of buyers, as they were at purchase; else the customer's of today."""
    found = select(Order.id, Order.email, Customer.email).outerjoin(Customer, Customer.id == Order.customer_id)
    return {row[0]: row[1] or row[2] or "" for row in session.execute(found.where(Order.id.in_(order_ids)))}


def _reply_to(session: Session, settings: Settings, item_id: str) -> str:
    """Where a merchant answers with a license; empty if the operator has no such address."""
    number = session.scalar(select(Fulfillment.number).where(Fulfillment.order_item_id == item_id))
    if number is None or not settings.mail_inbound:
        return ""
    return reply_address(settings.mail_inbound, number, sealer_of(settings).derive(PURPOSE))


def add_mail(services: Services, handlers: Handlers) -> None:
    """Mails to buyers and merchants; keys are read when one is sent."""
    vault = Vault.of(services.settings)

    def facts(session: Session, mail: Mail) -> dict[str, Any]:
        found: dict[str, Any] = {"order": find_order(session, mail.order_id) if mail.order_id else None}
        item_id = mail.data.get("order_item_id")
        if item_id is not None and mail.template in {"delivery", "reactivated"}:
            gone = mail.recipient in _addresses_before_move(session, item_id)
            units = [] if gone else [unit for unit in delivered_to(session, vault, [item_id])[item_id] if unit.usable]
            found["keys"] = [unit.text for unit in units if unit.text]
            found["links"] = [] if gone else pages_of(session, services.settings, item_id)
            found["files"] = [*((unit.file_name, unit.file) for unit in units if unit.file), *pictures(units)]
        if item_id is not None and mail.template == "license_request":
            found["reply_to"] = _reply_to(session, services.settings, item_id)
        if item_id is not None and mail.template in {"information", "reactivated"}:
            config = session.scalar(select(Fulfillment.config).where(Fulfillment.order_item_id == item_id)) or {}
            found |= {name: config[name] for name in ("subject", "text") if name in config}
        return found

    handlers.add_outside(SEND, MailSender(services, facts))


def _addresses_before_move(session: Session, item_id: str) -> set[str]:
    """Where the buyer of a line gets mail, if the pass with it moved to somebody else: he is shown no keys any more."""
    asked = (
        select(Order.email, Customer.email)
        .join(OrderItem, OrderItem.order_id == Order.id)
        .join(Purchase, Purchase.order_item_id == OrderItem.id)
        .join(Customer, Customer.id == Order.customer_id)
    )
    moved = asked.where(OrderItem.id == item_id, Purchase.customer_id != Order.customer_id)
    return {address for row in session.execute(moved) for address in row}


def add_fulfillment(services: Services, handlers: Handlers) -> None:
    """Deliveries, and keys that are issued later."""
    Deliveries(services).add_handlers(handlers)
    Keys(services).add_handlers(handlers)


def add_files(services: Services, handlers: Handlers) -> None:
    """Contents that no file has any more."""
    handlers.add_outside(SWEEP, Sweeper(services.sessions, lambda: open_store(services.settings)))


def add_actions(services: Services, handlers: Handlers) -> None:
    """What happens by itself when a purchase becomes active."""
    Activations(services).add_handlers(handlers)


def add_checkout(services: Services, handlers: Handlers) -> None:
    """The end of carts that nobody confirmed."""

    def expire(session: Session, jobs: Sequence[Job]) -> None:
        for job in jobs:
            confirming.expire(session, job.key, Act("clock", services.clock.now(), services.wire.tell))

    handlers.add_database(EXPIRE_CART, expire)


def add_refunds(services: Services, handlers: Handlers) -> None:
    """Refunds of the chain that the service signs itself.

    Raises:
        BadKey: The key file of the settings cannot be read with its password.
    """
    path, settings = services.settings.refund_keystore, services.settings
    if path is None:
        handlers.add_outside(PAY, PayingBack(services, None))
        return
    from passmanager.signers import LocalSigner  # noqa: PLC0415 - only who signs needs it

    signer = LocalSigner.from_keystore(path, settings.refund_keystore_password.get_secret_value())

    def open_wallet() -> "Wallet":
        from passmanager.service.refunds.wallet import Wallet  # noqa: PLC0415 - loads web3

        return Wallet.open(settings, signer)

    handlers.add_outside(PAY, PayingBack(services, open_wallet))


def add_orders(services: Services, handlers: Handlers) -> None:
    """Reminders, and the end of unpaid orders."""

    def act() -> Act:
        return Act("clock", services.clock.now(), services.wire.tell)

    def expire(session: Session, jobs: Sequence[Job]) -> None:
        for job in jobs:
            settling.expire(session, job.key, act())

    def remind(session: Session, jobs: Sequence[Job]) -> None:
        for job in jobs:
            settling.remind(session, job.key, act())

    handlers.add_database(settling.EXPIRE, expire)
    handlers.add_database(settling.REMIND, remind)
