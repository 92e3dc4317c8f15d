"""Parts of files: `Range`, `If-Range` and `If-None-Match`, and the headers of answers (RFC 9110, 6266 and 5987)."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from passmanager.service.files.models import ProductFile
from passmanager.service.files.problems import RangeNotSatisfiable

_ONE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file.

    Attributes:
        end: The first byte that does not belong to it.
    """

    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """In bytes."""
        return self.end - self.start

    @property
    def whole(self) -> bool:
        """Is it all of the file?"""
        return self.length == self.size


def etag_of(file: ProductFile) -> str:
    """By the content: a file of the same bytes has the same one."""
    return f'"{file.sha256}"'


def part_of(file: ProductFile, wanted: str | None, only_if: str | None) -> tuple[Part, bool]:
    """The part that is asked for, and whether the answer is a part. Several ranges are answered with the whole file.

    Args:
        file: Of which the part is.
        wanted: Header `Range`.
        only_if: Header `If-Range`: of another content the whole is sent.

    Raises:
        RangeNotSatisfiable: The file ends before the range begins.
    """
    found = _ONE.fullmatch(wanted) if wanted and only_if in {None, etag_of(file)} else None
    if found is None or found.groups() == ("", ""):
        return Part(0, file.size, file.size), False
    first, last = found.groups()
    if not first:
        start, end = max(file.size - int(last), 0), file.size
    else:
        start, end = int(first), min(int(last) + 1, file.size) if last else file.size
    if first and last and int(last) < start:
        return Part(0, file.size, file.size), False
    if start >= file.size:
        raise RangeNotSatisfiable(
            detail=f"the file has {file.size} bytes, and byte {start} is asked for",
            headers=(("Content-Range", f"bytes */{file.size}"),),
        )
    return Part(start, end, file.size), True


def known_already(file: ProductFile, if_none_match: str | None) -> bool:
    """Has the caller this content?"""
    given = {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}
    return bool(given & {etag_of(file), "*"})


def headers_of(file: ProductFile, part: Part, *, partial: bool) -> dict[str, str]:
    """Of an answer with these bytes. A browser saves it, and never runs it as a page of the shop."""
    found = {
        "Content-Type": file.media_type,
        "Content-Length": str(part.length),
        "Content-Disposition": disposition(file.name),
        "ETag": etag_of(file),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Referrer-Policy": "no-referrer",
    }
    if partial:
        found["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{part.size}"
    return found


def disposition(name: str) -> str:
    """The name twice: for old clients in ASCII, for all others as it is."""
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
