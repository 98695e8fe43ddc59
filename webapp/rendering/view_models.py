"""What the templates of a conversation are given: plain, finished values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from markupsafe import Markup


@dataclass(frozen=True)
class PersonMessage:
    """What the person sent: plain text, shown as it was typed."""

    run_id: UUID | None
    text: str
    sent_at: datetime


@dataclass(frozen=True)
class TextPart:
    """A stretch of the reply's prose."""

    dom_id: str
    html: Markup
    """Rendered and sanitised."""
    source: str
    """The Markdown, for copying."""
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class ToolCall:
    """One line that opens to what was asked and what came back."""

    dom_id: str
    name: str
    gist: str
    """The arguments in a few words."""
    arguments: str
    """Indented JSON, or the text itself where it is no JSON."""
    output: str | None
    """As `arguments`; None while there is none."""
    seconds: float | None
    state: Literal["running", "done", "failed", "stopped"]


@dataclass(frozen=True)
class ToolsPart:
    """Calls that followed one another; they share a frame."""

    dom_id: str
    calls: tuple[ToolCall, ...]
    kind: Literal["tools"] = "tools"


@dataclass(frozen=True)
class Reply:
    """An agent's answer to one message, finished or not."""

    run_id: UUID | None
    agent_name: str
    parts: tuple[TextPart | ToolsPart, ...]
    status: str
    """A RunStatus value."""
    is_active: bool
    """Whether more may come: the page follows the run."""
    notice: str
    """A sentence for a reply that did not end well; empty otherwise."""
    can_retry: bool
    ended_at: datetime | None
    tokens: int


@dataclass(frozen=True)
class Turn:
    """A message and its answer. Either can be missing in a history made elsewhere."""

    message: PersonMessage | None
    reply: Reply | None
