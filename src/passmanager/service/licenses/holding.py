"""What the holder of a purchase may do with its keys himself."""

from sqlalchemy.orm import Session

from passmanager.service.clock import DAY
from passmanager.service.http.problems import Forbidden, NotFound, Problem, RateLimited
from passmanager.service.licenses import files, repository, rotating, using
from passmanager.service.licenses.files import Signer
from passmanager.service.licenses.models import LicenseActivation, LicenseKey
from passmanager.service.licenses.repository import ISSUED
from passmanager.service.licenses.rotating import Turn
from passmanager.service.licenses.schemas import FileIn, LicenseFile
from passmanager.service.licenses.terms import Terms
from passmanager.service.licenses.using import Desk
from passmanager.service.news import News

HOLDER = "holder"
ROTATIONS_A_DAY = 10


class DeviceNotActivated(Forbidden):
    """The device does not use the key."""

    code = "device-not-activated"


def get_key(session: Session, right_id: str, key_id: str) -> LicenseKey:
    """A key of a purchase that the caller holds, locked.

    Raises:
        NotFound: The purchase has no such key, or has it no more.
    """
    found = session.scalar(repository.of_right(right_id).where(LicenseKey.id == key_id).with_for_update())
    if found is None:
        raise NotFound(detail=f"purchase {right_id} has no license key {key_id}")
    return found


def rotate(session: Session, key: LicenseKey, turn: Turn) -> tuple[LicenseKey, list[News]]:
    """Another key instead of one that leaked.

    Raises:
        Forbidden: The terms of the key do not allow it, or it is suspended.
        RateLimited: It was rotated too often today.
    """
    if not Terms.of(key).holder_may_rotate:
        raise Forbidden(detail=f"license key {key.id} is rotated by the shop only; ask there")
    if key.status != ISSUED:
        raise Forbidden(detail=f"license key {key.id} is {key.status}; ask the shop")
    if repository.count_rotations(session, key, HOLDER, turn.at - DAY) >= ROTATIONS_A_DAY:
        raise RateLimited(
            detail=f"license key {key.id} was rotated {ROTATIONS_A_DAY} times in a day; try again tomorrow",
            headers=(("Retry-After", str(DAY // 1_000)),),
        )
    return rotating.rotate(session, key, turn)


def get_device(session: Session, key: LicenseKey, device_id: str) -> LicenseActivation:
    """A device of a key.

    Raises:
        NotFound: The key has no such device.
    """
    found = session.scalar(repository.devices_of(key).where(LicenseActivation.id == device_id))
    if found is None:
        raise NotFound(detail=f"license key {key.id} has no device {device_id}")
    return found


def remove_device(session: Session, key: LicenseKey, device_id: str, desk: Desk) -> None:
    """A device does not use the key any more."""
    locked = repository.lock_key(session, key.id)
    using.remove_device(session, locked, get_device(session, locked, device_id), desk)


def require_device(session: Session, key: LicenseKey, fingerprint: str) -> None:
    """Files are for devices that are counted.

    Raises:
        DeviceNotActivated: This one is not.
    """
    if repository.find_activation(session, key, fingerprint) is None:
        raise DeviceNotActivated(detail="this device does not use the license key; activate it first")


def make_file(session: Session, key: LicenseKey, body: FileIn, signer: Signer, desk: Desk) -> LicenseFile | Problem:
    """A license file for the holder; of a key for a limited number of devices each file is for one of them.

    Returns:
        The file; or why the device is refused, which the merchant is told in the same transaction.

    Raises:
        DeviceNotActivated: A device has to be named.
    """
    using.require_usable(key, signer.at)
    terms = Terms.of(key)
    if body.fingerprint is None and (key.activation_limit is not None or terms.rate is not None):
        raise DeviceNotActivated(detail="this key is for a limited number of devices; name one as `fingerprint`")
    if body.fingerprint and repository.find_activation(session, key, body.fingerprint) is None:
        refused = using.add_device(session, key, body.fingerprint, "", desk)
        if refused is not None:
            return refused
    days = min(body.days or terms.offline_days, terms.offline_days)
    return files.make_file(session, key, signer, body.fingerprint, days)
