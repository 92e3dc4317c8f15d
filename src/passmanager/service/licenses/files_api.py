"""Endpoints of rotation, devices and license files, and the public keys by which files are verified."""

from typing import Annotated

from fastapi import Depends, Response
from sqlalchemy import select

from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import get_store
from passmanager.service.db import read_scope, session_scope
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import NotFound
from passmanager.service.http.public import Limited
from passmanager.service.http.shapes import Id
from passmanager.service.licenses import files, holding, repository, rotating, showing, using
from passmanager.service.licenses.api import TheDesk
from passmanager.service.licenses.files import Signer
from passmanager.service.licenses.models import LicenseActivation
from passmanager.service.licenses.revoking import MERCHANT
from passmanager.service.licenses.schemas import (
    DeviceIn,
    DeviceOut,
    FileIn,
    KeyOut,
    LicenseFile,
    PublicKey,
    PublicKeys,
    RotateIn,
)
from passmanager.service.licenses.terms import Terms
from passmanager.service.licenses.vault import Vault
from passmanager.service.sealing import sealer_of

router = make_router(prefix="/v1", tag="licenses")

Reader = Annotated[Caller, Depends(require("licenses:read"))]
Writer = Annotated[Caller, Depends(require("licenses:write"))]
WriteOnce = Annotated[Once, Depends(once("licenses:write"), scope="function")]


def _signer(services: TheServices, now: Now) -> Signer:
    return Signer(sealer_of(services.settings), now)


TheSigner = Annotated[Signer, Depends(_signer)]


@router.post("/license-keys/{key_id}/rotate", response_model=KeyOut)
def rotate(key_id: Id, body: RotateIn, request: WriteOnce, services: TheServices) -> Response:
    """Another key instead of this one, which stops at once or after a grace; a pool's gets a new id."""
    session, caller = request.session, request.caller
    key = repository.lock_key(session, repository.get_key(session, caller, key_id).id)
    grace = Terms.of(key).rotation_grace if body.grace_seconds is None else body.grace_seconds * 1_000
    turn = rotating.Turn(
        vault=Vault.of(services.settings), merchant_id=caller.merchant_id, made_by=MERCHANT, at=request.now, grace=grace
    )
    new, news = rotating.rotate(session, key, turn, body.key)
    services.wire.tell_all(session, news)
    return request.answer(showing.show_key(new), 200)


@router.get("/license-keys/{key_id}/devices")
def list_devices(
    key_id: Id, session: Reading, caller: Reader, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[DeviceOut]:
    """The devices that use a key, the newest first."""
    asked = repository.devices_of(repository.get_key(session, caller, key_id))
    found = session.scalars(after(asked, LicenseActivation.number, cursor, limit)).all()
    return page(found, limit, lambda device: device.number, showing.show_device)


@router.delete("/license-keys/{key_id}/devices/{device_id}", status_code=204)
def remove_device(key_id: Id, device_id: Id, session: Writing, caller: Writer, desk: TheDesk) -> None:
    """A device does not use the key any more."""
    holding.remove_device(session, repository.get_key(session, caller, key_id), device_id, desk)


@router.post("/license-keys/{key_id}/file", response_model=LicenseFile)
def make_file(key_id: Id, body: FileIn, request: WriteOnce, services: TheServices) -> Response:
    """A license that is verified without the service."""
    key = repository.get_key(request.session, request.caller, key_id)
    signer = Signer(sealer_of(services.settings), request.now)
    return request.answer(files.make_file(request.session, key, signer, body.fingerprint, body.days), 200)


@router.post("/license-keys/file")
def make_file_of_device(body: DeviceIn, session: Writing, _: Limited, desk: TheDesk, signer: TheSigner) -> LicenseFile:
    """A license file for a device that uses a key. Needs no API key."""
    shown = using.find_usable(session, body, desk)
    holding.require_device(session, shown.key, body.fingerprint)
    return files.make_file(session, shown.key, signer, body.fingerprint, None)


@router.get("/stores/{store_id}/license-public-key")
def get_license_public_key(store_id: Id, services: TheServices, _: Limited, signer: TheSigner) -> PublicKeys:
    """The keys by which license files of a store are verified. Needs no API key."""
    with read_scope(services.sessions) as session:
        if session.scalar(select(Store.id).where(Store.id == store_id)) is None:
            raise NotFound(detail=f"there is no store {store_id}")
        found = files.find_public_keys(session, store_id)
    if found is None:
        with session_scope(services.sessions) as session:
            files.signing_key(session, store_id, signer)
            found = files.find_public_keys(session, store_id)
    assert found is not None  # noqa: S101 - invariant: made above
    return found


@router.post("/stores/{store_id}/license-signing-keys", status_code=201, response_model=PublicKey)
def rotate_signing_key(store_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """A new key that signs from now on; files of the keys before it still verify."""
    store = get_store(request.session, request.caller, store_id)
    signer = Signer(sealer_of(services.settings), request.now)
    files.new_signing_key(request.session, store.id, signer)
    shown = files.find_public_keys(request.session, store.id)
    assert shown is not None  # noqa: S101 - invariant: made above
    return request.answer(shown.keys[0])


@router.delete("/stores/{store_id}/license-signing-keys/{signing_key_id}", status_code=204)
def withdraw_signing_key(store_id: Id, signing_key_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """A key that became known to others: it is not published any more, and its files are refused."""
    files.withdraw(session, get_store(session, caller, store_id).id, signing_key_id, now)
