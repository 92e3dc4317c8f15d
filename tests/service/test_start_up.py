"""What a process loads before it serves: libraries that one role needs are not for all to wait for."""

import subprocess
import sys
from pathlib import Path

import pytest
from starlette.routing import Match

from passmanager import service
from passmanager.service.app import ROUTES, create_app
from passmanager.service.http.lazy_routes import LazyRoutes

SERVICE = Path(service.__file__).parent
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


@pytest.mark.parametrize("more", ["import passmanager.service.worker", "import passmanager.cli.serve"])
def test_process_is_ready_without_what_others_need(more):
    assert loaded(more, SLOW) == []


@pytest.mark.parametrize("more", ["import passmanager.service.app", "import passmanager.service.worker"])
def test_routes_wait_for_the_first_request_of_their_resource(more):
    assert loaded(more, tuple(f"passmanager.service.{module}" for module in ROUTES)) == []


def test_routes_of_a_module_are_found_by_the_table(services):
    """And by everything that it says: a word that no path begins with would load a module in vain."""
    for lazy in create_app(services).routes:
        if isinstance(lazy, LazyRoutes):
            for route in lazy.routes:
                for method in route.methods:
                    asked = {"type": "http", "path": route.path, "method": method}
                    assert lazy.matches(asked)[0] is Match.FULL, (lazy.module, route.path)
            paths = [f"{route.path}/" for route in lazy.routes]
            assert not [start for start in lazy.starts if not any(path.startswith(f"{start}/") for path in paths)]


def test_every_module_with_routes_is_in_the_table():
    found = {
        ".".join(path.relative_to(SERVICE).with_suffix("").parts)
        for path in SERVICE.rglob("*.py") if "router = make_router(" in path.read_text()
    }  # fmt: skip
    assert found == set(ROUTES)
