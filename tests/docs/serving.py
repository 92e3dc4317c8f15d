"""The commerce service in this process, with its work done behind it, for guides that call it."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from passmanager.service.app import create_app
from passmanager.service.db import session_scope
from passmanager.service.migrate import upgrade
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.wiring import connect
from passmanager.service.worker import Worker, make_handlers
from tests.service.merchant import Merchant, make_merchant

SECRET_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@dataclass(frozen=True)
class Served:
    """A service that answers at `url`, and its merchant."""

    services: Services
    app: Any
    url: str
    merchant: Merchant


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[Served]:
    """On SQLite, with workers; the chain is whatever the test puts into `app.state.chain_reader`.

    Logs are silent: no node is there to read older orders from, and what the guide prints is compared.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        chosen = Settings(data=folder, secret_key=SECRET_KEY, public_url=f"{url}/", rate_per_minute=10_000, **settings)
        upgrade(chosen.url)
        services = Services.start(chosen)
        connect(services)
        with session_scope(services.sessions) as session:
            merchant = make_merchant(session, services.clock.now())
        app = create_app(services)
        worker = Worker(services, make_handlers(services))
        worker.start()
        server = uvicorn.Server(uvicorn.Config(app, http="h11", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        try:
            yield Served(services, app, url, merchant)
        finally:
            server.should_exit = True
            thread.join(20)
            worker.stop()
            services.engine.dispose()
            structlog.reset_defaults()
