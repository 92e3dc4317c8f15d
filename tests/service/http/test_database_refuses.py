"""A transaction that the database gives up is a problem that says so, not a bug of ours."""

from sqlalchemy import event
from sqlalchemy.exc import OperationalError


def test_deadlock_is_a_503_that_may_be_sent_again(services, client, merchant):
    refusals = [True]

    @event.listens_for(services.engine, "before_cursor_execute")
    def _refuse(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO stores") and refusals and refusals.pop():
            raise OperationalError(statement, {}, Exception("deadlock detected"))

    def ask():
        headers = {**merchant.headers, "Idempotency-Key": "a-shop"}
        return client.post("/v1/stores", json={"name": "Shop"}, headers=headers)

    refused = ask()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    problem = refused.json()
    assert (problem["code"], problem["retryable"]) == ("unavailable", True)
    assert "send the same again" in problem["detail"]
    assert ask().status_code == 201
    assert len(client.get("/v1/stores", headers=merchant.headers).json()["data"]) == 2
