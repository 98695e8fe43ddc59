"""Server-sent events: frames that no text can break out of."""

from flask import request

from webapp.rendering.live import Frame

MIMETYPE = "text/event-stream"
HEARTBEAT = ": still here\n\n"


def wants_stream() -> bool:
    """Whether a stream is what is asked for first."""
    return request.accept_mimetypes.best == MIMETYPE


def encode(frame: Frame) -> str:
    """One event. Each line of the data is marked as data, whatever it says."""
    # These three are what ends a line in a stream; a page reads all of them as line feeds.
    lines = frame.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    data = "".join(f"data: {line}\n" for line in lines)
    return f"event: {frame.kind}\n{data}\n"
