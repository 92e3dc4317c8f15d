"""What programs ask about keys: is one valid, and may it be used on this device? Unknown and foreign look the same."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.http.problems import Conflict, Forbidden, NotFound
from passmanager.service.ids import new_id
from passmanager.service.licenses import repository
from passmanager.service.licenses.models import LicenseActivation, LicenseKey
from passmanager.service.licenses.schemas import DeviceIn, KeyAnswer, KeyQuestion
from passmanager.service.licenses.showing import key_news
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import Tell

VALID, UNKNOWN, EXPIRED, NOT_ACTIVATED = "valid", "unknown", "expired", "not-activated"


class ActivationLimitReached(Conflict):
    """As many devices use the key as may."""

    code = "activation-limit-reached"


class KeyNotUsable(Forbidden):
    """The key is suspended, revoked or expired."""

    code = "license-key-not-usable"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where keys are shown.

    Attributes:
        at: Milliseconds.
    """

    vault: Vault
    at: int
    tell: Tell


def validate(session: Session, asked: KeyQuestion, desk: Desk) -> KeyAnswer:
    """What the key is worth."""
    key = _find(session, asked, desk)
    if key is None:
        return KeyAnswer(valid=False, code=UNKNOWN)
    code = _state(key, desk.at)
    if code == VALID and asked.fingerprint and repository.find_activation(session, key, asked.fingerprint) is None:
        code = NOT_ACTIVATED
    return _answer(key, code)


def activate(session: Session, asked: DeviceIn, desk: Desk) -> KeyAnswer:
    """A device begins to use a key; one that does so already changes nothing."""
    key = _usable(session, asked, desk)
    if repository.find_activation(session, key, asked.fingerprint) is not None:
        return _answer(key, VALID)
    if key.activation_limit is not None and key.activations >= key.activation_limit:
        raise ActivationLimitReached(
            detail=f"{key.activations} of {key.activation_limit} devices use this key; deactivate one first"
        )
    device = LicenseActivation(
        id=new_id("act"), license_key_id=key.id, fingerprint=asked.fingerprint, name=asked.name, created_at=desk.at
    )
    session.add(device)
    key.activations += 1
    session.flush()
    _tell(session, key, "license_key.activated", desk)
    return _answer(key, VALID)


def deactivate(session: Session, asked: DeviceIn, desk: Desk) -> KeyAnswer:
    """A device does not use a key any more, whatever the key's state is."""
    key = _find(session, asked, desk)
    if key is None:
        raise _unknown()
    device = repository.find_activation(session, key, asked.fingerprint)
    if device is not None:
        session.delete(device)
        key.activations -= 1
        session.flush()
        _tell(session, key, "license_key.deactivated", desk)
    return _answer(key, _state(key, desk.at))


def _usable(session: Session, asked: DeviceIn, desk: Desk) -> LicenseKey:
    key = _find(session, asked, desk)
    if key is None:
        raise _unknown()
    state = _state(key, desk.at)
    if state != VALID:
        raise KeyNotUsable(detail=f"this license key is {state}; ask the shop")
    return key


def _find(session: Session, asked: KeyQuestion | DeviceIn, desk: Desk) -> LicenseKey | None:
    """The key, locked until the end of the transaction, so that its devices are counted one after the other."""
    found = repository.find_usable(session, asked.store_id, desk.vault.lookups(asked.key.encode()))
    other = found is not None and asked.product_id not in {None, found.product_id}
    return None if other else found


def _unknown() -> NotFound:
    return NotFound(detail="this license key is not known")


def _state(key: LicenseKey, now: int) -> str:
    if key.status != repository.ISSUED:
        return key.status
    return EXPIRED if key.expires_at is not None and key.expires_at <= now else VALID


def _answer(key: LicenseKey, code: str) -> KeyAnswer:
    return KeyAnswer(
        valid=code == VALID, code=code, product_id=key.product_id, activation_limit=key.activation_limit,
        activations=key.activations, expires_at=key.expires_at,
    )  # fmt: skip


def _tell(session: Session, key: LicenseKey, kind: str, desk: Desk) -> None:
    merchant_id = session.scalars(select(Store.merchant_id).where(Store.id == key.store_id)).one()
    desk.tell(session, key_news(key, merchant_id, kind, desk.at))
