"""`/d/{token}`: downloads by link, for anybody who has one, as long as its holder holds the purchase."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from passmanager.service.db import read_scope, session_scope
from passmanager.service.files import access, delivering, devices, showing
from passmanager.service.files.delivering import Sending, Visit
from passmanager.service.files.devices import Browser
from passmanager.service.files.links import LONGEST, Claims, read_link
from passmanager.service.files.ranges import Part, etag_of, headers_of, known_already, part_of
from passmanager.service.files.schemas import DeviceCodeIn, DeviceCodeSent, DownloadDeviceOut
from passmanager.service.files.store import open_store
from passmanager.service.http.deps import Now, TheServices, Writing
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.public import Limited
from passmanager.service.services import Services

router = make_router(prefix="/d/{token}", tag="files")

BYTES: dict[str, Any] = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
PARTS: dict[int | str, dict[str, Any]] = {
    200: {**BYTES, "description": "The whole file."},
    206: {**BYTES, "description": "The part that `Range` asks for."},
    304: {"description": "The caller has it: `If-None-Match`."},
    416: {"description": "The file is shorter."},
}


@dataclass(frozen=True, slots=True)
class _Guest:
    """Somebody with a link.

    Attributes:
        now: Milliseconds.
    """

    services: Services
    claims: Claims
    browser: Browser
    now: int

    def visit(self) -> Visit:
        with read_scope(self.services.sessions) as session:
            return delivering.visit(session, self.claims, self.browser, self.now)


def _guest(
    token: Annotated[str, Path(max_length=LONGEST, pattern=r"^[A-Za-z0-9_-]+$")],
    request: Request,
    services: TheServices,
    now: Now,
    _: Limited,
) -> _Guest:
    settings = services.settings
    return _Guest(services, read_link(settings, token, now), Browser.of(request, settings), now)


Guest = Annotated[_Guest, Depends(_guest)]


@router.get("", response_class=Response, responses=PARTS)
def download(request: Request, guest: Guest) -> Response:
    """The file. `Range` is understood; a link counts once, and parts that begin later than the file do not count."""
    file = guest.visit().offer.file
    if known_already(file, request.headers.get("if-none-match")):
        return Response(status_code=304, headers={"ETag": etag_of(file)})
    part, partial = part_of(file, request.headers.get("range"), request.headers.get("if-range"))
    content = open_store(guest.services.settings).read(file.id)
    try:
        download_id = _count(guest, part)
    except BaseException:
        content.close()
        raise
    sending = Sending(guest.services, guest.claims, guest.browser, part, download_id)
    headers = headers_of(file, part, partial=partial)
    return StreamingResponse(sending.bytes_of(content), 206 if partial else 200, headers)


def _count(guest: _Guest, part: Part) -> str | None:
    """Looked at again, in the transaction that counts."""
    with session_scope(guest.services.sessions) as session:
        seen = delivering.visit(session, guest.claims, guest.browser, guest.now)
        return delivering.count(session, seen, part, guest.now)


@router.head("", response_class=Response, responses={200: {"description": "What a GET would send, without it."}})
def look(guest: Guest) -> Response:
    """What the file is; counts as nothing."""
    file = guest.visit().offer.file
    return Response(headers=headers_of(file, Part(0, file.size, file.size), partial=False))


@router.post("/code")
def send_code(session: Writing, guest: Guest) -> DeviceCodeSent:
    """Mails a code to the holder of the purchase, to confirm a new device."""
    found = access.of(session, guest.claims.holder, guest.claims.purchase_id, guest.now)
    return DeviceCodeSent(sent_to=devices.send_code(session, found, guest.claims.holder, guest.now))


@router.post("/device", status_code=201)
def confirm_device(body: DeviceCodeIn, session: Writing, guest: Guest, response: Response) -> DownloadDeviceOut:
    """This browser may download from now on. Sets a cookie."""
    found = access.of(session, guest.claims.holder, guest.claims.purchase_id, guest.now)
    tell = guest.services.wire.tell
    made = devices.confirm_by_code(session, found, guest.claims.holder, guest.browser, body.code, guest.now, tell)
    guest.browser.remember(response, guest.services.settings)
    return showing.show_device(made)
