"""What docs/guide/coming-from/*.md show runs as shown, and the calls in their tables exist."""

import json
import re
import subprocess
from pathlib import Path

import httpx2
import pytest

from passmanager.service.db import session_scope
from passmanager.service.orders.models import Order
from tests.docs.serving import serving

ROOT = Path(__file__).resolve().parents[2]
PAGES = {path.stem: path.read_text() for path in (ROOT / "docs/guide/coming-from").glob("*.md")}
PATHS = json.loads((ROOT / "docs/reference/openapi.json").read_text())["paths"]
CALL = re.compile(r"`(GET|POST|PATCH|PUT|DELETE) (/[^`?\s]*)")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("coming"), outbound_allow=("127.0.0.1",)) as found:
        yield found


@pytest.fixture
def names(served):
    found = {"base_url": served.url, "api_key": served.merchant.key, "store_id": served.merchant.store_id}
    return found | {"receiver_url": "http://127.0.0.1:8099/hooks", "vendor_url": "http://127.0.0.1:8099/"}


def test_there_is_a_page_for_each_seed_system():
    assert set(PAGES) == {"dpd", "nexway", "noventiq", "sidedish"}


@pytest.mark.parametrize("page", PAGES)
def test_the_python_runs_in_this_order(page, names):
    blocks = re.findall(r"```python\n(.*?)```", PAGES[page], re.DOTALL)
    assert blocks
    for code in blocks:
        exec(compile(code, page, "exec"), names)
    if page == "sidedish":
        assert names["has_it"] is False


def test_the_commands_run(served):
    headers = served.merchant.headers
    store = served.merchant.store_id
    body = {"store_id": store, "symbol": "USD", "decimals": 2}
    assert httpx2.post(f"{served.url}/v1/currencies", json=body, headers=headers).status_code == 201
    made = httpx2.post(f"{served.url}/v1/products", json={"store_id": store, "name": "Book"}, headers=headers).json()
    price = {"amount": "5", "currency": "USD"}
    assert httpx2.post(f"{served.url}/v1/products/{made['id']}/prices", json=price, headers=headers).status_code == 201
    wish = {"store_id": store, "currency": "USD", "payment_method": "bank", "items": [{"product_id": made["id"]}]}
    order = httpx2.post(f"{served.url}/v1/orders", json=wish, headers={**headers, "Idempotency-Key": "1"}).json()
    paid = httpx2.post(f"{served.url}/v1/orders/{order['id']}/mark-paid", headers=headers)
    assert paid.status_code == 200
    with session_scope(served.services.sessions) as session:
        number = session.query(Order.number).filter(Order.id == order["id"]).scalar()
    variables = {
        "NAME": "Acme", "API_KEY": served.merchant.key, "SERVICE": served.url, "PURCHASE": str(number),
    }  # fmt: skip
    (script,) = re.findall(r"```sh\n(.*?)```", PAGES["dpd"], re.DOTALL)
    answers = [
        subprocess.run(["bash", "-ec", f"curl -s{line[4:]}"], env=variables, capture_output=True, text=True, check=True)
        for line in script.splitlines()
    ]
    assert [one["id"] for one in json.loads(answers[0].stdout)] == [number]
    assert json.loads(answers[1].stdout) == {"status": "OK"}


@pytest.mark.parametrize("page", PAGES)
def test_calls_that_are_named_exist(page):
    known = {(method.upper(), re.sub(r"\{\w+\}", "{}", path)) for path, item in PATHS.items() for method in item}
    for method, path in CALL.findall(PAGES[page]):
        if path.startswith(("/v1", "/c/", "/compat")):
            assert (method, re.sub(r"\{\w+\}", "{}", path)) in known, (method, path)
