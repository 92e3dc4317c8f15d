"""What the client loads, and what it says when its library is not there."""

import json
import subprocess
import sys

TOLD = "print(json.dumps(sorted(sys.modules)))"
LOADED = f"import json, sys, passmanager.commerce; {TOLD}"
USED = f"import json, sys, passmanager.commerce as c; c.Commerce('http://x.example'); {TOLD}"
WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Hidden(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "httpx2":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Hidden())
import passmanager.commerce as commerce
try:
    commerce.Commerce("http://x.example")
except commerce.CommerceExtraMissing as missing:
    print(missing)
"""


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_neither_the_service_nor_the_chain_is_loaded():
    loaded = {name.partition(".")[0] for name in json.loads(run(LOADED))}
    assert {"passmanager", "pydantic"} <= loaded
    assert not loaded & {"fastapi", "starlette", "sqlalchemy", "web3", "eth_account", "eth_utils", "httpx2"}
    used = json.loads(run(USED))
    assert "httpx2" in used
    assert not [name for name in used if name.startswith(("passmanager.service", "fastapi", "sqlalchemy", "web3"))]


def test_without_the_extra_the_error_says_what_to_install():
    assert "pip install 'passmanager[commerce]'" in run(WITHOUT)
