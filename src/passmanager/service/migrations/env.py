"""Alembic: how a migration finds the database and the tables."""

from typing import Any, Literal

from alembic import context

from passmanager.service.db import Amount, Hex, HexWords, open_database
from passmanager.service.tables import METADATA


def _mine(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:  # noqa: FBT001 - Alembic's
    """DBOS keeps tables of its own."""
    return not (kind == "table" and name is not None and name not in METADATA.tables)


def _render(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(value, Amount):
        return f"Amount({value.digits})"
    if kind == "type" and isinstance(value, (Hex, HexWords)):
        return "sa.LargeBinary()"
    return False


def run() -> None:
    """Runs the steps in one transaction."""
    engine = open_database(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as connection, connection.begin():
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_as_batch=connection.dialect.name == "sqlite",
            include_object=_mine,
            render_item=_render,
            compare_type=False,
        )
        context.run_migrations()
    engine.dispose()


run()
