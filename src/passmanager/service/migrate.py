"""Brings a database to the newest form of the tables, or back."""

from pathlib import Path

from alembic import command
from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"


def configuration(url: str) -> Config:
    """Alembic's settings for one database."""
    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    found.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return found


def upgrade(url: str, to: str = "head") -> None:
    """Forward, step by step; does nothing if there is nothing to do."""
    command.upgrade(configuration(url), to)


def downgrade(url: str, to: str = "base") -> None:
    """Back, step by step."""
    command.downgrade(configuration(url), to)
