"""What docs/guide/merchant.md shows runs as shown, against a service that delivers, calls, mails and tells."""

import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.docs.serving import serving
from tests.service.buyers.conftest import ANN, Chain, signature
from tests.service.mail.conftest import Box
from tests.service.receiver import run_receiver

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/merchant.md"
TEXT = GUIDE.read_text()
TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


class Holder(Chain):
    """Ann has every organization."""

    def head(self):
        return 1

    def holder_of(self, _org_id):
        return ANN.address


@pytest.fixture
def vendor():
    """The merchant's license server: a key for each unit, in its own form."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            body = json.dumps({"license": {"code": "SERVER-1"}}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def box():
    found = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    found.url = f"smtp://127.0.0.1:{port}"
    yield found
    controller.stop()


@pytest.fixture
def receiver():
    with run_receiver() as found:
        yield found


def test_the_python_runs_in_this_order(tmp_path, vendor, box, receiver):
    with serving(tmp_path, smtp_url=box.url, outbound_allow=("127.0.0.1",)) as served:
        served.app.state.chain_reader = Holder()
        shown: list[str] = []
        names = {
            "base_url": served.url, "api_key": served.merchant.key, "vendor_url": vendor,
            "receiver_url": f"{receiver.url}/hooks", "org_id": 1, "holder": ANN.address, "token": TOKEN,
            "sign": lambda text: signature(text, ANN), "print": lambda said: shown.append(str(said)),
        }  # fmt: skip
        for code in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
            exec(compile(code, str(GUIDE), "exec"), names)
        names["commerce"].close()
    assert re.fullmatch(r"\['EDIT(-\w{4}){4}'\]", shown[0])
    assert shown[1:5] == [
        "['AAAA-1111']", "['WELCOME-2027']", "['SERVER-1']", "['See translations.example.org/4711']",
    ]  # fmt: skip
    assert shown[5].startswith("https://forum.example.org/join?purchase=pur_")
    assert shown[6:9] == ["{'course': 7}", "True", "['1.1.0', '1.0.0']"]
    assert shown[9] == f"{served.url}/c/editor"
    assert shown[10:] == ["True", "refunded"]
    assert {mail["subject"] for mail in box.mails} >= {"Your seat", "Somebody joined"}
    assert receiver.of("/hooks")


def test_every_setting_that_is_named_exists():
    from passmanager.service.settings import Settings  # noqa: PLC0415 - only this test needs it

    for name in re.findall(r"PASSMANAGER_([A-Z_]+)", TEXT):
        assert name.lower() in Settings.model_fields
