"""What programs ask about keys: is one valid, and may it be used on this device? Unknown and foreign look the same."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.clock import DAY, SECOND
from passmanager.service.http.problems import Conflict, Forbidden, NotFound, Problem, RateLimited
from passmanager.service.ids import new_id
from passmanager.service.licenses import repository
from passmanager.service.licenses.models import LicenseActivation, LicenseKey
from passmanager.service.licenses.schemas import DeviceIn, KeyAnswer, KeyQuestion
from passmanager.service.licenses.showing import key_news
from passmanager.service.licenses.terms import Terms
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import Tell

VALID, UNKNOWN, EXPIRED, NOT_ACTIVATED, ROTATED = "valid", "unknown", "expired", "not-activated", "rotated"
TELL_AGAIN = DAY
"""The merchant hears of a key whose devices are refused once in this time."""


class ActivationLimitReached(Conflict):
    """As many devices use the key as may."""

    code = "activation-limit-reached"


class ActivationRateReached(RateLimited):
    """The key was activated as often as it may be in this time."""

    code = "activation-rate-reached"


class KeyNotUsable(Forbidden):
    """The key is suspended, revoked or expired."""

    code = "license-key-not-usable"


@dataclass(frozen=True, slots=True)
class Shown:
    """A key that somebody showed, locked until the end of the transaction.

    Attributes:
        stops_at: The text is an earlier one of the key, and can be used until then; null if it is today's.
    """

    key: LicenseKey
    stops_at: int | None = None


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
    shown = _find(session, asked, desk)
    if shown is None:
        return KeyAnswer(valid=False, code=UNKNOWN)
    code, key = _state(shown, desk.at), shown.key
    if code == VALID and asked.fingerprint and repository.find_activation(session, key, asked.fingerprint) is None:
        code = NOT_ACTIVATED
    return _answer(shown, code)


def activate(session: Session, asked: DeviceIn, desk: Desk) -> KeyAnswer | Problem:
    """A device begins to use a key; one that does so already changes nothing.

    Returns:
        The answer; or why the device is refused, which the merchant is told in the same transaction.

    Raises:
        NotFound: The key is not known.
        KeyNotUsable: It is not valid.
    """
    shown = find_usable(session, asked, desk)
    if repository.find_activation(session, shown.key, asked.fingerprint) is None:
        refused = add_device(session, shown.key, asked.fingerprint, asked.name, desk)
        if refused is not None:
            return refused
    return _answer(shown, VALID)


def add_device(session: Session, key: LicenseKey, fingerprint: str, name: str, desk: Desk) -> Problem | None:
    """Counts one more device, or says why not."""
    refused = _refusal(session, key, desk.at)
    if refused is not None:
        _tell_of_limit(session, key, refused, desk)
        return refused
    session.add(
        LicenseActivation(
            id=new_id("act"), license_key_id=key.id, fingerprint=fingerprint, name=name, created_at=desk.at
        )
    )
    key.activations += 1
    rate = Terms.of(key).rate
    if rate is not None:
        repository.tick(session, key, desk.at, desk.at - rate.span)
    session.flush()
    _tell(session, key, "license_key.activated", desk)
    return None


def _refusal(session: Session, key: LicenseKey, now: int) -> Problem | None:
    if key.activation_limit is not None and key.activations >= key.activation_limit:
        return ActivationLimitReached(
            detail=f"{key.activations} of {key.activation_limit} devices use this key; deactivate one first"
        )
    rate = Terms.of(key).rate
    made = [] if rate is None else repository.ticks_of(session, key, now - rate.span, rate.count)
    if rate is None or len(made) < rate.count:
        return None
    seconds = -(-(made[-1] + rate.span - now) // SECOND)
    return ActivationRateReached(
        detail=f"{rate.count} activations of this key in {rate.span // SECOND} s are all it has; try again in"
        f" {seconds} s",
        headers=(("Retry-After", str(seconds)),),
    )


def _tell_of_limit(session: Session, key: LicenseKey, refused: Problem, desk: Desk) -> None:
    if key.limit_told_at is None or desk.at - key.limit_told_at >= TELL_AGAIN:
        key.limit_told_at = desk.at
        session.flush()
        _tell(session, key, "license_key.limit_reached", desk, refused=refused.code)


def deactivate(session: Session, asked: DeviceIn, desk: Desk) -> KeyAnswer:
    """A device does not use a key any more, whatever the key's state is; an earlier text that stopped does nothing."""
    shown = _find(session, asked, desk)
    if shown is None:
        raise _unknown()
    state = _state(shown, desk.at)
    if state == ROTATED:
        raise _not_usable(state)
    device = repository.find_activation(session, shown.key, asked.fingerprint)
    if device is not None:
        remove_device(session, shown.key, device, desk)
    return _answer(shown, state)


def remove_device(session: Session, key: LicenseKey, device: LicenseActivation, desk: Desk) -> None:
    """Counts one device less."""
    session.delete(device)
    key.activations -= 1
    key.limit_told_at = None
    session.flush()
    _tell(session, key, "license_key.deactivated", desk)


def find_usable(session: Session, asked: DeviceIn, desk: Desk) -> Shown:
    """The key that somebody shows, if it may be used.

    Raises:
        NotFound: It is not known.
        KeyNotUsable: It is not valid.
    """
    shown = _find(session, asked, desk)
    if shown is None:
        raise _unknown()
    state = _state(shown, desk.at)
    if state != VALID:
        raise _not_usable(state)
    return shown


def require_usable(key: LicenseKey, now: int) -> None:
    """Raises an error unless the key is valid.

    Raises:
        KeyNotUsable: It is not.
    """
    state = _state(Shown(key), now)
    if state != VALID:
        raise _not_usable(state)


def _not_usable(state: str) -> KeyNotUsable:
    return KeyNotUsable(detail=f"this license key is {state}; ask the shop")


def _find(session: Session, asked: KeyQuestion | DeviceIn, desk: Desk) -> Shown | None:
    """The key, locked until the end of the transaction, so that its devices are counted one after the other."""
    lookups = desk.vault.lookups(asked.key.encode())
    key = repository.find_usable(session, asked.store_id, lookups)
    shown = Shown(key) if key is not None else _find_former(session, asked.store_id, lookups)
    other = shown is not None and asked.product_id not in {None, shown.key.product_id}
    return None if other else shown


def _find_former(session: Session, store_id: str, lookups: list[str]) -> Shown | None:
    former = repository.find_former(session, store_id, lookups)
    return None if former is None else Shown(repository.lock_key(session, former.license_key_id), former.ends_at)


def _unknown() -> NotFound:
    return NotFound(detail="this license key is not known")


def _state(shown: Shown, now: int) -> str:
    key = shown.key
    if shown.stops_at is not None and shown.stops_at <= now:
        return ROTATED
    if key.status != repository.ISSUED:
        return key.status
    return EXPIRED if key.expires_at is not None and key.expires_at <= now else VALID


def _answer(shown: Shown, code: str) -> KeyAnswer:
    if code == ROTATED:
        return KeyAnswer(valid=False, code=code)
    key = shown.key
    return KeyAnswer(
        valid=code == VALID, code=code, product_id=key.product_id, activation_limit=key.activation_limit,
        activations=key.activations, expires_at=key.expires_at, test=key.test, stops_at=shown.stops_at,
    )  # fmt: skip


def _tell(session: Session, key: LicenseKey, kind: str, desk: Desk, **more: str) -> None:
    merchant_id = session.scalars(select(Store.merchant_id).where(Store.id == key.store_id)).one()
    desk.tell(session, key_news(key, merchant_id, kind, desk.at, **more))
