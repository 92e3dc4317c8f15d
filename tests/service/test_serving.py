"""`passmanager serve` as a process of its own, on both databases."""

import json
import os
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import inspect

from passmanager.service.db import open_database
from passmanager.service.serving import prepare
from passmanager.service.settings import Settings
from passmanager.service.tables import METADATA

SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def start(folder, *options, **environment):
    variables = {"PASSMANAGER_DATA": str(folder), "PASSMANAGER_RPC_URL": "http://127.0.0.1:9"}
    return subprocess.Popen(
        [sys.executable, "-m", "passmanager.cli", "serve", "--json", *options],
        env={**os.environ, **variables, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def refused(folder, *options, **environment):
    process = start(folder, *options, **environment)
    _, problem = process.communicate(timeout=60)
    assert process.returncode == 1
    return problem.splitlines()[-1] if problem else ""


def end(process, number=signal.SIGTERM):
    process.send_signal(number)
    _, logs = process.communicate(timeout=30)
    return process.returncode, logs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def served(folder):
    """What the process printed: its address and its new merchant."""
    process = start(folder, "--port", "0", "--init-merchant", "Acme")
    yield json.loads(process.stdout.readline())
    code, logs = end(process)
    assert code == 0, logs
    assert "Traceback" not in logs


def test_one_process_serves_on_an_empty_folder_and_shows_a_new_key_once(served):
    headers = {"Authorization": f"Bearer {served['merchant']['apiKey']}"}
    stores = httpx2.get(f"{served['url']}/v1/stores", headers=headers).json()["data"]
    assert [store["id"] for store in stores] == [served["merchant"]["storeId"]]
    assert httpx2.get(f"{served['url']}/readyz").json() == {"status": "ok"}
    assert "passmanager_" in httpx2.get(f"{served['url']}/metrics").text


def test_second_process_on_the_same_folder_is_refused(served, folder):
    assert refused(folder, "--port", "0").startswith("DataFolderInUse: ")


def test_dp03_header_has_exactly_the_writing_that_the_client_looks_for(served):
    address = urlsplit(served["url"])
    login = b64encode(f"Acme:{served['merchant']['apiKey']}".encode()).decode()
    for page, status in ((1, b"200"), (2, b"404")):
        with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
            request = f"GET /compat/dpd/v2/purchases?page={page} HTTP/1.0\r\nAuthorization: Basic {login}\r\n\r\n"
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert answer.split()[1] == status
        assert b"\r\nDpd-Collection-Count: 0\r\n" in answer


@pytest.mark.parametrize("role", ["api", "worker", "indexer"])
def test_roles_need_a_server(tmp_path, role):
    assert refused(tmp_path, "--role", role).startswith(f"RoleNeedsServer: --role {role} is for several processes")


@pytest.mark.parametrize(
    ("environment", "name"),
    [({"PASSMANAGER_PAGE_SIZE": "0"}, "page_size"), ({"PASSMANAGER_MODE": "live"}, "PASSMANAGER_SECRET_KEY"),
     ({"PASSMANAGER_MODE": "live", "PASSMANAGER_CLOCK": "controlled"}, "PASSMANAGER_CLOCK")],
)  # fmt: skip
def test_settings_that_cannot_be_are_named(tmp_path, environment, name):
    problem = refused(tmp_path, **environment)
    assert problem.startswith("BadSettings: ")
    assert name in problem


def test_address_that_is_taken_is_named(served, tmp_path):
    port = str(urlsplit(served["url"]).port)
    assert refused(tmp_path, "--port", port).startswith("AddressInUse: ")


def test_same_merchant_is_made_once_and_ctrl_c_is_a_clean_end(tmp_path):
    shown = []
    for _ in range(2):
        process = start(tmp_path, "--port", "0", "--init-merchant", "Acme")
        shown.append(json.loads(process.stdout.readline())["merchant"])
        assert end(process, signal.SIGINT)[0] == 0
    assert shown[0]["name"] == "Acme"
    assert shown[1] is None


def test_roles_run_beside_each_other_on_a_server(copy_of_pattern, tmp_path):
    url = copy_of_pattern("serving")
    environment = {"PASSMANAGER_DATABASE_URL": url, "PASSMANAGER_SECRET_KEY": SECRET}
    processes = [
        start(tmp_path, "--port", "0", "--role", role, **environment) for role in ("api", "worker", "worker", "indexer")
    ]
    lines = [json.loads(process.stdout.readline()) for process in processes]
    assert httpx2.get(f"{lines[0]['url']}/readyz").json() == {"status": "ok"}
    assert [line["url"] for line in lines[1:]] == [""] * 3
    assert [end(process)[0] for process in processes] == [0] * 4


def test_database_is_brought_to_the_newest_tables_at_start_and_then_left_alone(tmp_path):
    settings = Settings(data=tmp_path)
    for _ in range(2):
        prepare(settings)
    engine = open_database(settings.url)
    assert set(inspect(engine).get_table_names()) == {*METADATA.tables, "alembic_version"}
    engine.dispose()
