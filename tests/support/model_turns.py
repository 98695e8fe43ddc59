"""What the fake model server can be told to do with a request."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PATIENCE = 30

Broken = Literal["", "ends", "reset", "silent", "garbage", "error", "failed"]


class Gate:
    """Lets a reply's chunks through one by one, as the test says."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(0)
        self._is_open = threading.Event()

    def release(self, chunks: int = 1) -> None:
        self._free.release(chunks)

    def open(self) -> None:
        """Let everything through from here on."""
        self._is_open.set()
        self._free.release()

    def wait(self) -> None:
        if not self._is_open.is_set():
            assert self._free.acquire(timeout=PATIENCE), "the test did not open the gate"


@dataclass(frozen=True)
class Call:
    """A tool call; `arguments` goes out as it is where it is text."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True)
class Turn:
    """An answer, streamed in the API that was asked."""

    chunks: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    reasoning: str = ""
    refusal: str = ""
    finish: Literal["stop", "length", "content_filter"] = "stop"
    gate: Gate | None = None
    """Waited for before each chunk of text."""
    broken: Broken = ""
    """What comes after the chunks in place of the rest: a clean end, a connection reset, silence,
    garbage, or the API's own words for an error."""
    usage: tuple[int, int, int, int] = (11, 3, 7, 2)
    """Tokens: read, of these cached, written, of these reasoning."""
    is_endless: bool = False
    """The chunks come again and again until the client goes."""


@dataclass(frozen=True)
class Raw:
    """A whole HTTP answer."""

    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Silence:
    """Nothing at all, not even a status."""


Step = Turn | Raw | Silence


def say(*chunks: str, gate: Gate | None = None, broken: Broken = "") -> Turn:
    return Turn(chunks=chunks, gate=gate, broken=broken)


def call(name: str, **arguments: Any) -> Turn:
    return Turn(calls=(Call(name, arguments),))


def error(status: int, code: str = "", message: str = "It went wrong.", **headers: str) -> Raw:
    """An error in OpenAI's form; `retry_after="1"` becomes the header."""
    body = {"error": {"message": message, "type": "an_error", "param": None, "code": code or None}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Raw(status, json.dumps(body), headers=named)
