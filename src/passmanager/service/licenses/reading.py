"""The keys of lines in clear, for those who may see them: their owner, his mails, and the merchant's interfaces."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from passmanager.service.licenses import qr, repository
from passmanager.service.licenses.vault import Vault


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a buyer got for one unit.

    Attributes:
        text: The key, code or link; empty for a file.
        file: Content of a file; empty for a text.
        usable: It is neither suspended nor revoked.
    """

    key_id: str
    unit: int
    kind: str
    text: str
    file_name: str
    file: bytes
    usable: bool


def delivered_to(session: Session, vault: Vault, item_ids: Collection[str]) -> dict[str, list[Delivered]]:
    """What was delivered for lines, unit by unit; keys that were revoked are left out."""
    found: dict[str, list[Delivered]] = {item_id: [] for item_id in item_ids}
    for key in repository.issued_to(session, item_ids):
        if key.status == repository.REVOKED or key.order_item_id is None:
            continue
        content = vault.open(key)
        text, file = ("", content) if key.file_name else (content.decode(), b"")
        usable = key.status == repository.ISSUED
        found[key.order_item_id].append(
            Delivered(key.id, key.unit or 0, key.kind, text, key.file_name, file, usable)
        )  # fmt: skip
    return found


def pictures(units: Sequence[Delivered]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of QR codes, for mails; a text that is too long for one goes as text alone."""
    for one in units:
        if one.kind == "qr_code" and one.text:
            with suppress(qr.TooLongForQr):
                yield f"qr-{one.unit}.png", qr.draw(one.text, "png")
