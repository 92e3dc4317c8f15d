"""Keys that may not be used any more, for a while or for ever."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from passmanager.service.http.problems import Conflict
from passmanager.service.licenses import repository
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.licenses.repository import ISSUED, REVOKED, SUSPENDED
from passmanager.service.licenses.showing import key_news
from passmanager.service.news import News

FROM = {
    REVOKED: frozenset({ISSUED, SUSPENDED}),
    SUSPENDED: frozenset({ISSUED}),
    ISSUED: frozenset({SUSPENDED}),
}
"""From which status a key can come to one."""

NAMES = {REVOKED: "license_key.revoked", SUSPENDED: "license_key.suspended", ISSUED: "license_key.reinstated"}


def change(session: Session, key: LicenseKey, status: str, merchant_id: str, at: int) -> News:
    """One key, at the wish of its merchant.

    Raises:
        Conflict: It is not in a state from which this can be.
    """
    if key.status not in FROM[status]:
        raise Conflict(detail=f"license key {key.id} is {key.status}, from which it cannot become {status}")
    key.status = status
    session.flush()
    return key_news(key, merchant_id, NAMES[status], at)


def change_of_lines(session: Session, item_ids: Collection[str], status: str, merchant_id: str, at: int) -> list[News]:
    """All keys of lines that can come to a status."""
    keys = [key for key in repository.issued_to(session, item_ids) if key.status in FROM[status]]
    for key in keys:
        key.status = status
    session.flush()
    return [key_news(key, merchant_id, NAMES[status], at) for key in keys]
