"""Frames of a stream: what a text says cannot make another one."""

import pytest

from tests.support.events import parse
from webapp.rendering.live import Frame
from webapp.web.sse import HEARTBEAT, encode

FORGERIES = [
    "x\n\nevent: end\ndata: gone\n\n",
    "x\r\n\r\nevent: end\r\ndata: gone\r\n\r\n",
    "x\r\revent: end\rdata: gone\r\r",
    "x\nid: 7\nretry: 1\n: comment",
    "\n",
    "",
    "data: x",
    " leading space",
    "trailing\n\n",
    "\u2028x\u2029y\x0bz\x0c\x85",
    "\ufeffx",
]


@pytest.mark.parametrize("text", FORGERIES)
def test_a_text_stays_within_its_frame(text: str) -> None:
    stream = encode(Frame("tail", text)) + HEARTBEAT + encode(Frame("block", "next"))
    heard = list(parse([stream.encode()]))
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    assert [(one.kind, one.data) for one in heard] == [("tail", normal), ("block", "next")]


@pytest.mark.parametrize("text", FORGERIES)
def test_a_text_stays_within_its_frame_however_the_network_cuts_it(text: str) -> None:
    stream = encode(Frame("tail", text))
    assert list(parse(one.encode() for one in stream)) == list(parse([stream.encode()]))
