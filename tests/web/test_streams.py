"""When a stream has to end, and what is noticed of its reader."""

import socket
from collections.abc import Iterator
from uuid import uuid4

import pytest
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from webapp.config import Settings
from webapp.web import streams as module
from webapp.web.following import LOOK_EVERY
from webapp.web.streams import Stream, Streams

ADA, BOB = uuid4(), uuid4()


@pytest.fixture
def streams() -> Streams:
    return Streams(Settings(threads=40, max_streams_per_person=3))


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def open_stream(streams: Streams, connection: socket.socket | None = None) -> Stream:
    return streams.open(ADA, connection, lambda: True)


def test_a_reader_that_hangs_up_is_noticed_and_one_that_waits_is_not(
    streams: Streams, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    stream = open_stream(streams, ours)
    assert stream.is_wanted()
    theirs.close()
    assert not stream.is_wanted()


def test_a_reader_that_says_something_is_still_there(
    streams: Streams, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    stream = open_stream(streams, ours)
    theirs.send(b"GET /next HTTP/1.1\r\n")
    assert stream.is_wanted()
    assert ours.recv(3) == b"GET"  # It was only looked at.


def test_a_closed_connection_is_no_reader(
    streams: Streams, pair: tuple[socket.socket, socket.socket]
) -> None:
    stream = open_stream(streams, pair[0])
    pair[0].close()
    assert not stream.is_wanted()
    stream.release()


def test_a_reader_that_takes_nothing_is_dropped(
    streams: Streams,
    pair: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SEND_SECONDS", 1)
    open_stream(streams, pair[0])
    with pytest.raises(OSError, match="temporarily unavailable"):
        pair[0].sendall(b"x" * 50_000_000)


def test_a_stream_that_has_ended_leaves_the_connection_as_it_was(
    streams: Streams, pair: tuple[socket.socket, socket.socket]
) -> None:
    before = pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, 16)
    stream = open_stream(streams, pair[0])
    assert pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, 16) != before
    stream.release()
    assert pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, 16) == before


def test_who_may_not_read_any_more_is_found_out_within_four_seconds(streams: Streams) -> None:
    assert module.ACCESS_EVERY + 2 * LOOK_EVERY < 4


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
        streams.open(uuid4(), None, lambda: True)
    with pytest.raises(ServiceUnavailable):
        streams.open(BOB, None, lambda: True)


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
    stream.pause(60)
    assert stream.is_closing
