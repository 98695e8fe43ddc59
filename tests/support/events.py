"""A reader of a run's stream, and the page that applies what it hears."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from uuid import UUID

from werkzeug.test import TestResponse

from tests.support.client import PageClient

MARK = "<!--tail-->"
ITEM = "<!--item-->"


@dataclass(frozen=True)
class Heard:
    """One event, as a browser gives it to a script."""

    kind: str
    data: str


def parse(pieces: Iterable[bytes]) -> Iterator[Heard]:
    """The events of a stream, by the rules of the standard."""
    kind, data = "message", list[str]()
    for line in _lines(pieces):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield Heard(kind, "\n".join(data))
            kind, data = "message", []
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *lines, rest = re.split(r"\r\n|\r|\n", rest + piece.decode())
        yield from lines


@contextmanager
def listening(client: PageClient, run_id: UUID) -> Iterator[Iterator[Heard]]:
    """The events of a run, one after the other as they come; closed at the end."""
    answer: TestResponse = client.get(f"/runs/{run_id}/events", buffered=False)
    assert answer.status_code == 200, answer.status
    assert answer.mimetype == "text/event-stream"
    try:
        yield parse(answer.response)  # type: ignore[arg-type]
    finally:
        answer.close()


@dataclass
class Follower:
    """A reply on a page. It does with what it hears what the page's script does."""

    html: str = ""
    is_ended: bool = False
    kinds: list[str] = field(default_factory=list)

    def hear(self, heard: Heard) -> None:
        self.kinds.append(heard.kind)
        match heard.kind:
            case "reset":
                self.html = heard.data
            case "end":
                self.html, self.is_ended = heard.data, True
            case "part":
                self._insert("</article>", heard.data)
            case "block" | "tail":
                self._drop_tail()
                self._insert(MARK if heard.kind == "block" else "</div>", heard.data)
            case "rise":
                self.html = "".join(self.html.rpartition(ITEM)[::2])
            case "items" | "item":
                after = self._drop_item()
                self._insert(ITEM if heard.kind == "items" else after, heard.data)
            case "code":
                self._insert("</code>", heard.data.replace("&", "&amp;").replace("<", "&lt;"))
            case "thought":
                self._insert("</div></details>", heard.data)
            case "tool":
                self._tool(heard.data)

    @property
    def words(self) -> str:
        """What a person reads."""
        html = re.sub(r"<template.*?</template>", "", self.html, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())

    def _insert(self, before: str, html: str) -> None:
        head, found, rest = self.html.rpartition(before)
        assert found, f"there is no {before} to put {html[:80]!r} before"
        self.html = head + html + found + rest

    def _drop_tail(self) -> None:
        head, found, rest = self.html.rpartition(MARK)
        assert found
        self.html = head + found + rest[rest.rindex("</div>") :]

    def _drop_item(self) -> str:
        """Gives the tags that end the block."""
        head, found, rest = self.html.rpartition(ITEM)
        assert found
        tags = re.findall(r"<(/?)(?!br|hr|input|use|!)", head[head.rindex(MARK) :])
        depth = len(tags) - 2 * tags.count("/")
        rest = rest[: rest.rindex("</div>")]
        end = re.search(rf"(?:\s*</[a-z]+\d?>){{{depth}}}\s*$", rest)
        assert end, rest
        tail = self.html[len(head + found + rest) :]
        self.html = head + found + end[0] + tail
        return end[0] + tail

    def _tool(self, html: str) -> None:
        found = re.search(r'id="([^"]+)"', html)
        assert found
        old = re.search(
            rf'<details class="tool[^"]*" id="{re.escape(found[1])}">.*?</details>',
            self.html,
            re.DOTALL,
        )
        if old:
            self.html = self.html.replace(old[0], html)
        else:
            self._insert("</div>\n</article>", html)
