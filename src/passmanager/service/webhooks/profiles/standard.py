"""Our own form: the envelope as JSON, signed by Standard Webhooks."""

import json

from passmanager.service.webhooks.profiles import Message, Profile, Telling
from passmanager.service.webhooks.signing import sign


def make(telling: Telling) -> Message:
    """The event."""
    body = json.dumps(telling.envelope, separators=(",", ":"), ensure_ascii=False).encode()
    message_id = str(telling.envelope["id"])
    headers = sign(message_id, telling.seconds, body, telling.secrets, telling.key)
    return Message({"content-type": "application/json", **headers}, body)


STANDARD = Profile(make)
