"""Calls to addresses that merchants gave: the name is resolved once, judged, and called at the judged address.

No redirects, no proxies of the environment, one deadline for everything, a limit for the answer.
"""

import base64
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpcore2
import httpx2

from passmanager.errors import PassManagerError
from passmanager.service.http.addresses import Address, Allowed, is_public, parse
from passmanager.service.settings import Settings

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_BYTES = 64 * 1024
RESOLVERS = 16
PORTS = {None, 80, 443, *range(1024, 65536)}
LONGEST_URL = 2_000
OWN_HEADERS = {"accept-encoding": "identity", "user-agent": "passmanager"}


class CallFailed(PassManagerError):
    """No answer came.

    Attributes:
        reason: `bad-url`, `refused-address`, `no-address`, `timeout`, `no-connection` or `bad-answer`.
    """

    host: str
    reason: str
    problem: str

    def __str__(self) -> str:
        return f"{self.host or 'the address'}: {self.problem} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came back with, whatever its status.

    Attributes:
        headers: Names in lower case.
        body: As it came over the wire, not decompressed; at most the limit.
        complete: Nothing of the body was cut off.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    complete: bool


class Outbound:
    """The only way out of the service to addresses that somebody else chose."""

    def __init__(self, allow: tuple[str, ...] = (), *, https_only: bool = True) -> None:
        """`allow` are exceptions for tests, see `Allowed`."""
        self._allowed = Allowed(allow)
        self._https_only = https_only
        self._resolver = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolver")

    @classmethod
    def of(cls, settings: Settings) -> "Outbound":
        """As the operator set it."""
        return cls(settings.outbound_allow, https_only=settings.mode == "live")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx2.create_ssl_context(trust_env=False)  # the machine's own certificates are not asked

    def check(self, url: str) -> httpx2.URL:
        """Refuses what can never be called; the name is judged at every call, since it may move.

        Raises:
            CallFailed: `bad-url`.
        """
        try:
            found = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError) as problem:
            raise CallFailed(host="", reason="bad-url", problem="this is no URL") from problem
        wanted = ("https",) if self._https_only else ("https", "http")
        if found.scheme not in wanted or not found.host or len(url) > LONGEST_URL:
            raise CallFailed(
                host=found.host, reason="bad-url", problem=f"give an address with {wanted[0]}:// and a host"
            )
        if found.port not in PORTS:
            raise CallFailed(host=found.host, reason="bad-url", problem=f"port {found.port} is not one of the web")
        return found

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        most_bytes: int = MOST_BYTES,
        tls: ssl.SSLContext | None = None,
    ) -> Answer:
        """Calls once and reads the answer.

        Args:
            method: Such as `POST`.
            url: Name and password in it are sent as Basic authorization.
            headers: Besides `Host`, `Content-Length` and `Accept-Encoding`.
            body: May be empty.
            connect_seconds: For finding the address and the connection.
            total_seconds: For everything.
            most_bytes: More of the answer is not read.
            tls: With a client's certificate, for those who want one.

        Raises:
            CallFailed: No answer came.
        """
        target = self.check(url)
        backend = _Backend(self, time.monotonic() + total_seconds, connect_seconds)
        sent = [*{**OWN_HEADERS, **_basic(target), **_lower(headers or {})}.items()]
        pool = httpcore2.ConnectionPool(ssl_context=tls or self._tls, network_backend=backend, max_connections=1)
        try:
            with pool, pool.stream(method, _bare(target), headers=sent, content=body) as response:
                return _read(response, most_bytes)
        except httpcore2.TimeoutException as problem:
            raise CallFailed(host=target.host, reason="timeout", problem="no answer in time") from problem
        except (httpcore2.ConnectError, httpcore2.NetworkError) as problem:
            raise CallFailed(host=target.host, reason="no-connection", problem=str(problem)) from problem
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, ValueError) as problem:
            raise CallFailed(host=target.host, reason="bad-answer", problem=str(problem)) from problem

    def resolve(self, host: str, port: int, seconds: float) -> list[str]:
        """The addresses of a host, if all of them may be called.

        Raises:
            CallFailed: One of them may not, or there is none.
        """
        found = self._lookup(host, port, seconds)
        for address in found:
            if not is_public(address) and not self._allowed(host, address):
                raise CallFailed(host=host, reason="refused-address", problem=f"{address} is not a public address")
        return [str(address) for address in found]

    def _lookup(self, host: str, port: int, seconds: float) -> list[Address]:
        future: Future[list[Any]] = self._resolver.submit(
            socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )
        try:
            rows = future.result(seconds)
        except FutureTimeout as problem:
            raise httpcore2.ConnectTimeout("the name is not resolved in time") from problem
        except (OSError, UnicodeError) as problem:
            raise CallFailed(host=host, reason="no-address", problem="the name has no address") from problem
        return [parse(str(row[4][0])) for row in rows]


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _basic(url: httpx2.URL) -> dict[str, str]:
    if not url.userinfo:
        return {}
    pair = f"{url.username}:{url.password}".encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _bare(url: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _read(response: httpcore2.Response, most: int) -> Answer:
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > most:
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    return Answer(response.status, headers, bytes(body[:most]), complete=len(body) <= most)


class _Backend(httpcore2.NetworkBackend):
    """Connects to judged addresses only, and lets nothing last beyond the deadline."""

    def __init__(self, outbound: Outbound, deadline: float, connect_seconds: float) -> None:
        self._outbound = outbound
        self._deadline = deadline
        self._connect_until = min(deadline, time.monotonic() + connect_seconds)
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature; the deadline counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Tries the addresses one after the other."""
        failed: Exception = httpcore2.ConnectError("the name has no address")
        for address in self._outbound.resolve(host, port, _left(self._connect_until)):
            try:
                stream = self._plain.connect_tcp(
                    address, port, _left(self._connect_until), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as problem:
                failed = problem
            else:
                return _Stream(stream, self._deadline)
        raise failed


class _Stream(httpcore2.NetworkStream):
    """A connection with a deadline: httpcore's own timeouts start again with every piece of data."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        connection: socket.socket = self._stream.get_extra_info("socket")
        view = memoryview(buffer)
        while view:
            connection.settimeout(_left(self._deadline))
            try:
                view = view[connection.send(view) :]
            except TimeoutError as problem:
                raise httpcore2.WriteTimeout("it does not take the request") from problem
            except OSError as problem:
                raise httpcore2.WriteError(str(problem)) from problem

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the time for the whole call is over")
    return left
