"""Keys at rest: sealed, bound to their row, and found by an HMAC without opening any."""

import hashlib
import hmac
from functools import lru_cache

from passmanager.service.ids import new_id
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.sealing import Sealer, sealer_of
from passmanager.service.settings import Settings

PURPOSE = "license look-up"
HINT = 4
HINT_LEAST = 8
"""Shorter keys have no hint: it would be half of them."""


class Vault:
    """Seals, opens and finds keys."""

    def __init__(self, sealer: Sealer) -> None:
        """With the keys of the operator."""
        self._sealer = sealer
        self._finders = sealer.derive_all(PURPOSE)

    @classmethod
    def of(cls, settings: Settings) -> "Vault":
        """As the operator set it."""
        return _vault(sealer_of(settings))

    def seal(self, row_id: str, content: bytes) -> bytes:
        """For one row only."""
        return self._sealer.seal(content, row_id)

    def open(self, row: LicenseKey) -> bytes:
        """The content of a row."""
        return self._sealer.open(row.ciphertext, row.id)

    def text(self, row: LicenseKey) -> str:
        """The key of a row as text; files are not."""
        return self.open(row).decode("utf-8", "replace")

    def lookup(self, content: bytes) -> str:
        """By which a new row is found."""
        return _hmac(self._finders[0], content)

    def lookups(self, content: bytes) -> list[str]:
        """By which it may have been written, with older keys of the operator, too."""
        return [_hmac(finder, content) for finder in self._finders]

    def write(self, row: LicenseKey, text: str) -> None:
        """Another key in the same row."""
        content = text.encode()
        row.ciphertext, row.lookup, row.hint = self.seal(row.id, content), self.lookup(content), hint_of(text)

    def columns(self, content: bytes, *, file: bool = False) -> dict[str, str | bytes]:
        """What of a row depends on the key."""
        row_id = new_id("lic")
        return {
            "id": row_id, "ciphertext": self.seal(row_id, content), "lookup": self.lookup(content),
            "hint": "" if file else hint_of(content.decode()),
        }  # fmt: skip


@lru_cache(maxsize=8)
def _vault(sealer: Sealer) -> Vault:
    return Vault(sealer)


def _hmac(key: bytes, content: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def hint_of(text: str) -> str:
    """By which people tell keys apart in lists."""
    return text[-HINT:] if len(text) >= HINT_LEAST else ""
