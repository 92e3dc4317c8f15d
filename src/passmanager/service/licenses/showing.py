"""How pools and keys look in answers and events."""

import base64
from collections.abc import Sequence

from sqlalchemy.orm import Session

from passmanager.service.clock import rfc3339, written
from passmanager.service.licenses import repository
from passmanager.service.licenses.models import KeyPool, LicenseActivation, LicenseKey
from passmanager.service.licenses.schemas import DeviceOut, KeyOut, KeyShown, PoolOut, PoolStats
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import News

MOST_DEVICES = 100


def show_pools(session: Session, pools: Sequence[KeyPool]) -> list[PoolOut]:
    """With how many keys they have."""
    counts = repository.counts_of(session, [pool.id for pool in pools])
    return [
        PoolOut(
            id=pool.id, store_id=pool.store_id, name=pool.name, low_at=pool.low_at, created_at=pool.created_at,
            stats=PoolStats(
                free=counts.get((pool.id, repository.FREE), 0),
                issued=counts.get((pool.id, repository.ISSUED), 0),
                suspended=counts.get((pool.id, repository.SUSPENDED), 0),
                revoked=counts.get((pool.id, repository.REVOKED), 0),
            ),
        )
        for pool in pools
    ]  # fmt: skip


def show_key(key: LicenseKey) -> KeyOut:
    """Without the key itself."""
    return {
        "id": key.id,
        "store_id": key.store_id,
        "pool_id": key.pool_id,
        "order_id": key.order_id,
        "order_item_id": key.order_item_id,
        "product_id": key.product_id,
        "purchase_id": key.purchase_id,
        "unit": key.unit,
        "kind": key.kind,
        "hint": key.hint,
        "file_name": key.file_name,
        "shared": key.shared,
        "test": key.test,
        "status": key.status,
        "reason": key.reason,
        "terms": key.terms,
        "activation_limit": key.activation_limit,
        "activations": key.activations,
        "rotations": key.rotations,
        "replaces": key.replaces,
        "wants_replacement": key.wants_replacement,
        "expires_at": rfc3339(key.expires_at),
        "issued_at": rfc3339(key.issued_at),
        "created_at": written(key.created_at),
    }


def show_whole_key(session: Session, vault: Vault, key: LicenseKey) -> KeyShown:
    """With the key, and who uses it."""
    content = vault.open(key)
    devices = [show_device(one) for one in repository.activations_of(session, key, MOST_DEVICES)]
    text, file = (None, base64.b64encode(content).decode()) if key.file_name else (content.decode(), None)
    return KeyShown(**show_key(key), key=text, content=file, devices=devices)


def show_device(device: LicenseActivation) -> DeviceOut:
    """A device."""
    return DeviceOut.model_validate(device, from_attributes=True)


def masked(key: LicenseKey) -> dict[str, str | int | None]:
    """A key as events show it: never the key itself."""
    return {
        "id": key.id, "kind": key.kind, "unit": key.unit, "hint": key.hint, "file_name": key.file_name,
        "status": key.status, "test": key.test, "activation_limit": key.activation_limit,
        "activations": key.activations, "expires_at": rfc3339(key.expires_at),
    }  # fmt: skip


def key_news(key: LicenseKey, merchant_id: str, kind: str, at: int, **more: str | int | None) -> News:
    """News of one key; `more` is told beside it."""
    owner = {
        "order_id": key.order_id, "order_item_id": key.order_item_id, "product_id": key.product_id,
        "purchase_id": key.purchase_id,
    }  # fmt: skip
    return News(
        type=kind, merchant_id=merchant_id, store_id=key.store_id, aggregate_type="license_key",
        aggregate_id=key.id, at=at, data={**masked(key), **owner, **more},
    )  # fmt: skip
