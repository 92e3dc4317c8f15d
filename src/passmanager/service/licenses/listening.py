"""What makes keys change by itself: passes that move or end, and pools that are filled again."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.engine import Handlers, Job, wake
from passmanager.service.licenses import repository, revoking
from passmanager.service.licenses.moving import moved, reissue_waiting
from passmanager.service.licenses.pools import RESTOCKED
from passmanager.service.licenses.repository import REVOKED
from passmanager.service.licenses.revoking import RIGHT
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import News
from passmanager.service.services import Services

TRANSFERRED, ENDED, CHANGED = "purchase.transferred", "purchase.revoked", "purchase.state_changed"
REISSUE = "license.reissue"
AT_ONCE = 100


class Keys:
    """The domain as the rest of the service sees it."""

    def __init__(self, services: Services) -> None:
        """One for each process."""
        self._services = services

    def subscribe(self) -> None:
        """To all news that concern keys."""
        wire = self._services.wire
        wire.subscribe_many(TRANSFERRED, self.moved)
        wire.subscribe(ENDED, self.ended)
        wire.subscribe(CHANGED, self.changed)
        wire.subscribe(RESTOCKED, self.restocked)

    def add_handlers(self, handlers: Handlers) -> None:
        """The work that keys leave for later."""
        handlers.add_database(REISSUE, self.reissue)

    def moved(self, session: Session, news: Sequence[News]) -> None:
        """Passes have other holders."""
        vault, now = Vault.of(self._services.settings), self._services.clock.now()
        moved(session, news, vault, self._services.wire.tell, now)

    def ended(self, session: Session, news: News) -> None:
        """A right of access is over for good: it was revoked, or its pass burned."""
        keys = repository.keys_of_rights(session, [news.aggregate_id])
        told = revoking.change_many(session, keys, REVOKED, news.merchant_id, self._services.clock.now(), RIGHT)
        self._services.wire.tell_all(session, told)

    def changed(self, session: Session, news: News) -> None:
        """The chain took it back that a right was over."""
        if news.data.get("reorged") and news.data.get("active"):
            keys = repository.keys_of_rights(session, [news.aggregate_id])
            now = self._services.clock.now()
            told = revoking.bring_back(session, keys, news.merchant_id, now, RIGHT)
            self._services.wire.tell_all(session, told)

    def restocked(self, session: Session, news: News) -> None:
        """A pool has keys again."""
        if repository.waiting_for_replacement(session, news.aggregate_id, 1):
            wake(session, REISSUE, [news.aggregate_id], self._services.clock.now())

    def reissue(self, session: Session, jobs: Sequence[Job]) -> None:
        """Keys in place of those that a moved pass lost while its pool was empty."""
        vault, now = Vault.of(self._services.settings), self._services.clock.now()
        for pool_id in sorted({job.subject for job in jobs}):
            store_id = repository.pool_row(session, pool_id).store_id
            merchant_id = session.scalars(select(Store.merchant_id).where(Store.id == store_id)).one()
            told, more = reissue_waiting(session, pool_id, merchant_id, vault, now, AT_ONCE)
            self._services.wire.tell_all(session, told)
            if more:
                wake(session, REISSUE, [pool_id], now)
