"""What the faces of other shops need of the domains that deliver."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from passmanager.service.compat.dpd.ports import Downloads, Ports, Reactivation
from passmanager.service.files.reactivating import downloads_of_lines
from passmanager.service.fulfillment import by_hand
from passmanager.service.fulfillment.starting import Act as Delivery
from passmanager.service.licenses.reading import delivered_to
from passmanager.service.licenses.vault import Vault
from passmanager.service.orders.models import Order
from passmanager.service.orders.settling import Act
from passmanager.service.sealing import sealer_of
from passmanager.service.services import Services
from passmanager.service.webhooks.profiles import dpd_ipn


def dpd_ports(services: Services) -> Ports:
    """Keys, files, deliveries and notifications of this service."""
    vault = Vault.of(services.settings)

    def keys(session: Session, items: Sequence[str]) -> Mapping[str, Sequence[str]]:
        if not items:
            return {}
        found = delivered_to(session, vault, items)
        return {item: [unit.text or unit.file_name for unit in units] for item, units in found.items()}

    def files(session: Session, items: Sequence[str]) -> Mapping[str, Downloads]:
        found = downloads_of_lines(session, items)
        return {item: Downloads(one.limit, one.count, one.expires_at) for item, one in found.items()}

    def reactivate(session: Session, order: Order, asked: Reactivation, act: Act) -> None:
        wish = by_hand.Wish(asked.recipient, asked.refulfill)
        by_hand.reactivate(session, order, wish, Delivery(act.actor, act.at, services.wire))

    def verify(fields: Mapping[str, str]) -> bool:
        return dpd_ipn.verify(fields, sealer_of(services.settings).derive_all(dpd_ipn.VERIFY_PURPOSE))

    return Ports(keys=keys, files=files, reactivate=reactivate, verify=verify)
