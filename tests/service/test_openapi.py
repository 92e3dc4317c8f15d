"""Every operation of OpenAPI, called with what its schema allows and with what it does not, beside workers that run."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings, strategies
from schemathesis.core.parameters import ParameterLocation

from passmanager.service.app import create_app
from passmanager.service.db import session_scope
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.wiring import connect
from passmanager.service.worker import Worker, make_handlers
from tests.service.buyers.conftest import Chain
from tests.service.conftest import SECRET
from tests.service.merchant import make_merchant

ROOT = Path(__file__).parents[2]
EXAMPLES = 6

schemathesis.openapi.format(
    "uri", strategies.from_regex(r"https://[a-z]{3,20}\.example(/[a-z0-9]{0,8}){0,2}", fullmatch=True)
)


class Holder(Chain):
    """A chain on which nobody has an organization."""

    def head(self):
        return 1

    def holder_of(self, _org_id):
        return None


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def running(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("openapi")
    url = f"sqlite:///{folder / 'passmanager.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("copy_of_pattern")("openapi")
    else:
        (folder / "passmanager.db").write_bytes(request.getfixturevalue("sqlite_pattern").read_bytes())
    found = Settings(database_url=url, data=folder, secret_key=SECRET, rate_per_minute=100_000)
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
    config = schemathesis.Config.from_path(ROOT / "schemathesis.toml")
    return schemathesis.openapi.from_asgi("/openapi.json", running[0], config=config)


schema = schemathesis.pytest.from_fixture("loaded").exclude(path="/v1/inbound-mail")  # schemathesis writes no mails


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_answer_is_no_fault_of_the_service_and_has_the_shape_that_is_published(case, running):
    if "Idempotency-Key" in case.headers and case.meta.components[ParameterLocation.HEADER].mode.is_positive:
        case.headers["Idempotency-Key"] = case.id  # the one of another body is refused, which no schema can say
    if "Authorization" not in case.headers:  # the operation wants none, or is tried without
        case.call_and_validate()
    elif case.path.startswith("/compat/dpd"):
        case.call_and_validate(auth=("Acme", running[1].key))
    else:
        case.call_and_validate(headers=running[1].headers)
