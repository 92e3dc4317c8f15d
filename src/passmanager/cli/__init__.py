"""The `passmanager` command. What it has to load is loaded when a command needs it."""

import sys


def main() -> None:
    """Entry point: errors of this package become a message, never a traceback."""
    from passmanager.cli.common import err  # noqa: PLC0415 - nobody pays for it who imports the package only
    from passmanager.cli.root import app  # noqa: PLC0415 - same
    from passmanager.errors import PassManagerError  # noqa: PLC0415 - same

    try:
        app()
    except PassManagerError as problem:
        err.print(f"{type(problem).__name__}: {problem}", style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
