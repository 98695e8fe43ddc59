"""The MCP servers of agents: connected when a run first needs them, and kept for those after it.

A module of agents has no loop to connect them on; here is one that lasts as long as the process.
"""

import asyncio
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from agents import Agent
from agents.mcp import MCPServer, MCPServerManager
from mcp.types import METHOD_NOT_FOUND

from webapp.runs.casting import reached

CONNECT_SECONDS = 60.0
"""A program that is started for the first time may have to be fetched."""
LETTING_GO = 3.0
PING_SECONDS = 2.0


class ToolServerGone(Exception):
    """A server that an agent has its tools from cannot be reached; the cause says why."""


async def connect_servers(agent: Agent[Any]) -> None:
    """See that all are connected that `agent`, or whom it can involve, has tools from.

    One whose connection has broken is connected anew. Raises ToolServerGone.
    """
    known = _of_loop.setdefault(asyncio.get_running_loop(), {})
    wanted = [known.setdefault(server, _Server(server)) for server in _servers_of(agent)]
    # In tasks of their own: a run that is stopped meanwhile must not leave half a connection.
    tasks = [asyncio.ensure_future(server.connect()) for server in wanted]
    for task in tasks:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
    for task in tasks:
        await asyncio.shield(task)


async def let_servers_go() -> None:
    """Disconnect what the running loop has connected; programs that were started end."""
    servers = _of_loop.pop(asyncio.get_running_loop(), {})
    await asyncio.gather(*[server.disconnect() for server in servers.values()])


class _Server:
    """One server, and its connection."""

    def __init__(self, server: MCPServer) -> None:
        self._server = server
        # It connects and disconnects in one task, as the protocol's library needs it.
        self._manager = MCPServerManager(
            [server],
            connect_timeout_seconds=CONNECT_SECONDS,
            cleanup_timeout_seconds=LETTING_GO,
            connect_in_parallel=True,
        )
        self._lock = asyncio.Lock()
        self._is_connected = False

    async def connect(self) -> None:
        async with self._lock:
            if await self._is_there():
                return
            await self._manager.reconnect(failed_only=False)
            if self._server in self._manager.errors:
                raise ToolServerGone(self._server.name) from self._manager.errors[self._server]
            self._is_connected = True

    async def disconnect(self) -> None:
        async with self._lock:
            await self._manager.cleanup_all()

    async def _is_there(self) -> bool:
        """Whether it is connected, here or by the developer, and the connection has not broken."""
        if not hasattr(self._server, "session"):
            return self._is_connected  # Of the developer's own kind.
        session = self._server.session
        if session is None:
            return False
        try:
            async with asyncio.timeout(PING_SECONDS):
                await session.send_ping()
        except TimeoutError:
            return True  # It is busy: others may be waiting for what it does.
        except Exception as error:  # noqa: BLE001 - however a broken connection shows
            # The newest protocol has no ping: saying so is an answer too.
            return getattr(error, "code", None) == METHOD_NOT_FOUND
        return True


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[MCPServer, _Server]] = (
    WeakKeyDictionary()
)


def _servers_of(agent: Agent[Any]) -> Iterator[MCPServer]:
    """Each once: its own, those of agents it can hand over to, and of agents that are its tools."""
    queue, seen = [agent], set[int]()
    found: dict[int, MCPServer] = {}
    for one in queue:
        for other in reached(one):
            if id(other) in seen:
                continue
            seen.add(id(other))
            found |= {id(server): server for server in other.mcp_servers}
            inside = [getattr(tool, "_agent_instance", None) for tool in other.tools]
            queue += [helper for helper in inside if isinstance(helper, Agent)]
    yield from found.values()
