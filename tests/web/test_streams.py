"""When a stream has to end, and what is noticed of its reader."""

import socket
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from tests.runs.stage import until
from webapp.config import Settings
from webapp.web import streams as module
from webapp.web.streams import Stream, Streams, hangups

ADA, BOB = uuid4(), uuid4()


@pytest.fixture
def streams() -> Iterator[Streams]:
    streams = Streams(Settings(threads=40, max_streams_per_person=3))
    yield streams
    streams.close_all()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def open_stream(streams: Streams, connection: socket.socket | None = None) -> Stream:
    return streams.open(ADA, connection)


def wait_for_look() -> None:
    """Until the thread that watches has done what it was asked before."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        noticed = threading.Event()
        hangups.watch(ours, noticed.set)
        theirs.close()
        assert noticed.wait(10)


def test_a_reader_that_hangs_up_is_noticed_and_one_that_waits_is_not(
    streams: Streams, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    woken = threading.Event()
    stream = streams.open(ADA, ours, wake=woken.set)
    wait_for_look()
    assert stream.is_wanted()
    assert not stream.is_roused()
    theirs.close()
    assert woken.wait(10)
    until(stream.is_roused)
    assert not stream.is_wanted()


def test_a_reader_that_says_something_is_still_there(
    streams: Streams, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    stream = open_stream(streams, ours)
    theirs.send(b"GET /next HTTP/1.1\r\n")
    wait_for_look()
    assert stream.is_wanted()
    assert ours.recv(3) == b"GET"  # It was only looked at.


def test_one_that_hangs_up_after_saying_something_is_noticed_at_the_next_look(
    streams: Streams, pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ACCESS_EVERY", 0.01)
    ours, theirs = pair
    stream = open_stream(streams, ours)
    theirs.send(b"?")
    wait_for_look()
    assert stream.is_wanted()
    assert ours.recv(1) == b"?"
    theirs.close()
    until(stream.is_roused)
    assert not stream.is_wanted()


def test_what_was_a_readers_connection_may_be_anothers(
    streams: Streams, pair: tuple[socket.socket, socket.socket]
) -> None:
    """A connection that is kept alive serves one stream after the other."""
    ours, theirs = pair
    first = open_stream(streams, ours)
    first.release()
    second = open_stream(streams, ours)
    theirs.close()
    until(second.is_roused)
    assert not second.is_wanted()


def test_room_is_made_once_for_each_stream(streams: Streams) -> None:
    opened = [open_stream(streams) for _ in range(3)]
    with pytest.raises(TooManyRequests):
        open_stream(streams)
    opened[0].release()
    opened[0].release()
    assert len(streams) == 2
    open_stream(streams)
    with pytest.raises(TooManyRequests):
        open_stream(streams)


def test_all_together_leave_threads_for_pages(streams: Streams) -> None:
    for _ in range(8):
        streams.open(uuid4(), None)
    with pytest.raises(ServiceUnavailable):
        streams.open(BOB, None)


def test_a_stream_that_is_silent_gets_a_sign_of_life(
    streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = open_stream(streams)
    assert not stream.needs_heartbeat()
    monkeypatch.setattr(module, "HEARTBEAT_EVERY", 0)
    assert stream.needs_heartbeat()


def test_waiting_ends_when_the_server_goes(streams: Streams) -> None:
    stream = open_stream(streams)
    streams.close_all()
    until(stream.is_roused)
    assert stream.is_closing
    assert stream.is_roused()
