"""The controlled clock over HTTP, with a worker in the same process."""

import pytest
from fastapi.testclient import TestClient

from passmanager.service.app import create_app
from passmanager.service.clock import DAY
from passmanager.service.engine import Handlers
from passmanager.service.engine.advance import wait_for_workers
from passmanager.service.services import Services
from passmanager.service.worker import Worker


@pytest.fixture
def worker(services, handlers):
    found = Worker(services, handlers)
    found.start()
    yield found
    found.stop()


def test_clock_waits_for_the_workers_at_every_due_time(services, client, handlers, worker, put, marks, mark):
    client.app.state.settle = None  # others do the work
    start = services.clock.now()
    handlers.add_database("mark", lambda session, jobs: [mark(session, job) for job in jobs])
    for day in (1, 5, 89, 95):
        put("mark", str(day), start + day * DAY)
    answer = client.post("/test/clock", json={"advance": 90 * 86_400})
    assert answer.status_code == 200
    assert services.clock.now() == start + 90 * DAY
    assert marks("key, at") == [(str(day), start + day * DAY) for day in (1, 5, 89)]


def test_clock_says_when_nobody_works(services, client, put, monkeypatch):
    client.app.state.settle = None
    monkeypatch.setattr("passmanager.service.engine.api.wait_for_workers", _impatient)
    put("mark", "a")
    answer = client.post("/test/clock", json={"advance": 1})
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("1 pieces of work are due and none was finished")


def _impatient(services):
    return wait_for_workers(services, patience=0.1)


def test_clock_does_not_wait_for_work_that_nobody_knows(client, put):
    put("unknown", "a")
    answer = client.post("/test/clock", json={"advance": 1})
    assert answer.status_code == 503


@pytest.mark.parametrize("advance", [-1, "soon", 2**40, None])
def test_clock_goes_forward_by_whole_seconds_only(client, advance):
    assert client.post("/test/clock", json={"advance": advance}).status_code == 422


def test_there_is_no_such_path_on_the_machine_clock(settings):
    services = Services.start(settings.model_copy(update={"clock": "machine"}))
    with TestClient(create_app(services)) as client:
        answer = client.post("/test/clock", json={"advance": 1})
    services.engine.dispose()
    assert answer.status_code == 404
    assert "PASSMANAGER_CLOCK=controlled" in answer.json()["detail"]


def test_worker_stops_while_work_waits_for_later(services, put):
    put("mark", "a", services.clock.now() + DAY)
    worker = Worker(services, Handlers())
    worker.start()
    worker.stop()
    Worker(services, Handlers())._slot.leave()
