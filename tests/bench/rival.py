"""Chainlit under the same load: the same agent, the SDK's Runner, and nothing kept.

It has an environment of its own, which `make bench-load` makes. A browser of it holds one
WebSocket, with engine.io's and socket.io's packets: "0" opens, "2" and "3" are ping and pong,
"40" connects, "42" is an event.
"""

import asyncio
import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from tests.bench import paced
from tests.bench.clients import PATIENCE, Timing
from tests.support.server import clean_environment, free_port
from webapp.config import ROOT

COMMAND = ROOT / ".cache/chainlit/bin/chainlit"
_WORDS = ("stream_start", "stream_token")


class Rival:
    """A running Chainlit."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self.port = port

    async def open_chat(self) -> ClientConnection:
        path = "/ws/socket.io/?EIO=4&transport=websocket"
        socket = await connect(
            f"ws://127.0.0.1:{self.port}{path}",
            compression=None,
            ping_interval=None,
            open_timeout=PATIENCE,
        )
        await socket.recv()
        who = {"sessionId": str(uuid4()), "clientType": "webapp", "chatProfile": ""}
        await socket.send("40" + json.dumps(who))
        await socket.recv()
        await _emit(socket, "connection_successful")
        return socket


async def converse(socket: ClientConnection, wait: float, words: int) -> Timing:
    """After `wait` seconds ask for so many words, and read the reply to its end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(wait):
            async for _ in _events(socket):
                pass
    async with asyncio.timeout(PATIENCE):
        sent = time.monotonic()
        message = {"id": str(uuid4()), "name": "User", "type": "user_message"}
        message |= {"output": paced.question(words), "createdAt": "2026-01-01T00:00:00.000Z"}
        await _emit(socket, "client_message", {"message": message, "fileReferences": []})
        first, told = 0.0, 0
        async for event in _events(socket):
            if event in _WORDS:
                first = first or time.monotonic() - sent
                told += 1
            elif event == "task_end" and told:
                break
    if told != words:
        raise ValueError(f"Chainlit brought {told} words")
    return Timing(first, time.monotonic() - sent)


async def _emit(socket: ClientConnection, *event: Any) -> None:
    await socket.send("42" + json.dumps(event))


async def _events(socket: ClientConnection) -> Any:
    """The names of the events that come; pings are answered."""
    async for packet in socket:
        text = str(packet)
        if text == "2":
            await socket.send("3")
        elif text.startswith("42"):
            yield json.loads(text[2:])[0]


@contextmanager
def rival_server(folder: Path) -> Iterator[Rival]:
    """Chainlit, started and answering; what it leaves behind is left in `folder`."""
    port = free_port()
    words = ["run", str(Path(__file__).with_name("rival_chat.py")), "--headless"]
    with (folder / "chainlit.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - what we have installed
            [str(COMMAND), *words, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=clean_environment() | {"CHAINLIT_APP_ROOT": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(port)
        yield Rival(process.pid, port)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
