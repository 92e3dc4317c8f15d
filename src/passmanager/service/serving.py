"""One process of the service: API, indexer and workers together on SQLite, or one of them on PostgreSQL."""

import fcntl
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from passmanager.ending import Ending
from passmanager.errors import PassManagerError
from passmanager.service import logs
from passmanager.service.app import create_app
from passmanager.service.catalog.models import Merchant, Store
from passmanager.service.db import open_database, session_scope
from passmanager.service.engine.errors import DataFolderInUse
from passmanager.service.engine.slots import LOCK_FILE
from passmanager.service.following import run_indexer
from passmanager.service.http.auth import add_key
from passmanager.service.ids import new_id
from passmanager.service.services import Services
from passmanager.service.settings import Role, Settings
from passmanager.service.wiring import connect
from passmanager.service.worker import Worker, make_handlers

MIGRATION_LOCK = 0x706D_6D69  # "pmmi"
GRACE_SECONDS = 10
HEAD_BYTES = 32 * 1024  # of a request line with its headers
VERSIONS = Path(__file__).parent / "migrations" / "versions"

log = structlog.get_logger()


class RoleNeedsServer(PassManagerError):
    """Several processes cannot share a file of SQLite."""

    role: str

    def __str__(self) -> str:
        return (
            f"--role {self.role} is for several processes: set PASSMANAGER_DATABASE_URL=postgresql+psycopg://…,"
            " or leave --role out, and one process does everything on SQLite"
        )


class BadSettings(PassManagerError):
    """The environment says something that cannot be."""

    problems: str

    def __str__(self) -> str:
        return f"settings are refused: {self.problems}"


class AddressInUse(PassManagerError):
    """Something else listens there."""

    host: str
    port: int
    problem: str

    def __str__(self) -> str:
        return f"cannot listen on {self.host}:{self.port}: {self.problem}; give another --port, or 0 for a free one"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMerchant:
    """What is told once.

    Attributes:
        key: Its API key; kept as a hash only.
    """

    id: str
    name: str
    store_id: str
    key: str


Told = Callable[[str, NewMerchant | None], None]
"""Is told the address (empty without an API) and the new merchant, as soon as the process serves."""


def read_settings(changes: dict[str, object]) -> Settings:
    """Of the environment, with what the command line says.

    Raises:
        BadSettings: A value makes no sense.
    """
    try:
        return Settings(**changes)  # type: ignore[arg-type] - pydantic checks them
    except ValidationError as problem:
        found = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors(include_url=False)]
        raise BadSettings(problems="; ".join(found)) from None


def serve(settings: Settings, role: Role, merchant: str | None, told: Told) -> None:
    """Serves until the process is told to end.

    Args:
        settings: Of the operator.
        role: What this process does.
        merchant: A merchant of this name is made, unless there is one.
        told: Hears where it listens.

    Raises:
        RoleNeedsServer: A role needs PostgreSQL.
        DataFolderInUse: Another process works on the folder.
        SlotLost: This worker counts as dead.
        AddressInUse: It cannot listen there.
    """
    if role != "all" and settings.on_sqlite:
        raise RoleNeedsServer(role=role)
    logs.set_up()
    settings.data.mkdir(parents=True, exist_ok=True)
    prepare(settings)
    services = Services.start(settings)
    connect(services)
    made = add_merchant(services, merchant) if merchant else None
    try:
        _PROCESSES[role](services, lambda address: told(address, made))
    finally:
        services.engine.dispose()
    log.info("ended", role=role)


# --- what each role does


def _api(services: Services, ready: Callable[[str], None]) -> None:
    settings = services.settings
    listener, server = _listen(settings), uvicorn.Server(server_config(create_app(services), settings))

    def end() -> None:
        """Also before uvicorn has its own handlers, and once more when it gives the signal back at its end."""
        server.should_exit = True

    with listener, _signals(end):
        host, port = listener.getsockname()[:2]
        ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        server.run(sockets=[listener])


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves: headers as they are written, no more of them than a request needs."""
    return uvicorn.Config(
        app, host=settings.host, port=settings.port, http="h11", proxy_headers=False,
        server_header=False, log_config=None, access_log=False, lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS, h11_max_incomplete_event_size=HEAD_BYTES,
    )  # fmt: skip


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as problem:
        raise AddressInUse(host=settings.host, port=settings.port, problem=problem.strerror or str(problem)) from None


def _worker(services: Services, ready: Callable[[str], None]) -> None:
    Worker(services, make_handlers(services)).run(lambda: ready(""))


def _indexer(services: Services, ready: Callable[[str], None]) -> None:
    ending = Ending.by_signals()
    ready("")
    run_indexer(services, ending)


def _all(services: Services, ready: Callable[[str], None]) -> None:
    """The worker is first: it has the lock of the folder."""
    worker, stop = Worker(services, make_handlers(services)), Event()
    indexer = Thread(target=run_indexer, args=(services, stop), name="indexer")
    worker.start()
    indexer.start()
    try:
        _api(services, ready)
    finally:
        stop.set()
        indexer.join()
        worker.stop()


_PROCESSES: dict[Role, Callable[[Services, Callable[[str], None]], None]] = {
    "all": _all, "api": _api, "worker": _worker, "indexer": _indexer,
}  # fmt: skip


@contextmanager
def _signals(told: Callable[[], None]) -> Generator[None]:
    """SIGTERM and Ctrl-C end the block instead of the process."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        told()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- before it serves


def prepare(settings: Settings) -> None:
    """Brings the database to the tables of this release; one process does it, the others wait."""
    engine = open_database(settings.url)
    try:
        if _version(engine) == _newest():
            return
        from passmanager.service.migrate import upgrade  # noqa: PLC0415 - Alembic takes a second

        with _alone(settings, engine):
            upgrade(settings.url)
    finally:
        engine.dispose()


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _newest() -> str:
    """By the names of the files, so that Alembic is loaded only when there is something to do."""
    return max(path.name for path in VERSIONS.glob("[0-9]*.py")).partition("_")[0]


@contextmanager
def _alone(settings: Settings, engine: Engine) -> Generator[None]:
    if settings.on_sqlite:
        with _folder_is_free(settings):
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        yield
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})


@contextmanager
def _folder_is_free(settings: Settings) -> Generator[None]:
    path = settings.data / LOCK_FILE
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise DataFolderInUse(path=path) from problem
        yield


def add_merchant(services: Services, name: str) -> NewMerchant | None:
    """A merchant with a store and a key that may do everything; None if there is one of this name."""
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        if session.scalar(select(Merchant.id).where(Merchant.name == name)) is not None:
            return None
        merchant, store = _merchant_and_store(session, name, now)
        _, key = add_key(
            session, merchant_id=merchant.id, name="first key", mode=services.settings.mode, now=now, role="owner"
        )
        return NewMerchant(id=merchant.id, name=name, store_id=store.id, key=key)


def _merchant_and_store(session: Session, name: str, now: int) -> tuple[Merchant, Store]:
    merchant = Merchant(id=new_id("mer"), name=name, created_at=now)
    session.add(merchant)
    session.flush()
    store = Store(id=new_id("sto"), merchant_id=merchant.id, name=name, created_at=now, updated_at=now)
    session.add(store)
    session.flush()
    return merchant, store
