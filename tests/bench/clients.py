"""A browser's part in a conversation, as little of it as the server can tell."""

import asyncio
import re
import time
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

from tests.bench import paced
from tests.bench.people import Person

PATIENCE = 120
"""Seconds; a client that waits longer has failed."""
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_KEY = re.compile(r'name="key"[^>]*value="([^"]+)"')
_COOKIE = re.compile(r"^Set-Cookie: ([^;]+)", re.MULTILINE)


@dataclass(frozen=True)
class Timing:
    """Seconds from sending the message."""

    first: float
    """To the first word on the page."""
    total: float
    """To the whole reply."""


@dataclass(frozen=True)
class Chat:
    """An open page, ready to send from."""

    browser: "_Browser"
    path: str
    form: dict[str, str]


async def open_chat(port: int, person: Person) -> Chat:
    browser = _Browser(port, person.cookie)
    path = f"/sessions/{person.session_id}"
    async with asyncio.timeout(PATIENCE):
        page = await browser.ask("GET", path)
    token, key = _found(_TOKEN, page), _found(_KEY, page)
    return Chat(browser, f"{path}/messages", {"csrf_token": token, "key": key})


async def converse(chat: Chat, wait: float, words: int) -> Timing:
    """After `wait` seconds ask for so many words, and read the reply to its end."""
    await asyncio.sleep(wait)
    form = urlencode(chat.form | {"text": paced.question(words)})
    async with asyncio.timeout(PATIENCE):
        sent = time.monotonic()
        reader, writer = await chat.browser.send("POST", chat.path, form)
        return await _read_reply(reader, writer, sent)


async def _read_reply(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: float
) -> Timing:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    if " 200 " not in head.partition("\r\n")[0] or "text/event-stream" not in head:
        raise RuntimeError(f"a message was answered by {head}")
    first = None
    event = ""
    async for raw in reader:
        line = raw.decode()
        if line.startswith("event:"):
            event = line.removeprefix("event:").strip()
        if event == "end":
            break
        if first is None and event != "sent" and line.startswith("data:") and "w0" in line:
            first = time.monotonic() - sent
    writer.close()
    total = time.monotonic() - sent
    return Timing(first or total, total)


class _Browser:
    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._cookie = cookie

    async def ask(self, method: str, path: str) -> str:
        reader, writer = await self.send(method, path)
        head, _, content = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        if " 200 " not in head.partition("\r\n")[0]:
            raise RuntimeError(f"{method} {path}: {head}")
        if changed := _COOKIE.search(head):
            self._cookie = changed[1]
        return content

    async def send(
        self, method: str, path: str, body: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Cookie: {self._cookie}",
            "Connection: close",
        ]
        if body:
            lines += [
                "HX-Request: true",
                "Accept: text/event-stream",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        await writer.drain()
        return reader, writer


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    if match is None:
        raise RuntimeError(f"the page has no {pattern.pattern}")
    return unescape(match[1])
