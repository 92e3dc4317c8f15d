"""How one event looks to a receiver: our own form, and those of other shops, which receivers know already.

Profiles are pure: from the event, and the order if it is about one, to headers and body.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Order: TypeAlias = Mapping[str, Any]
"""As `GET /v1/orders/{id}` shows it; a line may have `product_keys`."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One message to be made.

    Attributes:
        envelope: The event, as the pull feed shows it.
        order: The order that it is about, as it is now, for profiles that tell it.
        part: Which message of the event this is, from 1.
        parts: How many it has.
        secrets: Of the endpoint, newest first.
        key: Of the service, for Ed25519.
        verify_key: Of the service, for messages that receivers send back to be verified.
        seconds: The machine's time, for signatures.
    """

    envelope: Mapping[str, Any]
    order: Order | None
    part: int
    parts: int
    secrets: tuple[str, ...]
    key: Ed25519PrivateKey
    verify_key: bytes
    seconds: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One form.

    Attributes:
        names: Our events to its own; None if it takes all, under our names.
        tells_order: It says how the order is now, which is read for it; others say what the event has.
        one_per_line: An event of an order is one message for each of its lines.
        gone_is_farewell: A receiver that answers 410 has unsubscribed; it is no fault.
    """

    make: Callable[[Telling], Message]
    names: Mapping[str, str] | None = None
    tells_order: bool = False
    one_per_line: bool = False
    gone_is_farewell: bool = False

    def knows(self, kind: str) -> bool:
        """Whether it has a form for an event."""
        return self.names is None or kind in self.names
