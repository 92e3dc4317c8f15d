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

MERCHANT, REFUND, SUBSCRIPTION, TRANSFER, REORG, RIGHT = (
    "merchant", "refund", "subscription", "transfer", "reorg", "right",
)  # fmt: skip
"""Why a key is suspended or revoked: only who did it undoes it."""

NAMES = {REVOKED: "license_key.revoked", SUSPENDED: "license_key.suspended", ISSUED: "license_key.reinstated"}


def change(session: Session, key: LicenseKey, status: str, merchant_id: str, at: int) -> News:
    """One key, at the wish of its merchant.

    Raises:
        Conflict: It is not in a state from which this can be.
    """
    if key.status not in FROM[status]:
        raise Conflict(detail=f"license key {key.id} is {key.status}, from which it cannot become {status}")
    put(key, status, MERCHANT)
    session.flush()
    return key_news(key, merchant_id, NAMES[status], at)


def put(key: LicenseKey, status: str, reason: str) -> None:
    """A new status, and why; what it was is kept."""
    key.status_before, key.status = key.status, status
    key.reason = "" if status == ISSUED else reason


def change_of_lines(
    session: Session, item_ids: Collection[str], status: str, merchant_id: str, at: int, reason: str
) -> list[News]:
    """All keys of lines that can come to a status; suspended ones go on only if they were suspended for this."""
    return change_many(session, repository.issued_to(session, item_ids), status, merchant_id, at, reason)


def change_many(
    session: Session, keys: Collection[LicenseKey], status: str, merchant_id: str, at: int, reason: str
) -> list[News]:
    """The same of keys that were found already."""
    mine = [key for key in keys if key.status in FROM[status] and (status != ISSUED or key.reason == reason)]
    for key in keys:
        key.wants_replacement = key.wants_replacement and status != REVOKED  # nothing is owed any more
    for key in mine:
        put(key, status, reason)
    session.flush()
    return [key_news(key, merchant_id, NAMES[status], at) for key in mine]


def bring_back(session: Session, keys: Collection[LicenseKey], merchant_id: str, at: int, reason: str) -> list[News]:
    """Keys that were revoked for a reason that is gone are again what they were before it."""
    mine = [key for key in keys if key.status == REVOKED and key.reason == reason]
    for key in mine:
        key.status, key.status_before = key.status_before or ISSUED, key.status
        key.reason = "" if key.status == ISSUED else MERCHANT
    session.flush()
    return [key_news(key, merchant_id, NAMES[key.status], at) for key in mine]
