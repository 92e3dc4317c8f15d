"""An asynchronous client of the commerce service."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from passmanager.commerce.calls_aio import AsyncCalls
from passmanager.commerce.exchange import Retries
from passmanager.commerce.transport_aio import AsyncTransport

if TYPE_CHECKING:
    import httpx2


class AsyncCommerce(AsyncCalls):
    """One service, with one key. Each attribute is a room of its API."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout_s: float = 30.0,
        retries: Retries = Retries(),  # noqa: B008 - frozen
        transport: "httpx2.AsyncBaseTransport | None" = None,
    ) -> None:
        """Makes no call yet.

        Args:
            base_url: Where the service is, such as `https://shop.example`.
            api_key: `pm_live_…` or `pm_test_…`, or the token of a wallet's session; few calls need none.
            timeout_s: For each attempt: to connect, and between two parts of the answer.
            retries: How often and when a request is sent again.
            transport: Sends instead of the network.

        Raises:
            CommerceExtraMissing: httpx2 is not installed.
            BadArgument: The address is none, or the key cannot be one.
        """
        self._transport = AsyncTransport(base_url, api_key, timeout_s=timeout_s, retries=retries, transport=transport)
        super().__init__(self._transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connections."""
        await self._transport.close()
