"""What the templates of a conversation are given: plain, finished values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from markupsafe import Markup


@dataclass(frozen=True)
class PersonMessage:
    """What the person sent: plain text, shown as it was typed."""

    dom_id: str
    run_id: UUID | None
    text: str
    sent_at: datetime
    session_id: UUID | None = None
    position: int | None = None
    """Where it stands in the chat; None until the session holds it."""
    can_edit: bool = False
    can_link: bool = False


@dataclass(frozen=True)
class TextPart:
    """A stretch of the reply's prose."""

    html: Markup
    """Rendered and sanitised."""
    source: str
    """The Markdown, for copying."""
    tail: Markup | None = None
    """What follows `html` and is still being written; None when nothing is."""
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class ThoughtPart:
    """What the model told of its thinking; folded."""

    text: str
    kind: Literal["thought"] = "thought"


ToolState: TypeAlias = Literal["running", "waiting", "done", "rejected", "failed", "stopped"]


@dataclass(frozen=True)
class ToolCall:
    """One line that opens to what was asked and what came back."""

    dom_id: str
    name: str
    gist: str
    """The arguments in a few words."""
    arguments: str
    """Indented JSON, or the text itself where it is no JSON; empty when there are none."""
    output: str | None
    """As `arguments`; None while there is none."""
    seconds: float | None
    state: ToolState


@dataclass(frozen=True)
class ToolsPart:
    """Calls that followed one another; they share a frame."""

    calls: tuple[ToolCall, ...]
    kind: Literal["tools"] = "tools"


Part: TypeAlias = TextPart | ThoughtPart | ToolsPart


@dataclass(frozen=True)
class Approval:
    """A call that waits for the person's word."""

    call_id: str
    dom_id: str
    name: str
    arguments: tuple[tuple[str, str], ...]
    """What each is called, and its value; one of them without a name where they are no object."""


@dataclass(frozen=True)
class Section:
    """What one agent said and did before another took over."""

    agent_name: str
    is_handed_over: bool
    """Whether a line says that this agent took over."""
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Notice:
    """A word about a reply that did not end well."""

    tone: Literal["", "warn", "danger"]
    icon: str
    title: str
    hint: str = ""


@dataclass(frozen=True)
class Version:
    """One of the forms that a turn has had."""

    start: int | None
    """Where it begins in the chat; None while the session holds nothing of it."""
    is_current: bool


@dataclass(frozen=True)
class Versions:
    """Which of its forms a turn is shown in, and the ones beside it."""

    number: int
    count: int
    earlier: Version | None
    later: Version | None


@dataclass(frozen=True)
class Reply:
    """An agent's answer to one message, finished or not."""

    dom_id: str
    run_id: UUID | None
    sections: tuple[Section, ...]
    status: str
    """A RunStatus value."""
    is_active: bool
    """Whether more may come by itself: the page follows the run."""
    notice: Notice | None
    can_retry: bool
    can_continue: bool
    """Whether the turn can go on where it ended, without being begun anew."""
    approvals: tuple[Approval, ...]
    ended_at: datetime | None
    tokens: int
    session_id: UUID | None = None
    message_position: int | None = None
    """Where the message stands in the chat that this answers."""
    position: int | None = None
    """Where its end stands."""
    can_regenerate: bool = False
    can_fork: bool = False
    can_link: bool = False
    can_reword: bool = False
    """Whether it ended for what the message says: that may be edited, and sent again."""
    first_seconds: float | None = None
    """How long it took to its first word."""
    seconds: float | None = None
    """How long it took in all."""
    versions: Versions | None = None
    reads_from: str | None = None
    """The turn at which the model's view begins since this reply; None where it is shown all."""

    @property
    def source(self) -> str:
        """All its prose as Markdown."""
        parts = [part for section in self.sections for part in section.parts]
        return "\n\n".join(part.source for part in parts if isinstance(part, TextPart))


def under_way(dom_id: str, sections: tuple[Section, ...]) -> Reply:
    """A reply of which nothing is known but what it says so far."""
    return Reply(
        dom_id=dom_id,
        run_id=None,
        sections=sections,
        status="running",
        is_active=True,
        notice=None,
        can_retry=False,
        can_continue=False,
        approvals=(),
        ended_at=None,
        tokens=0,
    )


@dataclass(frozen=True)
class Turn:
    """A message and its answer. Either can be missing in a history made elsewhere."""

    dom_id: str
    message: PersonMessage | None
    reply: Reply | None
    at: Literal["", "message", "reply"] = ""
    """Which of them the page opens at."""
    begins_model_view: bool = False
    """Whether the model is shown nothing from before this turn."""


@dataclass(frozen=True)
class Origin:
    """A chat from which another was forked."""

    id: UUID
    name: str | None


@dataclass(frozen=True)
class Transcript:
    """A window of a chat's turns, the oldest first."""

    turns: tuple[Turn, ...]
    before: int | None
    """The position that earlier turns are asked for with; None when these are the first."""
    after: int | None = None
    """The position that later turns are asked for with; None when these are the last."""
    origin: Origin | None = None
    """The chat that this one was forked from; shown above its first turn."""
