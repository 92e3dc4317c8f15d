"""Every operation of OpenAPI, called with what its schema allows, beside workers that run: no 5xx, no other shape."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import response_schema_conformance

from passmanager.service.app import create_app
from passmanager.service.db import session_scope
from passmanager.service.migrate import upgrade
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.wiring import connect
from passmanager.service.worker import Worker, make_handlers
from tests.service.buyers.conftest import Chain
from tests.service.merchant import make_merchant

SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Holder(Chain):
    """A chain on which nobody has an organization."""

    def head(self):
        return 1

    def holder_of(self, _org_id):
        return None


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("openapi")
    found = Settings(data=folder, secret_key=SECRET, rate_per_minute=100_000)
    upgrade(found.url)
    services = Services.start(found)
    connect(services)
    worker = Worker(services, make_handlers(services))
    worker.start()
    app = create_app(services)
    app.state.chain_reader = Holder()
    with session_scope(services.sessions) as session:
        merchant = make_merchant(session, services.clock.now())
    yield app, merchant
    worker.stop()
    services.engine.dispose()


@pytest.fixture(scope="module")
def loaded(running):
    return schemathesis.openapi.from_asgi("/openapi.json", running[0])


schema = schemathesis.pytest.from_fixture("loaded")


@schema.parametrize()
@settings(
    max_examples=8, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_answer_is_no_fault_of_the_service_and_has_the_shape_that_is_published(case, running):
    merchant = running[1]
    dpd = case.path.startswith("/compat/dpd")
    headers = None if dpd else merchant.headers
    answer = case.call(headers=headers, auth=("Acme", merchant.key) if dpd else None)
    assert answer.status_code < 500, answer.text
    if answer.status_code < 300 and answer.status_code != 204:
        case.validate_response(answer, checks=[response_schema_conformance])
    elif answer.status_code >= 400:
        assert answer.headers["content-type"][0].startswith("application/problem+json")
