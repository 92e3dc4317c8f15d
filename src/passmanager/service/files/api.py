"""Endpoints of versions, files and terms of downloads, for the merchant."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from passmanager.service.catalog.repository import get_product
from passmanager.service.db import read_scope
from passmanager.service.files import publishing, repository, showing
from passmanager.service.files.models import Download, ProductFile, ProductVersion
from passmanager.service.files.schemas import (
    DevicesOut,
    DownloadOut,
    FileOut,
    Policy,
    PolicyIn,
    PublishIn,
    VersionIn,
    VersionOut,
    VersionPatch,
)
from passmanager.service.files.store import open_store
from passmanager.service.files.uploading import Content, receive, safe_name
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.shapes import Id, Name
from passmanager.service.services import Services

router = make_router(prefix="/v1", tag="files")

Reader = Annotated[Caller, Depends(require("files:read"))]
Writer = Annotated[Caller, Depends(require("files:write"))]
WriteOnce = Annotated[Once, Depends(once("files:write"), scope="function")]
RAW = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


# --- terms


@router.get("/products/{product_id}/file-policy")
def read_file_policy(product_id: Id, session: Reading, caller: Reader) -> Policy:
    """The terms that later purchases get."""
    return publishing.policy_of(get_product(session, caller, product_id))


@router.put("/products/{product_id}/file-policy")
def set_file_policy(product_id: Id, body: PolicyIn, session: Writing, caller: Writer, now: Now) -> Policy:
    """New terms, for later purchases. Limits also reach purchases that are reactivated."""
    product = repository.product_to_change(session, caller, product_id)
    publishing.set_policy(session, product, body, now)
    return publishing.policy_of(product)


# --- versions


@router.post("/products/{product_id}/versions", status_code=201, response_model=VersionOut)
def create_version(product_id: Id, body: VersionIn, request: WriteOnce) -> Response:
    """A new version: a draft, unless it says when it comes out."""
    product = repository.product_to_change(request.session, request.caller, product_id)
    made = publishing.add_version(request.session, product, body, request.now)
    return request.answer(showing.show_versions(request.session, product, [made], request.now)[0])


@router.get("/products/{product_id}/versions")
def list_versions(
    product_id: Id, session: Reading, caller: Reader, now: Now, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[VersionOut]:
    """The newest first, drafts included."""
    product = get_product(session, caller, product_id)
    asked = after(repository.versions_of(product), ProductVersion.number, cursor, limit)
    found = session.scalars(asked).all()
    shown = {one.id: one for one in showing.show_versions(session, product, found, now)}
    return page(found, limit, lambda one: one.number, lambda one: shown[one.id])


@router.get("/products/{product_id}/versions/{version_id}")
def read_version(product_id: Id, version_id: Id, session: Reading, caller: Reader, now: Now) -> VersionOut:
    """One version, with its files."""
    product = get_product(session, caller, product_id)
    found = repository.get_version(session, product, version_id)
    return showing.show_versions(session, product, [found], now)[0]


@router.patch("/products/{product_id}/versions/{version_id}")
def change_version(
    product_id: Id, version_id: Id, body: VersionPatch, session: Writing, caller: Writer, now: Now
) -> VersionOut:
    """Its notes."""
    product = repository.product_to_change(session, caller, product_id)
    found = repository.get_version(session, product, version_id)
    publishing.change_version(session, found, body, now)
    return showing.show_versions(session, product, [found], now)[0]


@router.post("/products/{product_id}/versions/{version_id}/publish", response_model=VersionOut)
def publish_version(product_id: Id, version_id: Id, body: PublishIn, request: WriteOnce) -> Response:
    """It comes out, now or later. What is out stays out: purchases rely on it."""
    product = repository.product_to_change(request.session, request.caller, product_id)
    found = repository.get_version(request.session, product, version_id)
    publishing.publish(request.session, product, found, body.released_at, request.now)
    return request.answer(showing.show_versions(request.session, product, [found], request.now)[0], 200)


@router.delete("/products/{product_id}/versions/{version_id}", status_code=204)
def remove_version(product_id: Id, version_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """A draft without files."""
    product = repository.product_to_change(session, caller, product_id)
    publishing.remove_version(session, product, repository.get_version(session, product, version_id), now)


# --- files


def _find_place(services: Services, caller: Caller, product_id: str, version_id: str | None) -> None:
    with read_scope(services.sessions) as session:
        product = get_product(session, caller, product_id)
        if version_id is not None:
            repository.get_version(session, product, version_id)


async def _content(
    product_id: Id,
    caller: Writer,
    name: Annotated[Name, Query(description="With its ending; folders in front of it are left out.")],
    http: Request,
    services: TheServices,
    now: Now,
    version_id: Annotated[Id | None, Query(description="The product itself if it is left out.")] = None,
) -> Content:
    """Nothing is read before it is clear whose product it is."""
    safe_name(name)
    await run_in_threadpool(_find_place, services, caller, product_id, version_id)
    store = await run_in_threadpool(open_store, services.settings)
    return await receive(http, services.sessions, store, services.settings.file_bytes, now)


@router.post("/products/{product_id}/files", status_code=201, openapi_extra=RAW)
def upload_file(
    product_id: Id,
    content: Annotated[Content, Depends(_content)],
    session: Writing,
    caller: Writer,
    now: Now,
    name: Annotated[Name, Query(description="With its ending; folders in front of it are left out.")],
    version_id: Annotated[Id | None, Query(description="The product itself if it is left out.")] = None,
) -> FileOut:
    """The body is the content, as it is; `Content-Type` is kept."""
    product = repository.product_to_change(session, caller, product_id)
    version = None if version_id is None else repository.get_version(session, product, version_id)
    return showing.show_file(publishing.add_file(session, product, version, safe_name(name), content, now))


@router.get("/products/{product_id}/files")
def list_files(
    product_id: Id, session: Reading, caller: Reader, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[FileOut]:
    """The newest first."""
    product = get_product(session, caller, product_id)
    found = session.scalars(after(repository.files_of(product), ProductFile.number, cursor, limit)).all()
    return page(found, limit, lambda one: one.number, showing.show_file)


@router.get("/products/{product_id}/files/{file_id}")
def read_file(product_id: Id, file_id: Id, session: Reading, caller: Reader) -> FileOut:
    """What is known of one file."""
    product = get_product(session, caller, product_id)
    return showing.show_file(repository.get_file(session, product, file_id))


@router.delete("/products/{product_id}/files/{file_id}", status_code=204)
def remove_file(product_id: Id, file_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """Nobody can download it any more."""
    product = repository.product_to_change(session, caller, product_id)
    publishing.remove_file(session, product, repository.get_file(session, product, file_id), now)


# --- what was downloaded, and where


@router.get("/downloads")
def list_downloads(
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    purchase_id: Annotated[Id | None, Query()] = None,
    file_id: Annotated[Id | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[DownloadOut]:
    """The newest first."""
    asked = repository.downloads_of(caller)
    wanted = ((Download.store_id, store_id), (Download.purchase_id, purchase_id), (Download.file_id, file_id))
    for column, value in wanted:
        asked = asked if value is None else asked.where(column == value)
    found = session.scalars(after(asked, Download.number, cursor, limit)).all()
    return page(found, limit, lambda one: one.number, showing.show_download)


@router.get("/purchases/{purchase_id}/devices")
def list_devices(purchase_id: Id, session: Reading, caller: Reader) -> DevicesOut:
    """Browsers that may download; there are few."""
    found = repository.get_purchase(session, caller, purchase_id)
    return DevicesOut(data=showing.devices_of(session, found.id))


@router.delete("/purchases/{purchase_id}/devices", status_code=204)
def reset_devices(purchase_id: Id, session: Writing, caller: Writer) -> None:
    """All are forgotten; their users confirm them anew."""
    repository.forget_devices(session, repository.get_purchase(session, caller, purchase_id).id)
