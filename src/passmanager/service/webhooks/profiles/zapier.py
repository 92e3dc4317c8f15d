"""Flat JSON for Zapier and its like: every value has one name, nothing is nested."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from passmanager.service.webhooks.profiles import Message, Profile, Telling
from passmanager.service.webhooks.signing import sign

EXECUTED = "action.executed"
BETWEEN = "_"


def flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """`{"user": {"email": "a"}}` becomes `{"user_email": "a"}`; lists are numbered from 1."""
    return dict(_leaves("", value))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, Any]", value).items():
            yield from _leaves(f"{name}{BETWEEN}{key}" if name else key, inner)
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[Any]", value), 1):
            yield from _leaves(f"{name}{BETWEEN}{index}", inner)
    else:
        yield name, value


def document(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """What a Zap is given."""
    own = {
        "event": envelope["type"], "event_id": envelope["id"], "timestamp": envelope["timestamp"],
        "mode": envelope["mode"], "store_id": envelope["store_id"],
    }  # fmt: skip
    return {**flat(envelope["data"]), **own}


def make(telling: Telling) -> Message:
    """The use of an action."""
    body = json.dumps(document(telling.envelope), separators=(",", ":"), ensure_ascii=False).encode()
    message_id = str(telling.envelope["id"])
    headers = sign(message_id, telling.seconds, body, telling.secrets, telling.key)
    return Message({"content-type": "application/json", **headers}, body)


ZAPIER = Profile(make, names={EXECUTED: EXECUTED}, gone_is_farewell=True)
