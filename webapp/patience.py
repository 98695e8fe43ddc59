"""Gunicorn's worker with an end to its patience: nobody who is slow holds a thread for long.

By itself it waits for a request as long as the other side likes, and for its reader too; some
hundreds of connections that say nothing would stop the server.
"""

import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Any

from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10.0
BODY_SECONDS = 10.0
SLOWEST = 20_000
"""Bytes a second of a body, beside the seconds that any may take."""
SEND_SECONDS = 10
"""A reader that takes nothing for so long is dropped."""
CLOSE_SECONDS = 2.0
MOST_DRAINED = 65536
LOOK_EVERY = 1.0


class Deadlines:
    """When what is read from each connection has to be there. One thread looks after all."""

    def __init__(self) -> None:
        self._guard = threading.Condition()
        self._ends: dict[socket.socket, float] = {}
        self._is_looked_after = False

    def begin(self, connection: socket.socket, seconds: float) -> None:
        with self._guard:
            self._ends[connection] = time.monotonic() + seconds
            if not self._is_looked_after:
                self._is_looked_after = True
                threading.Thread(target=self._look, name="deadlines", daemon=True).start()
            elif len(self._ends) == 1:
                self._guard.notify()

    def end(self, connection: socket.socket) -> None:
        with self._guard:
            self._ends.pop(connection, None)

    def _look(self) -> None:
        while True:
            with self._guard:
                self._guard.wait_for(lambda: self._ends)
                now = time.monotonic()
                past = [connection for connection, end in self._ends.items() if end <= now]
                for connection in past:
                    del self._ends[connection]
                    with suppress(OSError):
                        # Whoever waits for more reads the end.
                        connection.shutdown(socket.SHUT_RD)
            time.sleep(LOOK_EVERY)


deadlines = Deadlines()


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """A thread is given to a connection only as long as something comes of it."""

    def handle(self, conn: TConn) -> Any:
        connection = conn.sock
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0)
        )
        deadlines.begin(connection, HEAD_SECONDS)
        try:
            goes_on = super().handle(conn)
        finally:
            deadlines.end(connection)
        if goes_on is False:
            _say_goodbye(connection)
        return goes_on

    def handle_request(self, req: Request, conn: TConn) -> Any:
        deadlines.end(conn.sock)
        if req.body.reader is not None:
            req.body.reader = _Awaited(req.body.reader, conn.sock)
        return super().handle_request(req, conn)


class _Awaited:
    """What reads a body: it has to come in a time that fits its length."""

    def __init__(self, reader: Any, connection: socket.socket) -> None:
        self._reader = reader
        self._connection = connection
        length = getattr(reader, "length", None)
        self._left = length
        if length != 0:
            deadlines.begin(connection, BODY_SECONDS + (length or 0) / SLOWEST)

    def read(self, size: int) -> bytes:
        data: bytes = self._reader.read(size)
        if self._left is not None:
            self._left -= len(data)
        if not data or self._left == 0:
            deadlines.end(self._connection)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)


def _say_goodbye(connection: socket.socket) -> None:
    """Wait until the other side has read all, as gunicorn does; but it does so where it accepts.

    Nobody else would be let in meanwhile. What it finds afterwards has nothing more to say.
    """
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        if _drain(connection) >= MOST_DRAINED:
            # Closing then tells the other side that nobody listens; it would wait to send the rest.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)


def _drain(connection: socket.socket) -> int:
    """Read to the end, as long and as much as is bearable; how much it was."""
    deadline = time.monotonic() + CLOSE_SECONDS
    drained = 0
    with suppress(TimeoutError):
        while drained < MOST_DRAINED and (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            data = connection.recv(4096)
            if not data:
                break
            drained += len(data)
    return drained
