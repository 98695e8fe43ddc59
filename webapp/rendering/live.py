"""A reply as it is written, as the changes that a page applies one after the other.

| frame | its data | what the page does |
|---|---|---|
| `reset` | HTML | replaces all that the reply consists of |
| `part` | HTML | appends it to the last agent's words: a new stretch of prose, a frame of calls |
| `block` | HTML | finished prose: goes in front of the open end, which is dropped |
| `tail` | HTML | replaces the open end |
| `rise` | nothing | takes the last mark away that stands within the open end |
| `items` | HTML | what is finished of the block that is open: goes in front of the last such mark |
| `item` | HTML | replaces what follows that mark |
| `code` | text | is added to the code that the open end consists of |
| `thought` | text | is added to the last thought |
| `tool` | HTML | one call's line: replaces the one with its id, or is added to the last frame |
| `end` | HTML | the whole finished reply, in place of the element |
| `restart` | nothing | the server goes: come back in a moment |
| `sent` | HTML | takes it for the answer to a message, whose stream begins with it |
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic, thread_time
from typing import Literal, TypeAlias

from markupsafe import Markup

from webapp.database_session.items import storable
from webapp.rendering.draft import (
    Draft,
    DraftPart,
    DraftSection,
    DraftText,
    DraftThought,
    show_part,
)
from webapp.rendering.growing import Growth
from webapp.rendering.incremental import IncrementalMarkdown
from webapp.rendering.structured import FENCE, begins_as_json, render_reply
from webapp.rendering.tool_calls import DraftCall
from webapp.rendering.view_models import Part, Section, TextPart, under_way
from webapp.runs.events import ApprovalRequested, Event, ToolFinished

SHORTEST_PAUSE = 0.04
LONGEST_PAUSE = 1.0
SHARE = 25
"""A stream may use one part in so many of a processor."""
UPDATES = 300
"""A second, of all streams of the process together: the more there are, the longer each waits."""

Kind: TypeAlias = Literal[
    "reset",
    "part",
    "block",
    "tail",
    "rise",
    "items",
    "item",
    "code",
    "thought",
    "tool",
    "end",
    "restart",
    "sent",
]
Render: TypeAlias = Callable[..., str]
"""A template's name and what it needs, to HTML."""


@dataclass(frozen=True)
class Frame:
    kind: Kind
    data: str = ""


class _Writing:
    """Prose that is being written."""

    def __init__(self, text: DraftText) -> None:
        self.text = text
        self.blocks: list[Markup] = []
        self._markdown = IncrementalMarkdown()
        self._fed = 0
        self._is_json: bool | None = None

    def frames(self) -> list[Frame]:
        if self._fed == len(self.text.pieces):
            return []
        self._feed()
        update = self._markdown.flush()
        frames = self._keep(update.blocks)
        if growth := update.growth:
            return frames + list(_grown(growth))
        if update.tail is None:
            return [*frames, Frame("code", update.code)] if update.code else frames
        return [*frames, Frame("tail", update.tail)]

    def close(self) -> list[Frame]:
        self._feed(is_last=True)
        # Always a frame: it takes the open end away, which the blocks contain.
        blocks = self._markdown.finish()
        if self._is_json:
            blocks = render_reply("".join(self.text.pieces))
        self.blocks.append(blocks)
        return [Frame("block", blocks)]

    def shown(self) -> TextPart:
        self._feed()
        update = self._markdown.flush(afresh=True)
        self.blocks.append(update.blocks)
        return TextPart(Markup().join(self.blocks), "", update.tail)

    def _feed(self, *, is_last: bool = False) -> None:
        if self._is_json is None:
            self._is_json = begins_as_json("".join(self.text.pieces))
            if self._is_json is None and not is_last:
                return
            if self._is_json:
                self._markdown.feed(FENCE)
        for piece in self.text.pieces[self._fed :]:
            self._markdown.feed(piece)
        self._fed = len(self.text.pieces)

    def _keep(self, blocks: Markup) -> list[Frame]:
        self.blocks.append(blocks)
        return [Frame("block", blocks)] if blocks else []


def _grown(growth: Growth) -> Iterator[Frame]:
    yield from [Frame("rise")] * growth.rises
    if growth.items:
        yield Frame("items", growth.items)
    if growth.item is not None:
        yield Frame("item", growth.item)
    if growth.code:
        yield Frame("code", growth.code)


class LiveReply:
    """Takes a run's events, and gives the frames that bring a page up to date."""

    def __init__(
        self,
        dom_id: str,
        agent_name: str,
        render: Render,
        count_streams: Callable[[], int] = lambda: 1,
    ) -> None:
        self._draft = Draft(dom_id, agent_name)
        self._render = render
        self._count_streams = count_streams
        self._frames: list[Frame] = []
        self._writing: _Writing | None = None
        self._written: dict[int, Markup] = {}
        self._is_shown = False
        self._next_at = 0.0
        self._has_news = True

    def apply(self, event: Event) -> None:
        section, last = self._last_section, self._last_part
        calls = len(self._draft.calls)
        thoughts = len(last.pieces) if isinstance(last, DraftThought) else 0
        self._draft.apply(event)
        self._has_news = True
        if self._last_section is not section:
            self._close_writing()
            self._is_shown = False  # Another agent: everything is laid out anew.
        elif self._last_part is not last:
            self._begin_part()
        elif isinstance(last, DraftThought):
            self._frames.append(Frame("thought", storable("".join(last.pieces[thoughts:]))))
        if isinstance(last, list) and len(self._draft.calls) > calls:
            self._tell_call(last[-1])
        elif isinstance(event, ToolFinished | ApprovalRequested):
            self._tell_call(self._draft.calls.get(event.call_id))

    @property
    def wait(self) -> float:
        """Seconds until the next frames may be made; 0 when they may be now."""
        return max(self._next_at - monotonic(), 0.0)

    @property
    def is_overdue(self) -> bool:
        """Whether there is something to show that was held back."""
        return self._has_news

    def frames(self) -> Sequence[Frame]:
        """What has changed since the last time. Not before `wait` is 0, or it costs too much."""
        if not self._has_news:
            return ()
        turn = self._count_streams() / UPDATES if self._is_shown else 0
        began = thread_time()
        frames = self._changes() if self._is_shown else [self._reset()]
        self._has_news = False
        if self._last_part is not None:  # After an empty beginning the first words do not wait.
            pause = SHARE * (thread_time() - began)
            self._next_at = monotonic() + min(max(pause, turn, SHORTEST_PAUSE), LONGEST_PAUSE)
        return frames

    def _changes(self) -> list[Frame]:
        frames, self._frames = self._frames, []
        return frames + (self._writing.frames() if self._writing else [])

    def _reset(self) -> Frame:
        self._frames.clear()
        self._is_shown = True
        sections = tuple(
            Section(
                section.agent_name, section.is_handed_over, tuple(map(self._show, section.parts))
            )
            for section in self._draft.sections
        )
        reply = under_way(self._draft.dom_id, sections)
        return Frame("reset", self._render("messages/_sections.html", reply=reply))

    def _begin_part(self) -> None:
        self._close_writing()
        part = self._last_part
        if isinstance(part, DraftText):
            self._writing = _Writing(part)
        if self._is_shown and part is not None:
            html = self._render("messages/_part.html", part=self._show(part))
            self._frames.append(Frame("part", html))

    def _tell_call(self, call: DraftCall | None) -> None:
        if call and self._is_shown:
            html = self._render("messages/_tool_call.html", call=call.shown(is_active=True))
            self._frames.append(Frame("tool", html))

    @property
    def _last_section(self) -> DraftSection:
        return self._draft.sections[-1]

    @property
    def _last_part(self) -> DraftPart | None:
        parts = self._last_section.parts
        return parts[-1] if parts else None

    def _show(self, part: DraftPart) -> Part:
        return show_part(part, is_active=True, show_text=self._show_text)

    def _show_text(self, text: DraftText) -> TextPart:
        if self._writing and self._writing.text is text:
            return self._writing.shown()
        return TextPart(self._written[id(text)], "")

    def _close_writing(self) -> None:
        if self._writing:
            self._frames += self._writing.close()
            self._written[id(self._writing.text)] = Markup().join(self._writing.blocks)
            self._writing = None
