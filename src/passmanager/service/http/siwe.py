"""Sign-In with Ethereum (EIP-4361): messages that a wallet signs, checked word by word.

A message is good for one host, one chain and a few minutes, and its nonce once. Wallets that are contracts are
asked themselves (ERC-1271).
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlalchemy.orm import Session

from passmanager.service.clock import MINUTE, rfc3339
from passmanager.service.http.models import SignInNonce
from passmanager.service.http.problems import Problem
from passmanager.units import checksum

NONCE_MS = 5 * MINUTE
SKEW_MS = MINUTE
LONGEST = 4_000
SIGNATURE = 65
MAGIC = bytes.fromhex("1626ba7e")
MESSAGE = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<domain>[^\s/?#]+) wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n"
    r"\n(?:(?P<statement>[^\n]+)\n)?\n"
    r"URI: (?P<uri>\S+)\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[0-9]{1,18})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,64})\n"
    r"Issued At: (?P<issued_at>\S+)"
    r"(?:\nExpiration Time: (?P<expires_at>\S+))?"
    r"(?:\nNot Before: (?P<not_before>\S+))?"
    r"(?:\nRequest ID: (?P<request_id>[^\n]*))?"
    r"(?:\nResources:(?P<resources>(?:\n- \S+)*))?"
)


class SignatureInvalid(Problem):
    """A signed message is not what was asked for, is too old, or was not signed by that wallet."""

    status = 401
    code = "signature-invalid"


class Wallets(Protocol):
    """The chain, as far as signatures need it."""

    @property
    def chain_id(self) -> int:
        """Number of the chain."""
        ...

    def code(self, address: str) -> bytes:
        """Code at an address; empty if it is no contract."""
        ...

    def call(self, address: str, data: bytes) -> bytes | None:
        """What a contract answers; None if it refuses."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A message, read. Times are in ms.

    Attributes:
        text: As it was signed.
    """

    text: str
    domain: str
    address: str
    statement: str
    uri: str
    chain_id: int
    nonce: str
    issued_at: int
    expires_at: int | None
    not_before: int | None


def parse(text: str) -> Message:
    """Reads a message.

    Raises:
        SignatureInvalid: It is not of the form that EIP-4361 prescribes.
    """
    found = MESSAGE.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise SignatureInvalid(detail="this is no message of EIP-4361; ask the service for one and sign that")
    if checksum(found["address"]) != found["address"]:
        raise SignatureInvalid(detail=f"{found['address']} is not in the form with checksum (EIP-55)")
    return Message(
        text=text, domain=found["domain"], address=found["address"], statement=found["statement"] or "",
        uri=found["uri"], chain_id=int(found["chain_id"]), nonce=found["nonce"],
        issued_at=_moment(found["issued_at"]), expires_at=_moment_or_none(found["expires_at"]),
        not_before=_moment_or_none(found["not_before"]),
    )  # fmt: skip


def _moment_or_none(text: str | None) -> int | None:
    return None if text is None else _moment(text)


def _moment(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise SignatureInvalid(detail=f"{text} is no time of RFC 3339")
    return int(found.timestamp() * 1000)


def compose(*, url: str, address: str, statement: str, chain_id: int, nonce: str, now: int) -> str:
    """A message to sign, good until its nonce ends."""
    return (
        f"{urlsplit(url).netloc} wants you to sign in with your Ethereum account:\n{checksum(address)}\n\n"
        f"{statement}\n\n"
        f"URI: {url}\nVersion: 1\nChain ID: {chain_id}\nNonce: {nonce}\nIssued At: {rfc3339(now)}\n"
        f"Expiration Time: {rfc3339(now + NONCE_MS)}"
    )


def new_nonce(session: Session, now: int) -> str:
    """A nonce that is good once, for five minutes; those that are over go."""
    session.execute(delete(SignInNonce).where(SignInNonce.expires_at <= now))
    nonce = secrets.token_hex(16)
    session.add(SignInNonce(nonce=nonce, expires_at=now + NONCE_MS))
    session.flush()
    return nonce


def check(session: Session, message: Message, *, url: str, chain_id: int, now: int) -> None:
    """Is the message for this service, this chain and this moment? Its nonce is used up.

    Raises:
        SignatureInvalid: The text says what is wrong.
    """
    if message.domain != urlsplit(url).netloc or _origin(message.uri) != _origin(url):
        raise SignatureInvalid(detail=f"the message is for {message.domain} and {message.uri}, this is {url}")
    if message.chain_id != chain_id:
        raise SignatureInvalid(detail=f"the message is for chain {message.chain_id}, this is chain {chain_id}")
    _check_times(message, now)
    if not _use(session, message.nonce, now):
        raise SignatureInvalid(detail="the nonce is not known, used, or older than five minutes; ask for a new message")


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def _check_times(message: Message, now: int) -> None:
    if message.issued_at > now + SKEW_MS:
        raise SignatureInvalid(detail=f"the message was issued at {rfc3339(message.issued_at)}, which is to come")
    if message.expires_at is not None and message.expires_at <= now:
        raise SignatureInvalid(detail=f"the message ended at {rfc3339(message.expires_at)}; ask for a new one")
    if message.not_before is not None and message.not_before > now:
        raise SignatureInvalid(detail=f"the message begins at {rfc3339(message.not_before)}")


def _use(session: Session, nonce: str, now: int) -> bool:
    """One statement, so that two requests cannot both use it."""
    used = delete(SignInNonce).where(SignInNonce.nonce == nonce, SignInNonce.expires_at > now)
    return session.scalar(used.returning(SignInNonce.nonce)) is not None


def verify(message: Message, signature: str, wallets: Wallets) -> None:
    """Did the wallet of the message sign it?

    Raises:
        SignatureInvalid: No.
    """
    try:
        given = bytes.fromhex(signature.removeprefix("0x"))
    except ValueError:
        given = b""
    if len(given) == SIGNATURE and _recovered(message.text, given) == message.address:
        return
    if given and wallets.code(message.address) and _asked(message, given, wallets.call):
        return
    raise SignatureInvalid(detail=f"the signature is not of {message.address}; sign the message as it was given out")


def _recovered(text: str, signature: bytes) -> str | None:
    """The wallet that signed; eth-account is loaded where somebody signs in, not at every start."""
    from eth_account import Account  # noqa: PLC0415
    from eth_account.messages import encode_defunct  # noqa: PLC0415

    try:
        return Account.recover_message(encode_defunct(text=text), signature=signature)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportCallIssue]
    except Exception:  # noqa: BLE001 - the library has many errors for signatures that are none
        return None


def _asked(message: Message, signature: bytes, call: Callable[[str, bytes], bytes | None]) -> bool:
    """`isValidSignature(bytes32,bytes)` of a wallet that is a contract."""
    padded = signature + bytes(-len(signature) % 32)
    head = (64).to_bytes(32) + len(signature).to_bytes(32)
    answer = call(message.address, MAGIC + _digest(message.text) + head + padded)
    return answer is not None and len(answer) >= len(MAGIC) and answer[: len(MAGIC)] == MAGIC


def _digest(text: str) -> bytes:
    """What wallets sign for a text (EIP-191)."""
    from eth_utils.crypto import keccak  # noqa: PLC0415 - see above

    body = text.encode()
    return keccak(b"\x19Ethereum Signed Message:\n" + str(len(body)).encode() + body)
