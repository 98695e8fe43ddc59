"""The open streams of this process: how many there may be, and when each has to end."""

import socket
import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import TypeVar
from uuid import UUID

import structlog
from flask import Flask, current_app
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from webapp.config import Settings
from webapp.services.sign_ins import note_seen
from webapp.web.hangups import Hangups, has_gone
from webapp.web.readers import Reader, find_unwelcome

RETRY_AFTER = 5
ACCESS_EVERY = 3.0
"""Seconds between two looks at whether the readers are still there, signed in and allowed."""
HEARTBEAT_EVERY = 15.0
MOST_OF_A_BROWSER = 4
"""Of the six connections that it has to a host, two are left for pages; other windows ask."""

Key = TypeVar("Key")

log = structlog.get_logger(__name__)
hangups = Hangups()


class Streams:
    """Those that are open. `close_all` sends every reader away, and none is let in any more.

    While there are any, one thread looks after the readers of all.
    """

    def __init__(self, settings: Settings) -> None:
        self._most = settings.max_streams
        self._most_each = settings.max_streams_per_person
        self._idle = settings.sign_in_idle
        self._guard = threading.Condition()
        self._open: Counter[UUID] = Counter()
        self._of_browsers: Counter[str] = Counter()
        self._all: set[Stream] = set()
        self._is_looked_after = False
        self.closing = threading.Event()

    def open(
        self,
        user_id: UUID,
        connection: socket.socket | None,
        reader: Reader | None = None,
        wake: Callable[[], object] = lambda: None,
    ) -> "Stream":
        """Raises TooManyRequests or ServiceUnavailable before anything is sent.

        `reader` is None for a program. `wake` ends the wait for news: it is called when the
        reader goes or may read no more, or when the server goes.
        """
        browser = reader.token if reader else ""
        with self._guard:
            if self.closing.is_set() or len(self._all) >= self._most:
                raise ServiceUnavailable(retry_after=RETRY_AFTER)
            is_full = browser and self._of_browsers[browser] >= MOST_OF_A_BROWSER
            if is_full or self._open[user_id] >= self._most_each:
                raise TooManyRequests(retry_after=RETRY_AFTER)
            if not self._is_looked_after:
                threading.Thread(target=self._look_after, name="readers", daemon=True).start()
                self._is_looked_after = True
            self._open[user_id] += 1
            self._of_browsers[browser] += 1
            stream = Stream(self, user_id, connection, reader, wake)
            self._all.add(stream)
        return stream

    def release(self, stream: "Stream") -> None:
        browser = stream.reader.token if stream.reader else ""
        with self._guard:
            self._all.discard(stream)
            _count_off(self._open, stream.user_id)
            _count_off(self._of_browsers, browser)
            if not self._all:
                self._guard.notify_all()

    def close_all(self) -> None:
        with self._guard:
            self.closing.set()
            self._guard.notify_all()
            streams = list(self._all)
        for stream in streams:
            stream.rouse()

    def __len__(self) -> int:
        return len(self._all)

    def _look_after(self) -> None:
        while streams := self._open_at_the_next_look():
            try:
                self._look_at(streams)
            except Exception:
                # Nobody reads on unasked: their pages come back through the door.
                log.exception("readers_not_looked_at")
                for stream in streams:
                    stream.leave()

    def _open_at_the_next_look(self) -> "list[Stream]":
        """When it is due. Empty when there is nobody to look after, which ends it."""
        with self._guard:
            self._guard.wait_for(lambda: self.closing.is_set() or not self._all, ACCESS_EVERY)
            if self.closing.is_set():
                return []
            self._is_looked_after = bool(self._all)
            return list(self._all)

    def _look_at(self, streams: list["Stream"]) -> None:
        readers = {stream.reader for stream in streams if stream.reader}
        unwelcome, unseen = find_unwelcome(readers, idle=self._idle)
        for stream in streams:
            if stream.reader in unwelcome or not stream.is_there():
                stream.leave()
        if unseen:  # Last: the turn to write may take a while.
            note_seen(unseen)


def _count_off(counter: Counter[Key], key: Key) -> None:
    """One less; who has none is forgotten."""
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


class Stream:
    """One reader's connection."""

    def __init__(
        self,
        streams: Streams,
        user_id: UUID,
        connection: socket.socket | None,
        reader: Reader | None,
        wake: Callable[[], object],
    ) -> None:
        self._streams = streams
        self.user_id = user_id
        self.reader = reader
        self._connection = connection
        self._wake = wake
        self._is_roused = False
        self._has_left = False
        self._sent_at = monotonic()
        self._is_released = False
        self._watch = hangups.watch(connection, self.leave) if connection else None

    @property
    def is_closing(self) -> bool:
        """Whether the server goes."""
        return self._streams.closing.is_set()

    def is_wanted(self) -> bool:
        """Whether the reader is still there, and still may read."""
        return not self._has_left

    def is_roused(self) -> bool:
        """Whether there is nothing more to wait for: the reader goes, or the server."""
        return self._is_roused

    def is_there(self) -> bool:
        return self._connection is None or not has_gone(self._connection)

    @property
    def patience(self) -> float:
        """Seconds until something has to be said, come news or not."""
        return max(self._sent_at + HEARTBEAT_EVERY - monotonic(), 0.0)

    def needs_heartbeat(self) -> bool:
        return monotonic() - self._sent_at >= HEARTBEAT_EVERY

    def note_sent(self) -> None:
        self._sent_at = monotonic()

    def rouse(self) -> None:
        """End what it waits for, now and from now on."""
        self._is_roused = True
        self._wake()

    def leave(self) -> None:
        """Take note that nobody reads any more who is there and may."""
        self._has_left = True
        self.rouse()

    def release(self) -> None:
        """Make room for another; the connection may serve other requests after."""
        if not self._is_released:
            self._is_released = True
            if self._watch is not None:
                hangups.forget(self._watch)
            self._streams.release(self)


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
