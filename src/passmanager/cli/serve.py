"""`passmanager serve`: the commerce service."""

import gc
import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passmanager.cli.common import Json, group, out, print_json_line
from passmanager.cli.effects import Effect, has
from passmanager.cli.errors import ServiceNotInstalled

if TYPE_CHECKING:
    from passmanager.service.serving import NewMerchant

app = group()
EXTRA = frozenset({
    "alembic", "babel", "cryptography", "fastapi", "fsspec", "h11", "httpx2", "jinja2", "prometheus_client", "psycopg",
    "pydantic_settings", "segno", "sqlalchemy", "standardwebhooks", "strtotime", "structlog", "uvicorn",
})  # fmt: skip
"""Packages that the extra `service` brings."""


class Role(StrEnum):
    """What a process does."""

    ALL = "all"
    API = "api"
    WORKER = "worker"
    INDEXER = "indexer"


@app.command("serve")
@has(Effect.LOCAL)
def serve_command(
    *,
    role: Annotated[
        Role, typer.Option(help="What this process does; other roles than all need PostgreSQL.")
    ] = Role.ALL,
    data: Annotated[
        Path | None, typer.Option(envvar="PASSMANAGER_DATA", help="Folder of the database; ./var by default.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(envvar="PASSMANAGER_HOST", help="Address to listen on; 127.0.0.1 by default.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(envvar="PASSMANAGER_PORT", help="8080 by default; 0 takes a free one.", min=0, max=65535),
    ] = None,
    init_merchant: Annotated[
        str | None,
        typer.Option(help="Make a merchant of this name with a store, and show its API key once, unless there is one."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run the commerce service: orders, deliveries and webhooks for what is bought.

    One process does everything on SQLite. All settings are environment variables; see the guide of the service.
    """
    serving = load_service("serving")
    changes = {"data": data, "host": host, "port": port}
    settings = serving.read_settings({name: value for name, value in changes.items() if value is not None})

    def told(address: str, merchant: "NewMerchant | None") -> None:
        (_tell_json if as_json else _tell)(address, merchant)
        sys.stdout.flush()

    serving.serve(settings, role.value, init_merchant, told)


def load_service(name: str) -> Any:
    """A module of the service, whose packages are an extra; it takes a second.

    Raises:
        ServiceNotInstalled: The extra is not there.
    """
    gc.disable()  # what is loaded stays: to look for garbage in it, again and again, took a quarter of the time
    try:
        return import_module(f"passmanager.service.{name}")
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] in EXTRA:
            raise ServiceNotInstalled(package=str(problem.name)) from None
        raise
    finally:
        gc.freeze()
        gc.enable()


def _tell(address: str, merchant: "NewMerchant | None") -> None:
    if merchant is not None:
        out.print(f"Merchant {merchant.name} ({merchant.id}), store {merchant.store_id}", markup=False)
        out.print(f"API key, shown this once: {merchant.key}", markup=False)
    if address:
        out.print(f"Serving at {address}; end it with Ctrl-C")


def _tell_json(address: str, merchant: "NewMerchant | None") -> None:
    shown = None
    if merchant is not None:
        shown = {"id": merchant.id, "name": merchant.name, "storeId": merchant.store_id, "apiKey": merchant.key}
    print_json_line({"url": address, "merchant": shown})
