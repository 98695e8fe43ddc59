"""Noticing readers that go away: one thread watches all connections, so that no stream has to."""

import os
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """One connection that is watched."""

    connection: socket.socket
    number: int
    """Of its descriptor, which may be another's once it is closed."""
    tell: Callable[[], None]


class Hangups:
    """Watches from the first connection on, on a thread that ends with the process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._asked: deque[tuple[str, Watch]] = deque()
        self._knock: int | None = None

    def watch(self, connection: socket.socket, tell: Callable[[], None]) -> Watch:
        """Call `tell` once, on the thread that watches, when the reader has gone.

        A reader that says something is watched no more: that is for whoever reads it next.
        """
        watch = Watch(connection, connection.fileno(), tell)
        self._asked.append(("watch", watch))
        self._knock_or_begin()
        return watch

    def forget(self, watch: Watch) -> None:
        """Some time soon: nothing is amiss where a reader that nobody serves is watched."""
        self._asked.append(("forget", watch))

    def _knock_or_begin(self) -> None:
        with self._guard:
            if self._knock is None:
                heard, self._knock = os.pipe()
                os.set_blocking(self._knock, False)
                looking = threading.Thread(target=self._look, args=(heard,), daemon=True)
                looking.name = "hangups"
                looking.start()
        with suppress(BlockingIOError):  # So many have knocked that it is awake.
            os.write(self._knock, b".")

    def _look(self, heard: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(heard, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        os.read(heard, 65536)
                    else:
                        selector.unregister(key.fd)
                        if has_gone(key.data.connection):
                            key.data.tell()
                while self._asked:
                    _follow(selector, *self._asked.popleft())


def _follow(selector: selectors.BaseSelector, what: str, watch: Watch) -> None:
    there = selector.get_map().get(watch.number)
    if there is not None and (what == "watch" or there.data is watch):
        selector.unregister(watch.number)
    if what == "watch":
        # It may be closed by now, and then nobody waits for it.
        with suppress(OSError, ValueError):
            selector.register(watch.connection, selectors.EVENT_READ, watch)


def has_gone(connection: socket.socket) -> bool:
    """Whether the other side has closed it; what it has sent is only looked at."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True
