"""Holding a request until a run has ended, for programs that want the whole reply at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from uuid import UUID

from flask import request

from webapp.runs import read_events
from webapp.runs.events import RunEnded
from webapp.web.streams import Stream, current_streams

LOOK_EVERY = 0.5
"""Seconds until a program that has gone is noticed."""


@contextmanager
def place_to_wait(user_id: UUID) -> Iterator[Stream]:
    """One of the person's streams: waiting holds a thread as they do. Raises where none is left."""
    stream = current_streams().open(user_id, request.environ.get("gunicorn.socket"))
    try:
        yield stream
    finally:
        stream.release()


def await_run(run_id: UUID, place: Stream, seconds: float) -> str | None:
    """How the run ended; None where it has not within `seconds`, or nobody waits any more."""
    until = monotonic() + seconds
    seen = 0
    while monotonic() < until and place.is_wanted() and not place.is_closing:
        for numbered in read_events(run_id, seen, min(LOOK_EVERY, max(until - monotonic(), 0))):
            seen = numbered.last
            if isinstance(numbered.event, RunEnded):
                return numbered.event.status
    return None
