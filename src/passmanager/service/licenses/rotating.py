"""Keys that get another text, or another key of their pool in their place; and how that is undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.clock import rfc3339
from passmanager.service.http.problems import Conflict, bad_field
from passmanager.service.ids import new_id
from passmanager.service.licenses import pools, repository
from passmanager.service.licenses.models import FormerKey, LicenseActivation, LicenseKey
from passmanager.service.licenses.repository import ISSUED, REVOKED, SUSPENDED
from passmanager.service.licenses.revoking import put
from passmanager.service.licenses.showing import key_news
from passmanager.service.licenses.terms import Terms
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import News

ROTATED, REVOKED_NEWS, ISSUED_NEWS = "license_key.rotated", "license_key.revoked", "license_key.issued"
DEACTIVATED = "license_key.deactivated"
ROTATABLE = frozenset({ISSUED, SUSPENDED})


class KeyPoolEmpty(Conflict):
    """There is no other key to issue."""

    code = "key-pool-empty"
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Why keys change, and when.

    Attributes:
        made_by: `merchant`, `holder`, `transfer` or `reorg`.
        at: Milliseconds.
        grace: For so long the old text still works.
        owner: Wallet that had the pass until now, if it moved.
    """

    vault: Vault
    merchant_id: str
    made_by: str
    at: int
    grace: int = 0
    owner: str = ""


def rotate(session: Session, key: LicenseKey, turn: Turn, text: str | None = None) -> tuple[LicenseKey, list[News]]:
    """The key that is good from now on: the same row with another text, or another key of the pool.

    Args:
        session: The transaction.
        key: It is locked.
        turn: Who wants it.
        text: The new key; by default it is made, or taken from the pool.

    Raises:
        Conflict: The key cannot be rotated.
        KeyPoolEmpty: Its pool has none left.
    """
    _require_rotatable(key)
    if key.pool_id is not None:
        return _from_pool(session, key, turn, text)
    terms = Terms.of(key)
    if text is None and not terms.pattern:
        raise Conflict(detail=f"license key {key.id} was not made here; send the new one as `key`")
    if text is not None and repository.is_known(session, key.store_id, turn.vault.lookups(text.encode())):
        raise Conflict(detail="another key of the store is or was this text; send a new one")
    return key, [rewrite(session, key, text or terms.make(), turn)]


def _require_rotatable(key: LicenseKey) -> None:
    if key.status not in ROTATABLE:
        raise Conflict(detail=f"license key {key.id} is {key.status}; only an issued or suspended one is rotated")
    if key.shared:
        raise Conflict(detail=f"license key {key.id} is shared by all buyers; change its fulfillment template")
    if key.file_name or key.kind == "acknowledgement":
        raise Conflict(detail=f"license key {key.id} is no text; only texts are rotated")


def _from_pool(session: Session, key: LicenseKey, turn: Turn, text: str | None) -> tuple[LicenseKey, list[News]]:
    if text is not None:
        raise bad_field("/body/key", "pool", "a key of a pool is replaced by another one of it; upload the new one")
    if turn.grace:
        raise bad_field("/body/grace_seconds", "pool", "a key of a pool stops at once; send 0")
    new, news = replace(session, key, turn)
    if new is None:
        raise KeyPoolEmpty(detail=f"key pool {key.pool_id} is empty; upload keys, then rotate again")
    return new, news


def rewrite(session: Session, key: LicenseKey, text: str, turn: Turn, devices: Sequence[Any] = ()) -> News:
    """Another text in the same row."""
    remember(session, key, turn, devices)
    turn.vault.write(key, text)
    key.rotations += 1
    session.flush()
    until = rfc3339(turn.at + turn.grace)
    return key_news(key, turn.merchant_id, ROTATED, turn.at, made_by=turn.made_by, old_works_until=until)


def remember(session: Session, key: LicenseKey, turn: Turn, devices: Sequence[Any] = ()) -> None:
    """How the key is now, for those who show its old text, and to undo what follows."""
    session.add(
        FormerKey(
            store_id=key.store_id, license_key_id=key.id, ciphertext=key.ciphertext, lookup=key.lookup, hint=key.hint,
            ends_at=turn.at + turn.grace, owner=turn.owner, devices=list(devices), made_by=turn.made_by,
            created_at=turn.at,
        )
    )  # fmt: skip


def replace(session: Session, key: LicenseKey, turn: Turn) -> tuple[LicenseKey | None, list[News]]:
    """Another key of the pool in place of one, which is revoked; None if the pool is empty."""
    numbers = repository.take_free(session, key.pool_id or "", 1, turn.at)
    if not numbers:
        return None, pools.watch(session, key.pool_id or "", turn.merchant_id, turn.at)
    status = key.status_before if key.status == REVOKED else key.status
    item_id, reason, news = key.order_item_id, key.reason, list[News]()
    key.order_item_id, key.wants_replacement = None, False
    if key.status != REVOKED:
        put(key, REVOKED, turn.made_by)
        news.append(key_news(key, turn.merchant_id, REVOKED_NEWS, turn.at))
    session.flush()  # the unit is free before it is given again
    new = repository.key_by_number(session, numbers[0])
    for name in ("order_id", "product_id", "purchase_id", "unit", "kind", "activation_limit", "expires_at", "terms"):
        setattr(new, name, getattr(key, name))
    new.order_item_id, new.replaces, new.rotations = item_id, key.id, key.rotations + 1
    new.status, new.reason = (SUSPENDED, reason) if status == SUSPENDED else (ISSUED, "")
    repository.move_activations(session, key, new)
    session.flush()
    news.append(key_news(new, turn.merchant_id, ISSUED_NEWS, turn.at, replaces=key.id))
    return new, [*news, *pools.watch(session, key.pool_id or "", turn.merchant_id, turn.at)]


def release(session: Session, key: LicenseKey) -> list[dict[str, Any]]:
    """No device uses the key any more; those that did."""
    found = [
        {"id": one.id, "fingerprint": one.fingerprint, "name": one.name, "created_at": one.created_at}
        for one in repository.activations_of(session, key)
    ]
    if found:
        repository.forget_activations(session, [key.id])
        session.refresh(key, ["activations"])
    return found


def restore_devices(session: Session, key: LicenseKey, devices: Sequence[dict[str, Any]]) -> None:
    """The devices that used the key before; those of today do so no more."""
    repository.forget_activations(session, [key.id])
    session.refresh(key, ["activations"])
    for one in devices:
        session.add(LicenseActivation(**{**one, "id": one.get("id") or new_id("act")}, license_key_id=key.id))
    key.activations = len(devices)
    session.flush()
