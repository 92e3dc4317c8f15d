"""What a process loads before it serves: libraries that one role needs are not for all to wait for."""

import subprocess
import sys

import pytest

SLOW = ("web3", "eth_account", "alembic", "eth_abi", "jinja2", "segno", "pygments", "rich.traceback", "babel")
LOADED = """
import sys
import passmanager.service.serving
{more}
print(*[name for name in {slow!r} if name in sys.modules])
"""


def loaded(more: str, slow: tuple[str, ...]) -> list[str]:
    code = LOADED.format(more=more, slow=slow)
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("more", ["import passmanager.service.app", "import passmanager.cli.serve"])
def test_api_is_ready_without_what_others_need(more):
    assert loaded(more, SLOW) == []


def test_workers_do_not_wait_for_the_routes_of_the_api():
    assert loaded("import passmanager.service.worker", ("passmanager.service.app", *SLOW)) == []
