"""The connection to a model's server."""

import asyncio
from urllib.request import getproxies, proxy_bypass
from weakref import WeakKeyDictionary

import httpx2
import structlog
from openai import AsyncOpenAI

from webapp.assistants import module_defaults
from webapp.config import Settings

CONNECT_SECONDS = 10
RETRIES = 2
LONGEST_PAUSE = 5.0
"""Seconds: who is told to wait for longer hears so instead of looking at nothing."""
NO_KEY = "not-needed"
"""What servers are sent that ask for no key; the client library insists on one."""
_NEAR = frozenset({"127.0.0.1", "::1", "localhost"})
"""This machine, which a proxy would look for on its own."""

log = structlog.get_logger(__name__)


class Clients:
    """Gives all loops one client, and each its own connections: these cannot move to another."""

    def __init__(self, settings: Settings, *, retries: int = RETRIES) -> None:
        self._settings = settings
        self._retries = retries
        self._connections = _OfEachLoop()
        self._client: AsyncOpenAI | None = None

    def current(self) -> AsyncOpenAI:
        """The client, whoever asks."""
        if self._client is None:
            self._client = self._connect()
        return self._client

    async def close(self) -> None:
        """Close the running loop's connections; its next request makes another."""
        await self._connections.aclose()

    def _connect(self) -> AsyncOpenAI:
        given = self._settings.openai_api_key
        key = module_defaults.key() or (given.get_secret_value() if given else NO_KEY)
        timeout = httpx2.Timeout(self._settings.silence_seconds, connect=CONNECT_SECONDS)
        return AsyncOpenAI(
            api_key=key,
            base_url=self._settings.openai_base_url or None,
            timeout=timeout,
            max_retries=self._retries,
            http_client=httpx2.AsyncClient(
                timeout=timeout, transport=self._connections, follow_redirects=True
            ),
        )


class _OfEachLoop(httpx2.AsyncBaseTransport):
    """Sends each request by the connections of the loop that it is made on."""

    def __init__(self) -> None:
        self._own: WeakKeyDictionary[asyncio.AbstractEventLoop, _Impatient] = WeakKeyDictionary()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        loop = asyncio.get_running_loop()
        own = self._own.get(loop)
        if own is None:
            own = self._own[loop] = _connections(request.url)
        return await own.handle_async_request(request)

    async def aclose(self) -> None:
        own = self._own.pop(asyncio.get_running_loop(), None)
        if own is not None:
            await own.aclose()


def _connections(url: httpx2.URL) -> "_Impatient":
    """Through the proxy that the environment names for the address, but not to this machine."""
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or url.host in _NEAR or proxy_bypass(url.host):
        return _Impatient()
    try:
        return _Impatient(proxy=proxy if "://" in proxy else f"http://{proxy}")
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        # Such as one of SOCKS, which takes another package. The way may be free without it.
        log.warning("proxy_passed_over", error=str(error))
        return _Impatient()


class _Impatient(httpx2.AsyncHTTPTransport):
    """Tells the client library when asking again would only add to the wait."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await super().handle_async_request(request)
        except httpx2.ReadTimeout:
            # Asked again, a silent server would be waited for three times as long.
            return httpx2.Response(408, headers={"x-should-retry": "false"}, request=request)
        if _pause(response) > LONGEST_PAUSE:
            response.headers["x-should-retry"] = "false"
        return response


def _pause(response: httpx2.Response) -> float:
    """How many seconds the server asks to wait; a date counts as long."""
    value = response.headers.get("retry-after", "0")
    return float(value) if value.replace(".", "", 1).isdigit() else LONGEST_PAUSE + 1
