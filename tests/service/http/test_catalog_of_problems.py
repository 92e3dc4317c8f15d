"""Codes of problem documents: each has one status and a text."""

from collections import defaultdict

import pytest

from passmanager.service.app import create_app
from passmanager.service.http.catalog_of_problems import catalog_of_problems
from passmanager.service.http.lazy_routes import all_routes

TWO_MEANINGS = {
    "session-expired": {401, 410},  # of a person, who signs in again; of a checkout, which is over
    "signature-invalid": {401, 403},  # of a wallet; of what a merchant's link says
}


@pytest.fixture(autouse=True)
def _everything_is_loaded(services):
    assert len(list(all_routes(create_app(services)))) > 200


def test_every_code_has_one_status_and_a_text():
    by_code = defaultdict(list)
    for entry in catalog_of_problems():
        by_code[entry.code].append(entry)
        assert 400 <= entry.status < 600
        assert entry.text.endswith(".")
        assert entry.code == entry.code.lower().strip("-")
    statuses = {code: {one.status for one in found} for code, found in by_code.items()}
    assert {code: found for code, found in statuses.items() if len(found) > 1} == TWO_MEANINGS


def test_codes_that_clients_rely_on_are_there():
    known = {entry.code: entry.status for entry in catalog_of_problems()}
    wanted = {
        "action-limit-reached": 409, "version-not-entitled": 403, "key-pool-empty": 409, "refund-window-closed": 409,
        "refund-already-open": 409, "idempotency-mismatch": 422, "idempotency-in-progress": 409, "link-expired": 410,
        "rate-limited": 429,
    }  # fmt: skip
    assert {code: known.get(code) for code in wanted} == wanted
