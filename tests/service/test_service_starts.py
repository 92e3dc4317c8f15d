"""The frame: the database is migrated both ways, the process tells how it is, errors are problem documents."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from passmanager.service.db import open_database
from passmanager.service.migrate import downgrade
from passmanager.service.tables import METADATA


def test_migrations_make_exactly_the_tables(own_database_url):
    engine = open_database(own_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_migrations_go_back_to_nothing(own_database_url):
    downgrade(own_database_url)
    engine = open_database(own_database_url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_process_is_alive_and_ready(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_unknown_path_is_a_problem_document(client):
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not-found"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
