"""The open streams of this process: how many there may be, and when each has to end."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic
from uuid import UUID

from flask import Flask, current_app
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from webapp.config import Settings
from webapp.web.hangups import Hangups, has_gone

RETRY_AFTER = 5
ACCESS_EVERY = 3.0
"""Seconds between two looks at whether the reader is still signed in and allowed."""
HEARTBEAT_EVERY = 15.0
MOST_OF_A_BROWSER = 4
"""Of the six connections that it has to a host, two are left for pages; other windows ask."""
SEND_SECONDS = 10
"""A reader that takes nothing for so long is dropped."""

hangups = Hangups()


class Streams:
    """Those that are open. `close_all` sends every reader away, and none is let in any more."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.max_streams
        self._most_each = settings.max_streams_per_person
        self._guard = threading.Lock()
        self._open: Counter[UUID] = Counter()
        self._of_browsers: Counter[str] = Counter()
        self._all: set[Stream] = set()
        self.closing = threading.Event()

    def open(
        self,
        user_id: UUID,
        connection: socket.socket | None,
        is_allowed: Callable[[], bool],
        browser: str = "",
        wake: Callable[[], object] = lambda: None,
    ) -> "Stream":
        """Raises TooManyRequests or ServiceUnavailable before anything is sent.

        `browser` is what tells a browser from others; empty for a program. `wake` ends the wait
        for news: it is called when the reader goes, or the server.
        """
        with self._guard:
            if self.closing.is_set() or self._open.total() >= self._most:
                raise ServiceUnavailable(retry_after=RETRY_AFTER)
            is_full = browser and self._of_browsers[browser] >= MOST_OF_A_BROWSER
            if is_full or self._open[user_id] >= self._most_each:
                raise TooManyRequests(retry_after=RETRY_AFTER)
            self._open[user_id] += 1
            self._of_browsers[browser] += 1
            stream = Stream(self, user_id, connection, is_allowed, browser=browser, wake=wake)
            self._all.add(stream)
        return stream

    def release(self, stream: "Stream", user_id: UUID, browser: str) -> None:
        with self._guard:
            self._all.discard(stream)
            self._open[user_id] -= 1
            self._of_browsers[browser] -= 1
            self._open += Counter()  # Forgets those who have none.
            self._of_browsers += Counter()

    def close_all(self) -> None:
        with self._guard:
            self.closing.set()
            streams = list(self._all)
        for stream in streams:
            stream.rouse()

    def __len__(self) -> int:
        return self._open.total()


class Stream:
    """One reader's connection."""

    def __init__(
        self,
        streams: Streams,
        user_id: UUID,
        connection: socket.socket | None,
        is_allowed: Callable[[], bool],
        *,
        browser: str,
        wake: Callable[[], object],
    ) -> None:
        self._streams = streams
        self._user_id = user_id
        self._browser = browser
        self._connection = connection
        self._is_allowed = is_allowed
        self._wake = wake
        self._roused = threading.Event()
        self.is_roused = self._roused.is_set
        self._has_left = False
        self._looked_at = self._sent_at = monotonic()
        self._is_released = False
        self._limit_sending(SEND_SECONDS)
        self._watch = hangups.watch(connection, self._leave) if connection else None

    @property
    def is_closing(self) -> bool:
        """Whether the server goes."""
        return self._streams.closing.is_set()

    def is_wanted(self) -> bool:
        """Whether the reader is still there, and still may read."""
        if self._has_left:
            return False
        if monotonic() - self._looked_at >= ACCESS_EVERY:
            self._looked_at = monotonic()
            return self._is_there() and self._is_allowed()
        return True

    @property
    def patience(self) -> float:
        """Seconds until something has to be done, come news or not."""
        due = min(self._looked_at + ACCESS_EVERY, self._sent_at + HEARTBEAT_EVERY)
        return max(due - monotonic(), 0.0)

    def needs_heartbeat(self) -> bool:
        return monotonic() - self._sent_at >= HEARTBEAT_EVERY

    def note_sent(self) -> None:
        self._sent_at = monotonic()

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the reader goes, or the server."""
        self._roused.wait(seconds)

    def rouse(self) -> None:
        """End what it waits for, now and from now on."""
        self._roused.set()
        self._wake()

    def release(self) -> None:
        """Make room for another; the connection may serve other requests after."""
        if not self._is_released:
            self._is_released = True
            self._limit_sending(0)
            if self._watch is not None:
                hangups.forget(self._watch)
            self._streams.release(self, self._user_id, self._browser)

    def _leave(self) -> None:
        self._has_left = True
        self.rouse()

    def _is_there(self) -> bool:
        return self._connection is None or not has_gone(self._connection)

    def _limit_sending(self, seconds: int) -> None:
        if self._connection is None:
            return
        try:
            self._connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", seconds, 0)
            )
        except OSError:
            return  # It is closed already.


_all: list[Streams] = []


def init_streams(app: Flask, settings: Settings) -> None:
    streams = app.extensions["streams"] = Streams(settings)
    _all[:] = [streams]


def current_streams() -> Streams:
    streams: Streams = current_app.extensions["streams"]
    return streams


def close_all() -> None:
    """Send every reader of this process away; the server is going."""
    for streams in _all:
        streams.close_all()
