"""Sends requests to the service, and again where that helps."""

import asyncio
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from passmanager.commerce.errors import CommerceExtraMissing
from passmanager.commerce.exchange import (
    AGENT,
    BYTES,
    LONGEST_TOKEN,
    Lost,
    Reply,
    Request,
    Retries,
    failure,
    is_word,
    read,
    request,
)
from passmanager.commerce.values import Query, Sent
from passmanager.errors import BadArgument

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")


class AsyncTransport:
    """Connections to one service, with one key."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        *,
        timeout_s: float,
        retries: Retries,
        transport: "httpx2.AsyncBaseTransport | None" = None,
    ) -> None:
        """Makes no call yet.

        Args:
            base_url: Where the service is.
            api_key: Sent with each request.
            timeout_s: For each attempt: to connect, and between two parts of the answer.
            retries: How often and when a request is sent again.
            transport: Sends instead of the network.

        Raises:
            CommerceExtraMissing: httpx2 is not installed.
            BadArgument: The address is none, or the key cannot be one.
        """
        try:
            import httpx2  # noqa: PLC0415 - the rest of the package does without
        except ModuleNotFoundError:
            raise CommerceExtraMissing from None
        if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
            raise BadArgument(function="base_url", problem="give an address such as https://shop.example")
        if api_key is not None and not is_word(api_key, LONGEST_TOKEN):
            raise BadArgument(function="api_key", problem="it is not printable ASCII; is there a line break in it?")
        self._url = base_url.rstrip("/")
        self._retries = retries
        headers = {"User-Agent": f"{AGENT} httpx2/{httpx2.__version__}"}
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key}"
        self._client = httpx2.AsyncClient(headers=headers, timeout=timeout_s, transport=transport)

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.aclose()

    async def ask(
        self,
        answer: type[T],
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Sent | str | bytes | None = None,
        media_type: str = BYTES,
        once: str | None = None,
    ) -> T:
        """A call that answers with an object; arguments as of `exchange.request`.

        Raises:
            Refused: The service said no; the subclass says why.
            ServiceUnreachable: No answer came.
            UnreadableAnswer: The answer is not of this API.
        """
        asked = request(method, path, query=query, body=body, media_type=media_type, once=once)
        return read(asked, await self.send(asked), answer)

    async def tell(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Sent | str | bytes | None = None,
        media_type: str = BYTES,
        once: str | None = None,
    ) -> bytes:
        """A call that answers with nothing, or with a file; arguments and errors as of `ask`."""
        asked = request(method, path, query=query, body=body, media_type=media_type, once=once)
        return (await self.send(asked)).body

    async def send(self, asked: Request) -> Reply:
        """The first good answer.

        Raises:
            Refused: The service said no; the subclass says why.
            ServiceUnreachable: No answer came.
            UnreadableAnswer: The answer is not of this API.
        """
        attempt = 1
        while True:
            outcome = await self._try(asked)
            pause = self._retries.pause(asked, outcome, attempt)
            if pause is None:
                break
            await asyncio.sleep(pause)
            attempt += 1
        if isinstance(outcome, Reply) and outcome.good:
            return outcome
        raise failure(asked, outcome, attempt)

    async def _try(self, asked: Request) -> Reply | Lost:
        import httpx2  # noqa: PLC0415 - see above

        try:
            answer = await self._client.request(
                asked.method,
                self._url + asked.path,
                params=asked.parameters,
                headers=asked.headers,
                content=asked.body,
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as problem:
            return Lost(_text(problem), sent=False)
        except (httpx2.TransportError, httpx2.DecodingError) as problem:
            return Lost(_text(problem), sent=True)
        return Reply(answer.status_code, {name.lower(): text for name, text in answer.headers.items()}, answer.content)


def _text(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}".rstrip(": ")
