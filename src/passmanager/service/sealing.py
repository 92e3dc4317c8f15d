"""Secrets at rest: sealed with a key of the operator, so that a copy of the database tells nobody.

Sealed text is bound to its context (such as the id of its row), so that it cannot be moved to another row.
"""

import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from passmanager.errors import PassManagerError
from passmanager.service.settings import KEY_BYTES, Settings, decode_key

FORM = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
KEY_FILE = "secret.key"


class NoSecretKey(PassManagerError):
    """Several processes need the same key, and none is set."""

    def __str__(self) -> str:
        return "set PASSMANAGER_SECRET_KEY to 32 random bytes in base64, the same for all processes"


class CannotOpen(PassManagerError):
    """Sealed text that no known key opens."""

    context: str
    key_id: str

    def __str__(self) -> str:
        return (
            f"the secret of {self.context} was sealed with key {self.key_id}, which is not known or does not fit;"
            " add it to PASSMANAGER_OLD_SECRET_KEYS"
        )


class Sealer:
    """Seals with the newest key, opens with every key that was one."""

    def __init__(self, key: bytes, old: tuple[bytes, ...] = ()) -> None:
        """Keys of 32 bytes; `old` ones open what they sealed."""
        self._masters = (key, *old)
        self._ciphers = {_key_id(master): AESGCM(_derive(master, "sealing")) for master in self._masters}
        self._newest = _key_id(key)

    def seal(self, plain: bytes, context: str) -> bytes:
        """AES-256-GCM with a random nonce."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, plain, context.encode())
        return FORM + self._newest + nonce + sealed

    def open(self, sealed: bytes, context: str) -> bytes:
        """What was sealed for this context.

        Raises:
            CannotOpen: It was sealed for another one, by a key that is not known, or is damaged.
        """
        key_id, rest = sealed[1 : 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES :]
        cipher = self._ciphers.get(key_id)
        try:
            if cipher is None or sealed[:1] != FORM:
                raise CannotOpen(context=context, key_id=key_id.hex())
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as problem:
            raise CannotOpen(context=context, key_id=key_id.hex()) from problem

    def derive(self, purpose: str) -> bytes:
        """32 bytes for another use of the newest key, such as look-ups by HMAC."""
        return _derive(self._masters[0], purpose)

    def derive_all(self, purpose: str) -> tuple[bytes, ...]:
        """The same of every key, newest first."""
        return tuple(_derive(master, purpose) for master in self._masters)

    def signing_keys(self, purpose: str) -> tuple[Ed25519PrivateKey, ...]:
        """To sign with, newest first; what older keys signed is still checked by their public halves."""
        return tuple(Ed25519PrivateKey.from_private_bytes(seed) for seed in self.derive_all(f"{purpose} ed25519"))


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"passmanager {purpose}".encode()).derive(master)


def _key_id(master: bytes) -> bytes:
    return hashlib.sha256(_derive(master, "key id")).digest()[:KEY_ID_BYTES]


def sealer_of(settings: Settings) -> Sealer:
    """The operator's keys; without any, one process on SQLite makes itself a key in its data folder.

    Raises:
        NoSecretKey: There is none, and other processes need the same.
    """
    if settings.secret_key.get_secret_value():
        return _sealer(decode_key(settings.secret_key), tuple(map(decode_key, settings.old_secret_keys)))
    if not settings.on_sqlite:
        raise NoSecretKey
    return _sealer(_own_key(settings.data / KEY_FILE), ())


@lru_cache(maxsize=8)
def _sealer(key: bytes, old: tuple[bytes, ...]) -> Sealer:
    return Sealer(key, old)


def _own_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()
