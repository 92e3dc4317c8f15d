"""What the metadata say, and how a call ends."""

import base64
import json
from collections.abc import Callable
from typing import Any

import boa

PREFIX = "data:application/json;base64,"


def document(uri: str) -> dict[str, Any]:
    """The JSON document in a data URI."""
    assert uri.startswith(PREFIX)
    return json.loads(base64.b64decode(uri.removeprefix(PREFIX), validate=True))


def traits(uri: str) -> dict[str, Any]:
    """Attributes by name; each name is there once."""
    attributes = document(uri)["attributes"]
    named = {attribute["trait_type"]: attribute["value"] for attribute in attributes}
    assert len(named) == len(attributes)
    return named


def refusal(contract: Any, call: Callable[[], Any]) -> bytes:
    """The error of a call, with its arguments; empty if it went through. It changes nothing."""
    with boa.env.anchor():
        try:
            call()
        except boa.BoaError:
            return bytes(contract._computation.output)
    return b""
