"""Where the contents of files lie: a folder of the service, or any place that `fsspec` reaches, such as S3."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Protocol

from passmanager.service.http.problems import Unavailable
from passmanager.service.settings import Settings

FOLDER = "files"


class FileStore(Protocol):
    """Contents by key; a key is the id of a file, never a name that somebody chose."""

    def write(self, key: str) -> "Writing":
        """Begins a new content."""
        ...

    def read(self, key: str) -> IO[bytes]:
        """An existing content, from its beginning; it can seek."""
        ...

    def remove(self, key: str) -> None:
        """Takes a content away, if it is there."""
        ...


class Writing(Protocol):
    """A content that is not whole yet: no file of the database has it before `keep`."""

    def add(self, part: bytes) -> None:
        """The next bytes."""
        ...

    def keep(self) -> None:
        """It is whole, and survives a crash of the machine as far as the place allows."""
        ...

    def drop(self) -> None:
        """It came to nothing."""
        ...


class LocalStore:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder, which only the service may read."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder

    def write(self, key: str) -> Writing:
        """See the protocol."""
        return _LocalWriting(self._folder / key)

    def read(self, key: str) -> IO[bytes]:
        """See the protocol."""
        with _available():
            return (self._folder / key).open("rb")

    def remove(self, key: str) -> None:
        """See the protocol."""
        (self._folder / key).unlink(missing_ok=True)


class _LocalWriting:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("xb")

    def add(self, part: bytes) -> None:
        self._file.write(part)

    def keep(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        _sync_folder(self._path.parent)

    def drop(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class RemoteStore:
    """A place of `fsspec`; its name says which: `s3://bucket/folder`, `gs://…`, `memory://…`."""

    def __init__(self, url: str) -> None:
        """Connects; what the place needs besides comes from its own environment variables."""
        place, root = _connect(url)
        self._place, self._root = place, root.rstrip("/")
        self._place.makedirs(self._root, exist_ok=True)

    def write(self, key: str) -> Writing:
        """See the protocol."""
        with _available():
            return _RemoteWriting(self._place, f"{self._root}/{key}")

    def read(self, key: str) -> IO[bytes]:
        """See the protocol."""
        with _available():
            return self._place.open(f"{self._root}/{key}", "rb")

    def remove(self, key: str) -> None:
        """See the protocol."""
        path = f"{self._root}/{key}"
        if self._place.exists(path):
            self._place.rm_file(path)


def _connect(url: str) -> tuple[Any, str]:
    """Loaded only where files lie elsewhere; it has no types."""
    core = import_module("fsspec.core")
    return core.url_to_fs(url)


class _RemoteWriting:
    def __init__(self, place: Any, path: str) -> None:
        self._place, self._path = place, path
        self._file = place.open(path, "wb")

    def add(self, part: bytes) -> None:
        self._file.write(part)

    def keep(self) -> None:
        self._file.close()

    def drop(self) -> None:
        self._file.close()
        self._place.rm_file(self._path)


@contextmanager
def _available() -> Generator[None]:
    try:
        yield
    except OSError as problem:
        raise Unavailable(detail=f"the store of files does not answer: {type(problem).__name__}") from problem


def open_store(settings: Settings) -> FileStore:
    """The place of the settings; opened once in a process."""
    return _opened(settings.files_url, settings.data / FOLDER)


@lru_cache(maxsize=8)
def _opened(url: str, folder: Path) -> FileStore:
    return RemoteStore(url) if url else LocalStore(folder)
