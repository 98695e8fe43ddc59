"""A run's events as a stream that a page follows, from the beginning of the reply to its end."""

from collections.abc import Iterator
from uuid import UUID

from flask import render_template

from webapp.rendering.live import Frame, LiveReply
from webapp.rendering.transcript import load_turn
from webapp.runs import read_events
from webapp.runs.events import Numbered, RunEnded
from webapp.web.sse import HEARTBEAT, RETRY, encode
from webapp.web.streams import Stream

LOOK_EVERY = 0.2
"""Seconds until a reader that has gone, or must go, is noticed."""


def follow(run_id: UUID, reply: LiveReply, stream: Stream) -> Iterator[str]:
    """Text of the stream. It holds no transaction, and needs a request for its templates."""
    seen = 0
    yield RETRY
    while stream.is_wanted():
        if stream.is_closing:
            yield encode(Frame("restart"))
            return
        if reply.wait:
            stream.pause(min(reply.wait, LOOK_EVERY))
        events = read_events(run_id, seen, 0 if reply.is_overdue else LOOK_EVERY)
        seen = events[-1].last if events else seen
        yield from _tell(run_id, reply, stream, events)
        if events and isinstance(events[-1].event, RunEnded):
            return


def _tell(run_id: UUID, reply: LiveReply, stream: Stream, events: list[Numbered]) -> Iterator[str]:
    for numbered in events:
        reply.apply(numbered.event)
    if events and isinstance(events[-1].event, RunEnded):
        frames = [Frame("end", render_end(run_id))]
    else:
        frames = [] if reply.wait else list(reply.frames())
    if frames:
        stream.note_sent()
        yield "".join(map(encode, frames))
    elif stream.needs_heartbeat():
        stream.note_sent()
        yield HEARTBEAT


def render_end(run_id: UUID) -> str:
    """The whole reply as it is in the database; empty when its chat is gone."""
    turn = load_turn(run_id)
    if turn is None or turn.reply is None:
        return ""
    return render_template("messages/_reply.html", reply=turn.reply)
