"""Addresses that a merchant signed: what they say about prices and time is his promise."""

import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlencode

from passmanager.service.checkout.models import CheckoutLink
from passmanager.service.checkout.problems import LinkExpired, SignatureInvalid
from passmanager.service.sealing import Sealer

PURPOSE = "checkout link"
CUSTOM = "x-"
SIGNED = frozenset({"product_id", "qty", "amount", "currency", "discount_code", "email", "exp"})
"""Besides custom fields; others, such as the tags of mailing programs, may be added by anybody."""

Pair = tuple[str, str]


def sign(sealer: Sealer, link: CheckoutLink, pairs: Iterable[Pair]) -> str:
    """Signature over the parameters that count, in the order in which each name comes."""
    return _signature(sealer.derive(PURPOSE), link, pairs)


def check(sealer: Sealer, link: CheckoutLink, pairs: list[Pair], now: int) -> None:
    """Refuses prices and times that nobody signed, and whatever was changed in a signed address.

    Raises:
        SignatureInvalid: It is not what was signed.
        LinkExpired: It was good for some time only.
    """
    given = next((value for name, value in pairs if name == "sig"), None)
    if given is None:
        if any(name in {"amount", "exp"} for name, _ in pairs):
            raise SignatureInvalid(detail="`amount` and `exp` are taken from signed addresses only; sign this one")
        return
    keys = sealer.derive_all(PURPOSE)
    if not any(hmac.compare_digest(_signature(key, link, pairs), given) for key in keys):
        raise SignatureInvalid(detail="this address is not the one that was signed; ask the shop for a new one")
    ends = next((int(value) for name, value in pairs if name == "exp"), None)
    if ends is not None and ends * 1000 <= now:
        raise LinkExpired(detail="this address was good for some time only; ask the shop for a new one")


def _signature(key: bytes, link: CheckoutLink, pairs: Iterable[Pair]) -> str:
    counting = [(name, value) for name, value in pairs if name in SIGNED or name.startswith(CUSTOM)]
    text = f"{link.slug}?{urlencode(sorted(counting, key=lambda pair: pair[0]))}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
