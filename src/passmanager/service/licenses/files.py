"""License files: signed texts that a program verifies with the public key of the store alone, without the service.

A file is the JSON object `{"payload": {...}, "signature": "..."}`. The signature is Ed25519 over the canonical JSON
of the payload (RFC 8785: members sorted, no white space, UTF-8), in base64url without padding.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.clock import DAY
from passmanager.service.http.problems import Conflict, NotFound
from passmanager.service.ids import new_id
from passmanager.service.licenses import using
from passmanager.service.licenses.models import LicenseKey, LicenseSigningKey
from passmanager.service.licenses.schemas import LicenseClaims, LicenseFile, PublicKey, PublicKeys
from passmanager.service.licenses.terms import Terms
from passmanager.service.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes license files.

    Attributes:
        at: Milliseconds.
    """

    sealer: Sealer
    at: int


def make_file(
    session: Session, key: LicenseKey, signer: Signer, fingerprint: str | None, days: int | None
) -> LicenseFile:
    """A file for a valid key; it never lasts longer than the license.

    Raises:
        KeyNotUsable: The key is suspended, revoked or expired.
        Conflict: It is shared by all buyers.
    """
    using.require_usable(key, signer.at)
    if key.shared:
        raise Conflict(detail=f"license key {key.id} is shared by all buyers; it has no files")
    signing = signing_key(session, key.store_id, signer)
    ends = signer.at + (days or Terms.of(key).offline_days) * DAY
    claims = LicenseClaims(
        key_id=signing.id, store_id=key.store_id, license_id=key.id, product_id=key.product_id,
        purchase_id=key.purchase_id, kind=key.kind, unit=key.unit, rotation=key.rotations, test=key.test,
        fingerprint=fingerprint, issued_at=signer.at,
        expires_at=ends if key.expires_at is None else min(ends, key.expires_at), license_expires_at=key.expires_at,
    )  # fmt: skip
    private = Ed25519PrivateKey.from_private_bytes(signer.sealer.open(signing.sealed, _context(signing.id)))
    return LicenseFile(payload=claims, signature=_text(private.sign(canonical(claims.model_dump(mode="json")))))


def canonical(payload: Mapping[str, Any]) -> bytes:
    """The bytes that are signed. Names are ASCII, numbers whole and small: so this is RFC 8785."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# --- keys that sign


def _published(store_id: str) -> Select[LicenseSigningKey]:
    mine = (LicenseSigningKey.store_id == store_id, LicenseSigningKey.withdrawn_at.is_(None))
    return select(LicenseSigningKey).where(*mine).order_by(LicenseSigningKey.version.desc())


def signing_key(session: Session, store_id: str, signer: Signer) -> LicenseSigningKey:
    """The key that signs now; made on first use."""
    newest = _published(store_id).limit(1)
    found = session.scalar(newest)
    if found is None:
        _lock(session, store_id)
        found = session.scalar(newest)  # somebody else may have been faster
    return found or new_signing_key(session, store_id, signer)


def _lock(session: Session, store_id: str) -> None:
    """One at a time makes keys of a store."""
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))


def new_signing_key(session: Session, store_id: str, signer: Signer) -> LicenseSigningKey:
    """Signs from now on; files of the keys before it still verify."""
    _lock(session, store_id)
    versions = select(LicenseSigningKey.version).where(LicenseSigningKey.store_id == store_id)
    newest = session.scalar(versions.order_by(LicenseSigningKey.version.desc()).limit(1)) or 0
    private, row_id = Ed25519PrivateKey.generate(), new_id("lsk")
    made = LicenseSigningKey(
        id=row_id, store_id=store_id, version=newest + 1,
        public_key=private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
        sealed=signer.sealer.seal(private.private_bytes_raw(), _context(row_id)), created_at=signer.at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def withdraw(session: Session, store_id: str, key_id: str, at: int) -> None:
    """A key whose private half became known: its files are refused by whoever reads the public keys again.

    Raises:
        NotFound: The store has no such key, or it is withdrawn.
    """
    found = session.scalar(_published(store_id).where(LicenseSigningKey.id == key_id))
    if found is None:
        raise NotFound(detail=f"store {store_id} has no signing key {key_id}; see its license-public-key")
    found.withdrawn_at = at
    session.flush()


def find_public_keys(session: Session, store_id: str) -> PublicKeys | None:
    """What everybody may know; null if the store has none yet."""
    found = session.scalars(_published(store_id)).all()
    if not found:
        return None
    return PublicKeys(store_id=store_id, active=found[0].id, keys=[_shown(one) for one in found])


def _shown(one: LicenseSigningKey) -> PublicKey:
    return PublicKey(kid=one.id, x=_text(one.public_key), created_at=one.created_at)


def _context(row_id: str) -> str:
    return f"{row_id} license signing key"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
