"""Requests follow their refunds: paid, or taken back by the chain; and the service signs, if it has a key."""

from sqlalchemy.orm import Session

from passmanager.service.engine import cancel, enqueue
from passmanager.service.news import News
from passmanager.service.orders.refunding import PROCESSING
from passmanager.service.orders.settling import Act
from passmanager.service.refunds import repository
from passmanager.service.refunds.changing import APPROVED, FULFILLED, REQUESTED, UNDECIDED, move
from passmanager.service.refunds.models import RefundRequest
from passmanager.service.services import Services

PAY = "refund"


class Refunds:
    """The domain as the rest of the service sees it."""

    def __init__(self, services: Services) -> None:
        """One for each process."""
        self._services = services

    def subscribe(self) -> None:
        """To all news of refunds."""
        wire = self._services.wire
        wire.subscribe("refund.created", self.created)
        wire.subscribe("refund.succeeded", self.succeeded)
        wire.subscribe("refund.reorged", self.reorged)

    def created(self, session: Session, news: News) -> None:
        """One of the chain, whoever made it: with a key of its own the service signs it."""
        refund = repository.refund_row(session, str(news.data["id"]))
        if refund.chain_id is not None and refund.status == PROCESSING and self._services.settings.refund_keystore:
            refund.by_service = True
            session.flush()
            enqueue(session, PAY, refund.id, news.at)

    def succeeded(self, session: Session, news: News) -> None:
        """The buyer has his money; also if the merchant paid while nobody had decided yet."""
        refund = repository.refund_row(session, str(news.data["id"]))
        request = repository.of_refund(session, refund.id) or self._undecided(session, news)
        if request is None or request.status == FULFILLED:
            return
        request.refund_id, request.amount, request.problem = refund.id, refund.amount, ""
        self._move(session, request, FULFILLED, news)

    def _undecided(self, session: Session, news: News) -> RefundRequest | None:
        item_id = news.data["item_id"]
        found = None if item_id is None else repository.find_open(session, str(item_id))
        if found is None or found.status not in UNDECIDED:
            return None
        line = repository.lines_of(session, [found.order_item_id])[found.order_item_id]
        return found if line.item.refunded_at is not None else None

    def reorged(self, session: Session, news: News) -> None:
        """As before the refund; one that was signed here is sent again."""
        refund = repository.refund_row(session, str(news.data["id"]))
        request = repository.of_refund(session, refund.id)
        if request is not None and request.status == FULFILLED:
            back = APPROVED if refund.asked else REQUESTED
            if not refund.asked:
                request.refund_id = request.amount = None
            self._move(session, request, back, news)
        if repository.transactions_of(session, refund.id):
            cancel(session, PAY, refund.id)  # its last look may be due much later
            enqueue(session, PAY, refund.id, news.at)

    def _move(self, session: Session, request: RefundRequest, new: str, news: News) -> None:
        line = repository.lines_of(session, [request.order_item_id])[request.order_item_id]
        move(session, line, request, new, Act("chain", news.at, self._services.wire.tell))
