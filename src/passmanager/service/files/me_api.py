"""Endpoints of files for holders of purchases."""

from fastapi import Request, Response

from passmanager.service.accounts.holders import TheHolder
from passmanager.service.files import access, devices, showing
from passmanager.service.files.links import make_link
from passmanager.service.files.schemas import DownloadDeviceOut, DownloadLinkOut, FilesOfMine
from passmanager.service.http.deps import Now, Reading, TheServices, Writing
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.shapes import Id

router = make_router(prefix="/v1/me/purchases/{purchase_id}", tag="files")


@router.get("/files")
def list_files(purchase_id: Id, holder: TheHolder, session: Reading, now: Now) -> FilesOfMine:
    """What the purchase gives to download; a product has few files."""
    return showing.show_mine(session, access.of(session, holder, purchase_id, now), now)


@router.post("/files/{file_id}/link", status_code=201)
def make_download_link(
    purchase_id: Id, file_id: Id, holder: TheHolder, session: Reading, services: TheServices, now: Now
) -> DownloadLinkOut:
    """A link for a short time. It counts as one download, however often it is used meanwhile."""
    return showing.show_link(make_link(session, services.settings, holder, purchase_id, file_id, now))


@router.post("/devices", status_code=201)
def confirm_device(
    purchase_id: Id,
    holder: TheHolder,
    request: Request,
    response: Response,
    session: Writing,
    services: TheServices,
    now: Now,
) -> DownloadDeviceOut:
    """This browser may download from now on, because its wallet signed in. Sets a cookie."""
    found = access.of(session, holder, purchase_id, now)
    browser = devices.Browser.of(request, services.settings)
    made = devices.confirm_by_wallet(session, found, holder, browser, now, services.wire.tell)
    browser.remember(response, services.settings)
    return showing.show_device(made)
