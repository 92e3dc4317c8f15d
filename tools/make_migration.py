"""Writes the next migration, from the tables and the newest one: `python tools/make_migration.py "what"`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from passmanager.service.migrate import FOLDER, configuration, upgrade


def main() -> None:
    message = sys.argv[1]
    number = len(list((FOLDER / "versions").glob("[0-9]*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'empty.db'}"
        upgrade(url)
        command.revision(configuration(url), message, autogenerate=True, rev_id=f"{number:04}")
    subprocess.run(["ruff", "check", "--fix", "--quiet", str(FOLDER / "versions")], check=True)  # noqa: S607 - of the environment
    subprocess.run(["ruff", "format", "--quiet", str(FOLDER / "versions")], check=True)  # noqa: S607


if __name__ == "__main__":
    main()
