"""What happens in a run, in our own words: numbered 1, 2, 3 … for those who follow it.

Text, calls and outputs are enough to show the run and, should its end not come, to recover it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy import Row

from webapp.models import RunEvent

GONE = "gone"
"""The status of a run whose chat was deleted."""


# This and Numbered are made for each word, and frozen they would take three times as long to make.
@dataclass
class TextDelta:
    """More text (Markdown) of the run's message number `message` (0, 1, 2 …).

    A run may say something, call tools, and say more: each is a message of its own. The whole of
    a message may come as one delta, and a refusal or structured output is text as well.
    """

    kind: ClassVar[str] = "text"
    message: int
    text: str


@dataclass(frozen=True)
class ReasoningDelta:
    """More of the summary of what the model thought; `part` (0, 1, 2 …) as `message` in text."""

    kind: ClassVar[str] = "reasoning"
    part: int
    text: str


@dataclass(frozen=True)
class ToolStarted:
    """A tool was called. `arguments` is the text that the model gave, JSON or not.

    A hosted tool (web search, code interpreter, MCP …) runs at the model's server: it is shown
    like the others, and its items are the server's.
    """

    kind: ClassVar[str] = "tool_started"
    call_id: str
    name: str
    arguments: str
    at: float
    """Seconds since 1970."""
    is_hosted: bool = False


@dataclass(frozen=True)
class ToolFinished:
    """A tool's result, kept as soon as it is known: it is not called again for it."""

    kind: ClassVar[str] = "tool_finished"
    call_id: str
    output: str
    """What the tool gave: a text, or the JSON of the SDK's parts (see `bounds.parts_of`)."""
    at: float
    is_failed: bool = False
    """Whether the tool raised or took too long, or the item itself says so. What a tool says of
    a fault that it has dealt with is its output."""
    arguments: str = ""
    """Of a hosted tool, which tells only now what it was asked."""


@dataclass(frozen=True)
class ApprovalRequested:
    """The started tool call `call_id` waits for a person's word; the run will pause."""

    kind: ClassVar[str] = "approval_requested"
    call_id: str


@dataclass(frozen=True)
class ApprovalDecided:
    """The person has decided on a call. A rejected one gets its output (a word) on resuming."""

    kind: ClassVar[str] = "approval_decided"
    call_id: str
    is_approved: bool
    reason: str = ""
    at: float = field(default=0.0, compare=False)
    """Seconds since 1970: the tool is called then at the earliest, however long it waited."""


@dataclass(frozen=True)
class AgentChanged:
    """Another agent speaks from here on."""

    kind: ClassVar[str] = "agent"
    name: str
    is_kept: bool = False
    """Whether an earlier turn has handed the chat over, and nobody has in this run."""


@dataclass(frozen=True)
class RunEnded:
    """Nothing follows; the run's row and its items say how it ended.

    `status` is a RunStatus value, or GONE. A `paused` run is followed anew, from 0, once it goes
    on.
    """

    kind: ClassVar[str] = "ended"
    status: str
    is_seen: bool = False
    """Whether the chat is known to be before its owner, because a page has shown the run."""


Event = (
    TextDelta
    | ReasoningDelta
    | ToolStarted
    | ToolFinished
    | ApprovalRequested
    | ApprovalDecided
    | AgentChanged
    | RunEnded
)

_KINDS: dict[str, type[Event]] = {kind.kind: kind for kind in Event.__args__}


@dataclass
class Numbered:
    """An event and its place in the run; `last` is more than `first` where text was gathered."""

    first: int
    last: int
    event: Event
    sizes: tuple[int, ...] = ()
    """Of gathered text: how long each of its parts is."""

    def after(self, seq: int) -> "Numbered | None":
        """What of this comes after the number `seq`: all, the rest of gathered text, or nothing."""
        if self.first > seq:
            return self
        if self.last <= seq or not isinstance(self.event, TextDelta | ReasoningDelta):
            return None
        seen = seq - self.first + 1
        rest = replace(self.event, text=self.event.text[sum(self.sizes[:seen]) :])
        return Numbered(seq + 1, self.last, rest, self.sizes[seen:])


def gather(events: Iterable[Numbered]) -> list[Numbered]:
    """Join neighbouring text of one message into one event. The events are as they were told."""
    return [_joined(list(stretch)) for _, stretch in groupby(events, _stretch_of)]


def _stretch_of(numbered: Numbered) -> object:
    """The same for all that may be joined; what is no text has its own."""
    event = numbered.event
    if isinstance(event, TextDelta):
        return TextDelta, event.message
    if isinstance(event, ReasoningDelta):
        return ReasoningDelta, event.part
    return numbered.first


def _joined(stretch: list[Numbered]) -> Numbered:
    if len(stretch) == 1:
        return stretch[0]
    pieces = cast("list[TextDelta | ReasoningDelta]", [numbered.event for numbered in stretch])
    texts = [piece.text for piece in pieces]
    whole = replace(pieces[0], text="".join(texts))
    return Numbered(stretch[0].first, stretch[-1].last, whole, tuple(map(len, texts)))


def last_speaker(events: Iterable[Numbered]) -> str | None:
    """Who the run was handed to last; None where it was not."""
    names = [known.event.name for known in events if isinstance(known.event, AgentChanged)]
    return names[-1] if names else None


def failed_calls(events: Iterable[Numbered]) -> list[str]:
    """The ids of the calls that failed."""
    return [
        known.event.call_id
        for known in events
        if isinstance(known.event, ToolFinished) and known.event.is_failed
    ]


def to_row(run_id: UUID, epoch: int, numbered: Numbered) -> dict[str, Any]:
    """The values of a run_event row."""
    data = dict(vars(numbered.event))
    if numbered.sizes:
        data["sizes"] = numbered.sizes
    return {
        "run_id": run_id,
        "epoch": epoch,
        "first_seq": numbered.first,
        "last_seq": numbered.last,
        "kind": numbered.event.kind,
        "data": data,
    }


def from_row(row: RunEvent | Row[Any]) -> Numbered:
    data = dict(row.data)
    sizes = tuple(data.pop("sizes", ()))
    return Numbered(row.first_seq, row.last_seq, _KINDS[row.kind](**data), sizes)
