"""How the service shows the merchant's web service who it is."""

import base64
import json
import ssl
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from passmanager.errors import PassManagerError
from passmanager.service.http.outbound import Outbound

EARLY_SECONDS = 60
SHORTEST_SECONDS = 30


class LoginFailed(PassManagerError):
    """The merchant's web service, or the server of its tokens, is not shown what it wants."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True, slots=True)
class Login:
    """What goes with a call."""

    headers: dict[str, str] = field(default_factory=dict[str, str])
    tls: ssl.SSLContext | None = None


class Logins:
    """Makes logins, and keeps tokens as long as they last. Each process has its own."""

    def __init__(self, outbound: Outbound) -> None:
        """Asks for tokens through the same guard as all calls."""
        self._outbound = outbound
        self._tokens: dict[tuple[str, ...], tuple[str, float]] = {}
        self._guard = Lock()

    def login(self, auth: dict[str, Any], secret: dict[str, str]) -> Login:
        """For one call.

        Raises:
            LoginFailed: A token or a certificate is not to be had.
            CallFailed: The server of the tokens does not answer.
        """
        kind = auth.get("type", "none")
        if kind == "mtls":
            return Login(tls=_certified(secret))
        if kind == "basic":
            pair = f"{auth['username']}:{secret['password']}".encode()
            return Login({"authorization": f"Basic {base64.b64encode(pair).decode()}"})
        if kind == "header":
            return Login({auth["name"]: secret["value"]})
        if kind in {"bearer", "oauth"}:
            token = secret["token"] if kind == "bearer" else self._token(auth, secret)
            return Login({"authorization": f"Bearer {token}"})
        return Login()

    def forget(self, auth: dict[str, Any], secret: dict[str, str]) -> None:
        """The token was refused: the next call gets a new one."""
        if auth.get("type") == "oauth":
            with self._guard:
                self._tokens.pop(_name(auth, secret), None)

    def _token(self, auth: dict[str, Any], secret: dict[str, str]) -> str:
        name = _name(auth, secret)
        with self._guard:
            token, until = self._tokens.get(name, ("", 0.0))
        if token and until > time.monotonic():
            return token
        token, seconds = self._ask(auth, secret)
        with self._guard:
            self._tokens[name] = (token, time.monotonic() + max(seconds - EARLY_SECONDS, SHORTEST_SECONDS))
        return token

    def _ask(self, auth: dict[str, Any], secret: dict[str, str]) -> tuple[str, int]:
        form = {"grant_type": "client_credentials", "scope": auth.get("scope", "")}
        pair = f"{auth['client_id']}:{secret['client_secret']}".encode()
        headers = {
            "authorization": f"Basic {base64.b64encode(pair).decode()}",
            "content-type": "application/x-www-form-urlencoded", "accept": "application/json",
        }  # fmt: skip
        body = urlencode({key: value for key, value in form.items() if value}).encode()
        answer = self._outbound.send("POST", auth["token_url"], headers=headers, body=body)
        try:
            found = json.loads(answer.body)
            return str(found["access_token"]), int(found.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError) as problem:
            raise LoginFailed(problem=f"the token server answered {answer.status} without a token") from problem


def _name(auth: dict[str, Any], secret: dict[str, str]) -> tuple[str, ...]:
    return (auth["token_url"], auth["client_id"], secret["client_secret"], auth.get("scope", ""))


def _certified(secret: dict[str, str]) -> ssl.SSLContext:
    """Python loads a client's certificate from files only; they are gone when it is loaded."""
    try:
        context = ssl.create_default_context(cadata=secret.get("authority"))
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
            certificate.write_text(secret["certificate"])
            key.write_text(secret["private_key"])
            context.load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as problem:
        raise LoginFailed(problem=f"the client certificate cannot be used: {problem}") from problem
    return context
