"""`passmanager audit` on a database that a service filled."""

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import text

from passmanager.service.db import session_scope
from passmanager.service.settings import Settings
from tests.service.conftest import SECRET


@pytest.fixture
def settings(database_url, tmp_path, selling) -> Settings:
    """The service knows the chain."""
    world, _ = selling
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", rpc_url=world.url,
        deployment=world.folder,
    )  # fmt: skip


def audit(live, services) -> tuple[int, dict]:
    settings = services.settings
    variables = {
        "PASSMANAGER_DATABASE_URL": settings.database_url, "PASSMANAGER_DEPLOYMENT": str(settings.deployment),
        "PASSMANAGER_RPC_URL": settings.rpc_url, "PASSMANAGER_SECRET_KEY": SECRET,
    }  # fmt: skip
    command = [sys.executable, "-m", "passmanager.cli", "audit", "--json"]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_command_ends_with_0_when_the_database_is_what_the_chain_says(live, services):
    live.buy()
    live.catch_up()
    code, report = audit(live, services)
    assert (code, report["differences"]) == (0, [])
    assert report["block"] == live.node.head().number
    assert report["checked"]["payment"] > 0


def test_command_ends_with_1_when_a_log_and_a_right_are_missing(live, services):
    live.buy()
    live.catch_up()
    with session_scope(services.sessions) as session:
        session.execute(text("DELETE FROM purchases WHERE pass_id = (SELECT max(pass_id) FROM purchases)"))
        session.execute(text("DELETE FROM chain_logs WHERE block_number = (SELECT min(block_number) FROM chain_logs)"))
    code, report = audit(live, services)
    assert code == 1
    assert {"log", "right"} <= {one["kind"] for one in report["differences"]}
