"""What docs/guide/commerce-client.md shows runs as shown, against a running service, and its tables are complete."""

import json
import re
import socket
import threading
import time
from pathlib import Path

import pytest
import uvicorn

from passmanager.commerce import models, refusals
from passmanager.service.app import create_app
from passmanager.service.db import session_scope
from passmanager.service.migrate import upgrade
from passmanager.service.sealing import sealer_of
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.webhooks.signing import PURPOSE, new_secret, sign
from passmanager.service.wiring import connect
from tests.service.merchant import make_merchant

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/commerce-client.md"
TEXT = GUIDE.read_text()
SECRET_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def services(tmp_path):
    url = f"sqlite:///{tmp_path / 'passmanager.db'}"
    upgrade(url)
    found = Services.start(Settings(database_url=url, data=tmp_path, secret_key=SECRET_KEY))
    connect(found)
    yield found
    found.engine.dispose()


@pytest.fixture
def base_url(services):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(services), http="h11", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def names(base_url, services):
    with session_scope(services.sessions) as session:
        merchant = make_merchant(session, services.clock.now())
    found = {
        "base_url": base_url,
        "api_key": merchant.key,
        "store_id": merchant.store_id,
        "secret": new_secret(),
        "done": set(),
    }
    yield found
    for client in ("commerce", "patient"):
        if client in found:
            found[client].close()


def test_the_python_runs_in_this_order(names, services, capsys):
    for code in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
        exec(compile(code, str(GUIDE), "exec"), names)
    shown = capsys.readouterr().out
    assert shown.startswith("not_paid 39.98 EUR 3998\n1 ada@example.org\norder.created ord_")
    assert "409 conflict " in shown
    assert "[2, 1]\n" in shown
    assert names["commerce"].products.get(names["editor"].id).description == "Edits"
    _receives(names, services, capsys)


def _receives(names, services, capsys):
    """The receiver takes a message of the service once, and nothing else."""
    paid = next(names["commerce"].events.each(types=["order.paid"]))
    body = json.dumps(paid.model_dump(mode="json")).encode()
    key = sealer_of(services.settings).signing_keys(PURPOSE)[0]
    headers = sign(paid.id, int(time.time()), body, [names["secret"]], key)
    assert [names["receive"](headers, body) for _ in range(2)] == [204, 204]
    assert capsys.readouterr().out == f"paid: {paid.aggregate['id']}\n"
    assert names["receive"](headers, body + b" ") == 400


def test_each_code_is_an_error_of_the_same_name():
    assert len(refusals.BY_CODE) > 12
    for code, kind in refusals.BY_CODE.items():
        assert kind.__name__ == "".join(word.title() for word in code.split("-"))
        assert code == kind.CODE


def test_the_models_that_are_imported_exist():
    used = set(re.findall(r"\b(\w+(?:In|Patch))\(", TEXT))
    assert used <= set(vars(models))
