"""The connection to a model's server: one client for each event loop that uses it."""

import asyncio
from weakref import WeakKeyDictionary

import httpx2
from openai import AsyncOpenAI

from webapp.assistants import module_defaults
from webapp.config import Settings

CONNECT_SECONDS = 10
RETRIES = 2
LONGEST_PAUSE = 5.0
"""Seconds: who is told to wait for longer hears so instead of looking at nothing."""
NO_KEY = "not-needed"
"""What servers are sent that ask for no key; the client library insists on one."""


class Clients:
    """Gives each loop its own client: a connection cannot move to another loop."""

    def __init__(self, settings: Settings, *, retries: int = RETRIES) -> None:
        self._settings = settings
        self._retries = retries
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = (
            WeakKeyDictionary()
        )

    def current(self) -> AsyncOpenAI:
        """The running loop's client."""
        loop = asyncio.get_running_loop()
        if loop not in self._of_loop:
            self._of_loop[loop] = self._connect()
        return self._of_loop[loop]

    async def close(self) -> None:
        """Close the running loop's client; the next use makes another."""
        client = self._of_loop.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

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
                timeout=timeout, transport=_Impatient(), follow_redirects=True
            ),
        )


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
