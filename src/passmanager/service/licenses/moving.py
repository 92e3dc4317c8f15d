"""Keys of a pass that moved: the new holder has them, the old one loses them, by the terms of each."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from passmanager.service.clock import rfc3339
from passmanager.service.licenses import repository
from passmanager.service.licenses.models import FormerKey, LicenseKey
from passmanager.service.licenses.repository import ISSUED, REVOKED, SUSPENDED
from passmanager.service.licenses.revoking import NAMES, REORG, TRANSFER, bring_back, put
from passmanager.service.licenses.rotating import (
    DEACTIVATED,
    ROTATED,
    Turn,
    release,
    remember,
    replace,
    restore_devices,
    rewrite,
)
from passmanager.service.licenses.showing import key_news
from passmanager.service.licenses.terms import REISSUE, RELEASE, REVOKE, ROTATE, Terms
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import News, Tell

HELD = frozenset({ISSUED, SUSPENDED})


def moved(session: Session, told: Sequence[News], vault: Vault, tell: Tell, now: int) -> None:
    """Passes have other holders: one piece of news for each right of access. `now` is ours, not that of the block."""
    keys: dict[str, list[LicenseKey]] = {}
    for key in repository.keys_of_rights(session, {one.aggregate_id for one in told}):
        keys.setdefault(key.purchase_id or "", []).append(key)
    for one in told:
        mine = keys.get(one.aggregate_id, [])
        if mine:
            for news in _move(session, mine, one, vault, now):
                tell(session, news)


def _move(session: Session, keys: Sequence[LicenseKey], told: News, vault: Vault, now: int) -> list[News]:
    back = bool(told.data.get("reorged"))
    turn = Turn(
        vault=vault, merchant_id=told.merchant_id, made_by=REORG if back else TRANSFER, at=now,
        owner=str(told.data.get("previous_owner", "")),
    )  # fmt: skip
    if back:
        return [news for key in keys for news in _give_back(session, key, str(told.data["owner"]), turn)]
    return [news for key in keys if key.status in HELD for news in _hand_over(session, key, turn)]


def _hand_over(session: Session, key: LicenseKey, turn: Turn) -> list[News]:
    terms = Terms.of(key)
    devices = release(session, key) if terms.devices_on_transfer == RELEASE else []
    freed = [key_news(key, turn.merchant_id, DEACTIVATED, turn.at, made_by=turn.made_by)] if devices else []
    if terms.keys_on_transfer == ROTATE and terms.pattern:
        return [*freed, rewrite(session, key, terms.make(), turn, devices)]
    remember(session, key, turn, devices)
    if terms.keys_on_transfer == REISSUE and key.pool_id is not None:
        return [*freed, *_reissue(session, key, turn)]
    if terms.keys_on_transfer in {REVOKE, REISSUE}:
        return [*freed, _revoke(session, key, turn)]
    session.flush()
    return freed


def _reissue(session: Session, key: LicenseKey, turn: Turn) -> list[News]:
    """The old key stops in any case; if its pool is empty, the next one that comes is issued instead."""
    new, news = replace(session, key, turn)
    if new is not None:
        return news
    gone = _revoke(session, key, turn)
    key.wants_replacement = True
    session.flush()
    return [gone, *news]


def _revoke(session: Session, key: LicenseKey, turn: Turn) -> News:
    put(key, REVOKED, turn.made_by)
    session.flush()
    return key_news(key, turn.merchant_id, NAMES[REVOKED], turn.at, made_by=turn.made_by)


def _give_back(session: Session, key: LicenseKey, owner: str, turn: Turn) -> list[News]:
    """The chain took the move back: the key is what it was when this holder had it."""
    former = repository.former_of_owner(session, key, owner)
    if former is None or key.status not in HELD | {REVOKED}:
        return []
    news: list[News] = []
    if key.status == REVOKED and key.reason == TRANSFER:
        news += _take_successor_back(session, key, turn)
        news += bring_back(session, [key], turn.merchant_id, turn.at, TRANSFER)
    if former.lookup != key.lookup:
        news.append(_undo_rotation(session, key, former, turn))
    if Terms.of(key).devices_on_transfer == RELEASE:
        restore_devices(session, key, former.devices)
    session.delete(former)
    session.flush()
    return news


def _take_successor_back(session: Session, key: LicenseKey, turn: Turn) -> list[News]:
    """The key of the pool that was issued instead; it was seen, so that nobody else gets it."""
    key.wants_replacement = False
    other = repository.successor_of(session, key)
    if other is None:
        return []
    item_id, other.order_item_id = other.order_item_id, None
    put(other, REVOKED, REORG)
    session.flush()
    key.order_item_id = item_id
    return [key_news(other, turn.merchant_id, NAMES[REVOKED], turn.at, made_by=turn.made_by)]


def _undo_rotation(session: Session, key: LicenseKey, former: FormerKey, turn: Turn) -> News:
    remember(session, key, turn)
    key.ciphertext, key.lookup, key.hint = former.ciphertext, former.lookup, former.hint
    key.rotations += 1
    session.flush()
    return key_news(key, turn.merchant_id, ROTATED, turn.at, made_by=turn.made_by, old_works_until=rfc3339(turn.at))


def reissue_waiting(
    session: Session, pool_id: str, merchant_id: str, vault: Vault, at: int, most: int
) -> tuple[list[News], bool]:
    """Keys of a pool in place of those that were revoked when it was empty; whether some still wait."""
    turn = Turn(vault=vault, merchant_id=merchant_id, made_by=TRANSFER, at=at)
    told: list[News] = []
    for key in repository.waiting_for_replacement(session, pool_id, most):
        new, news = replace(session, key, turn)
        told += news
        if new is None:
            return told, False
    return told, bool(repository.waiting_for_replacement(session, pool_id, 1))
