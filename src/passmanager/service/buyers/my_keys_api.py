"""Endpoints of holders about the license keys of their purchases: the new holder of a pass, not the old one."""

from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder, TheHolder, get_held, person_of
from passmanager.service.catalog.models import Store
from passmanager.service.db import session_scope
from passmanager.service.http.deps import Now, Reading, TheServices, Writing
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import Conflict, Forbidden, Problem
from passmanager.service.http.shapes import Id, Moment
from passmanager.service.licenses import holding, qr, repository, showing
from passmanager.service.licenses.api import TheDesk
from passmanager.service.licenses.files_api import TheSigner
from passmanager.service.licenses.models import LicenseActivation, LicenseKey
from passmanager.service.licenses.rotating import Turn
from passmanager.service.licenses.schemas import DeviceOut, FileIn, LicenseFile
from passmanager.service.licenses.terms import Terms
from passmanager.service.licenses.vault import Vault
from passmanager.service.orders.models import Purchase

router = make_router(prefix="/v1/me/purchases/{purchase_id}/license-keys", tag="buyers")

Format = Annotated[qr.Picture, Query()]
PICTURES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {} for media in qr.MEDIA.values()}, "description": "The picture."}
}


class MyKey(BaseModel):
    """A license key of a purchase, in clear; of a file only its name."""

    id: str
    unit: int | None
    kind: str
    key: str
    file_name: str
    status: str
    test: bool
    activation_limit: int | None
    activations: int
    may_rotate: bool
    expires_at: Moment | None
    issued_at: Moment | None


def _show(key: LicenseKey, vault: Vault) -> MyKey:
    return MyKey(
        id=key.id, unit=key.unit, kind=key.kind, key="" if key.file_name else vault.text(key),
        file_name=key.file_name, status=key.status, test=key.test, activation_limit=key.activation_limit,
        activations=key.activations, may_rotate=Terms.of(key).holder_may_rotate, expires_at=key.expires_at,
        issued_at=key.issued_at,
    )  # fmt: skip


def _own(session: Session, holder: Holder, purchase_id: str) -> Purchase:
    """A purchase that the person bought or holds, not one that somebody shares with him."""
    right = get_held(session, holder, purchase_id)
    if right.owner != holder.wallet and right.customer_id != person_of(session, holder, right.store_id):
        raise Forbidden(detail=f"only the holder of purchase {purchase_id} changes its license keys; ask him")
    return right


@router.get("")
def list_license_keys(
    purchase_id: Id, session: Reading, holder: TheHolder, services: TheServices, limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[MyKey]:  # fmt: skip
    """The keys of a purchase, the newest first."""
    asked = repository.of_right(get_held(session, holder, purchase_id).id)
    found = session.scalars(after(asked, LicenseKey.number, cursor, limit)).all()
    vault = Vault.of(services.settings)
    return page(found, limit, lambda key: key.number, lambda key: _show(key, vault))


@router.post("/{key_id}/rotate")
def rotate_license_key(
    purchase_id: Id, key_id: Id, session: Writing, holder: TheHolder, services: TheServices, now: Now
) -> MyKey:
    """Another key instead of one that leaked, if its terms allow it; the old one stops."""
    right = _own(session, holder, purchase_id)
    key = holding.get_key(session, right.id, key_id)
    merchant_id = session.scalars(select(Store.merchant_id).where(Store.id == right.store_id)).one()
    vault, grace = Vault.of(services.settings), Terms.of(key).rotation_grace
    turn = Turn(vault=vault, merchant_id=merchant_id, made_by=holding.HOLDER, at=now, grace=grace)
    new, news = holding.rotate(session, key, turn)
    services.wire.tell_all(session, news)
    return _show(new, vault)


@router.get("/{key_id}/devices")
def list_license_devices(
    purchase_id: Id, key_id: Id, session: Reading, holder: TheHolder, limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[DeviceOut]:  # fmt: skip
    """The devices that use a key, the newest first."""
    key = holding.get_key(session, get_held(session, holder, purchase_id).id, key_id)
    found = session.scalars(after(repository.devices_of(key), LicenseActivation.number, cursor, limit)).all()
    return page(found, limit, lambda device: device.number, showing.show_device)


@router.delete("/{key_id}/devices/{device_id}", status_code=204)
def remove_license_device(
    purchase_id: Id, key_id: Id, device_id: Id, session: Writing, holder: TheHolder, desk: TheDesk
) -> None:
    """A device does not use the key any more."""
    right = _own(session, holder, purchase_id)
    holding.remove_device(session, holding.get_key(session, right.id, key_id), device_id, desk)


@router.post("/{key_id}/file")
def make_license_file(
    purchase_id: Id, key_id: Id, body: FileIn, services: TheServices, holder: TheHolder, desk: TheDesk,
    signer: TheSigner,
) -> LicenseFile:  # fmt: skip
    """A license that is verified without the service; with a device, which is activated if it is not yet."""
    with session_scope(services.sessions) as session:  # what is told of a refusal is kept
        key = holding.get_key(session, get_held(session, holder, purchase_id).id, key_id)
        made = holding.make_file(session, key, body, signer, desk)
    if isinstance(made, Problem):
        raise made
    return made


@router.get("/{key_id}/qr", response_class=Response, responses=PICTURES)
def draw_license_key(
    purchase_id: Id, key_id: Id, session: Reading, holder: TheHolder, services: TheServices,
    format: Format = "svg",  # noqa: A002 - the name of the parameter
) -> Response:  # fmt: skip
    """The key as a QR code."""
    key = holding.get_key(session, get_held(session, holder, purchase_id).id, key_id)
    if key.file_name:
        raise Conflict(detail=f"license key {key.id} is a file; only texts become QR codes")
    picture = qr.draw(Vault.of(services.settings).text(key), format)
    return Response(picture, media_type=qr.MEDIA[format], headers={"Cache-Control": "no-store"})
