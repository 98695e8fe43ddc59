"""Pages are sent compressed. Streams never are: what is written is to be seen at once."""

import zlib
from secrets import randbelow, token_hex

from flask import Flask, request
from werkzeug.wrappers import Response

from webapp.config import Settings

SMALLEST = 1024
"""Bytes that are worth it."""
LEVEL = 5
MAX_PADDING = 64


def init_compression(app: Flask, settings: Settings) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.is_streamed or response.direct_passthrough or response.mimetype != "text/html":
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    if len(body) < SMALLEST or not request.accept_encodings.quality("gzip"):
        return response
    response.set_data(_packed(body))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _packed(body: bytes) -> bytes:
    """In gzip's format, with a file name of random length: the length tells less of the content."""
    name = token_hex(MAX_PADDING)[: randbelow(MAX_PADDING)].encode() + b"\0"
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(body) + packer.flush()
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + name
    tail = zlib.crc32(body).to_bytes(4, "little") + (len(body) % 2**32).to_bytes(4, "little")
    return head + packed + tail
