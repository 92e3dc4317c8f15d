"""Uploads of merchants: streamed into the store of files, measured and hashed on the way."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from passmanager.service.clock import DAY
from passmanager.service.db import Sessions, session_scope
from passmanager.service.engine import Done, Job, enqueue
from passmanager.service.files.models import ProductFile
from passmanager.service.files.store import FileStore, Writing
from passmanager.service.http.problems import TooLarge, bad_field
from passmanager.service.ids import new_id

SWEEP: Final = "file.sweep"
"""Work: takes away the content of a file that was removed, or whose upload came to nothing."""

LONGEST_NAME = 150
UNKNOWN_TYPE = "application/octet-stream"
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_RESERVED = '<>:"/\\|?*'
"""Some system does not take these in the name of a file."""


@dataclass(frozen=True, slots=True)
class Content:
    """What was uploaded; it lies in the store under the id."""

    id: str
    size: int
    sha256: str
    media_type: str


def safe_name(given: str) -> str:
    """A name without folders, and without what hides its end or breaks a header.

    Raises:
        InvalidInput: Nothing is left of it.
    """
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join("_" if sign in _RESERVED else sign for sign in last if unicodedata.category(sign)[0] != "C")
    stem, dot, ending = kept.strip(" .").rpartition(".")
    name = f"{stem[: LONGEST_NAME - len(ending[:20]) - 1]}.{ending[:20]}" if dot else ending[:LONGEST_NAME]
    if not name.strip(" ._"):
        raise bad_field("/query/name", "name", "a file needs a name with letters or digits")
    return name


def safe_type(given: str) -> str:
    """A media type without parameters; what is none is bytes."""
    found = given.partition(";")[0].strip().lower()
    return found if _TYPE.fullmatch(found) else UNKNOWN_TYPE


async def receive(request: Request, sessions: Sessions, store: FileStore, most: int, now: int) -> Content:
    """The body of a request, in the store.

    Raises:
        TooLarge: It has more bytes than a file may have.
        InvalidInput: It has none.
    """
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > most:
        raise _too_large(int(said), most)
    file_id = new_id("fil")
    await run_in_threadpool(_expect, sessions, file_id, now)
    writing = await run_in_threadpool(store.write, file_id)
    try:
        size, sha256 = await _copy(request, writing, most)
        await run_in_threadpool(writing.keep)
    except BaseException:
        await run_in_threadpool(writing.drop)
        raise
    return Content(file_id, size, sha256, safe_type(request.headers.get("content-type", "")))


def _expect(sessions: Sessions, file_id: str, now: int) -> None:
    """If this process dies before the file is in the database, its content goes by itself."""
    with session_scope(sessions) as session:
        enqueue(session, SWEEP, file_id, now + DAY)


async def _copy(request: Request, writing: Writing, most: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(size, most)
        digest.update(part)
        await run_in_threadpool(writing.add, part)
    if not size:
        raise bad_field("/body", "empty", "the content of the file is the body of the request, and it is empty")
    return size, digest.hexdigest()


def _too_large(size: int, most: int) -> TooLarge:
    return TooLarge(detail=f"{size} bytes; a file has at most {most} (PASSMANAGER_FILE_BYTES)")


class Sweeper:
    """Does the work that `SWEEP` names."""

    def __init__(self, sessions: Sessions, store: Callable[[], FileStore]) -> None:
        """One for each process; the store is opened by the first work, as it may be elsewhere."""
        self._sessions, self._store = sessions, store

    def __call__(self, job: Job) -> Done:
        """Takes the content away unless a file has it."""
        with self._sessions() as session:
            wanted = _is_live(session, job.key)
        if not wanted:
            self._store().remove(job.key)
        return Done()


def _is_live(session: Session, file_id: str) -> bool:
    found = session.query(ProductFile.removed_at).filter(ProductFile.id == file_id).one_or_none()
    return found is not None and found[0] is None
