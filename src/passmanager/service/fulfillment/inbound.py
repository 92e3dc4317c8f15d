"""Licenses that a merchant sends by answering a mail: the address it goes to says for which line."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from pydantic import ValidationError

from passmanager.service.fulfillment.schemas import LicenseIn
from passmanager.service.http.problems import bad_field

PURPOSE = "inbound mail"
MAC_BYTES = 15  # 24 letters of base32, which no mail server changes but for their case
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
MOST_HEADERS = 100
_TOKEN = re.compile(r"([1-9][0-9]{0,17})-([a-z2-7]{24})")


# --- addresses


def reply_address(box: str, number: int, key: bytes) -> str:
    """Where a mail about a delivery is answered to.

    Args:
        box: The operator's address, such as `licenses@shop.example`.
        number: Of the delivery.
        key: Of this purpose.
    """
    name, _, host = box.rpartition("@")
    return f"{name}+{number}-{_mac(key, number)}@{host}"


def find_number(addresses: Iterable[str], keys: Sequence[bytes]) -> int | None:
    """The delivery that one of the addresses names; None if none does, or its token was not made here."""
    for address in addresses:
        found = _TOKEN.fullmatch(address.rpartition("@")[0].rpartition("+")[2].lower())
        if found is not None and any(hmac.compare_digest(found[2], _mac(key, int(found[1]))) for key in keys):
            return int(found[1])
    return None


def _mac(key: bytes, number: int) -> str:
    digest = hmac.digest(key, str(number).encode(), "sha256")[:MAC_BYTES]
    return base64.b32encode(digest).decode().lower()


# --- mails


@dataclass(frozen=True, slots=True)
class Inbound:
    """A mail that came.

    Attributes:
        name: Of this mail and its repetitions, of fixed length.
        automatic: A machine answered, such as for somebody on holiday.
    """

    message: Message
    name: str
    recipients: list[str]
    automatic: bool


def read_mail(raw: bytes) -> Inbound:
    """Reads the head of a mail.

    Raises:
        InvalidInput: It is none.
    """
    try:
        message = message_from_bytes(raw)
        named = str(message.get("message-id", "")).strip()
        lines = [str(line) for name in RECIPIENTS for line in message.get_all(name, [])][:MOST_HEADERS]
        recipients = [address for _, address in getaddresses(lines)]
    except (ValueError, LookupError, RecursionError) as problem:
        raise bad_field("/body", "mail", "the body is no mail as RFC 5322 has it") from problem
    if not recipients:
        raise bad_field("/body", "recipient", "the mail has no address in To, Cc, Delivered-To or X-Original-To")
    said = str(message.get("auto-submitted", "no")).strip().lower()
    automatic = said != "no" or str(message.get("precedence", "")).strip().lower() in {"bulk", "junk", "auto_reply"}
    return Inbound(message, hashlib.sha256(named.encode() or raw).hexdigest(), recipients, automatic)


def license_in(message: Message) -> LicenseIn:
    """What is to be delivered: the attached file, or else what was written above the quoted mail.

    Raises:
        InvalidInput: There is neither, there are several files, or it is too long.
    """
    parts = [part for part in message.walk() if not part.is_multipart()]
    files = [part for part in parts if part.get_filename() is not None]
    if len(files) > 1:
        raise bad_field("/body", "files", f"the mail has {len(files)} files; send one mail for each")
    try:
        return _file(files[0]) if files else LicenseIn(text=_text(parts))
    except ValidationError as problem:
        raise bad_field(
            "/body", "license", "the mail has no license: write it as text, or attach one file"
        ) from problem


def _file(part: Message) -> LicenseIn:
    name = re.sub(r"[\x00-\x1f]", "", re.split(r"[/\\]", str(part.get_filename()))[-1])[:200]
    return LicenseIn(file_name=name or "license", content=base64.b64encode(_bytes(part)).decode())


def _text(parts: list[Message]) -> str:
    plain = next((part for part in parts if part.get_content_type() == "text/plain"), None)
    if plain is None:
        return ""
    try:
        text = _bytes(plain).decode(plain.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = _bytes(plain).decode("utf-8", "replace")
    return written(text)


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def written(text: str) -> str:
    """The part of an answer that is new: no quotation, no line that introduces it, no signature."""
    lines = [line.rstrip() for line in text.splitlines()]
    end = next((number for number, line in enumerate(lines) if line in {"--", "-- "}), len(lines))
    lines = lines[:end]
    first = next((number for number, line in enumerate(lines) if line.startswith((">", "-----"))), len(lines))
    above = _without_introduction(lines[:first]) if first < len(lines) else lines
    found = "\n".join(above).strip()
    return found or "\n".join(line for line in lines[first:] if not line.startswith(">")).strip()


def _without_introduction(lines: list[str]) -> list[str]:
    """`On Monday Ann wrote:`, in any language, over one line or several."""
    while lines and not lines[-1]:
        lines = lines[:-1]
    if not lines or not lines[-1].endswith(":"):
        return lines
    while lines and lines[-1]:
        lines = lines[:-1]
    return lines
