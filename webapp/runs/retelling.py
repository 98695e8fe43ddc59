"""The events that a run's items tell of, where its own are gone or no longer true."""

from collections.abc import Container, Iterable, Iterator

from webapp.database_session import Item, load_item
from webapp.database_session.items import APPROVAL_REQUEST
from webapp.models import MessageRole, SessionMessage
from webapp.runs.events import (
    AgentChanged,
    Event,
    Numbered,
    ReasoningDelta,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from webapp.runs.hosted import (
    asked,
    came_back,
    has_failed,
    id_of,
    name_of,
    refusal,
)


def retell(
    rows: Iterable[SessionMessage], agent_name: str | None, last_speaker: str | None
) -> list[Numbered]:
    """One event, or two, for each thing that was said, thought, called or returned.

    `agent_name` is whom the run is with, whoever of its agents has spoken first. The last word is
    that of `last_speaker`, who may have been handed the run and said nothing yet.
    """
    told = enumerate(_events(rows, agent_name, last_speaker), 1)
    return [Numbered(number, number, event) for number, event in told]


def _events(
    rows: Iterable[SessionMessage], speaker: str | None, last_speaker: str | None
) -> Iterator[Event]:
    messages = thoughts = 0
    requests: set[str] = set()
    is_begun = False
    for row in rows:
        item = load_item(row)
        if item is None or row.role is MessageRole.USER:
            continue
        if speaker is not None and row.agent_name not in {None, speaker}:
            yield AgentChanged(row.agent_name or "", is_kept=not is_begun)
        speaker, is_begun = row.agent_name or speaker, True
        if item.get("role") == "assistant":
            if row.content:
                yield TextDelta(messages, row.content)
                messages += 1
        elif item.get("type") == "reasoning":
            for part in item.get("summary") or ():
                yield ReasoningDelta(thoughts, part.get("text", ""))
                thoughts += 1
        else:
            if item.get("type") == APPROVAL_REQUEST:
                requests.add(str(item.get("id")))
            yield from _of_tool(item, row, requests)
    if speaker is not None and last_speaker not in {None, speaker}:
        yield AgentChanged(last_speaker or "", is_kept=not is_begun)


def _of_tool(item: Item, row: SessionMessage, requests: Container[str]) -> Iterator[Event]:
    """`requests` for approval were told before."""
    at = row.created_at.timestamp()
    kind = str(item.get("type", ""))
    if kind.endswith("_output"):
        yield ToolFinished(row.tool_call_id or "", row.content, at, has_failed(item))
    elif kind.endswith("_call"):
        is_hosted = row.tool_call_id is None
        call_id = row.tool_call_id or id_of(item, requests)
        name = name_of(item) if is_hosted else row.tool_name or "tool"
        yield ToolStarted(call_id, name, asked(item), at, is_hosted)
        if is_hosted:
            yield ToolFinished(call_id, came_back(item), at, has_failed(item))
    elif kind == APPROVAL_REQUEST:
        yield ToolStarted(id_of(item, ()), name_of(item), asked(item), at, is_hosted=True)
    elif words := refusal(item):
        yield ToolFinished(str(item.get("approval_request_id")), words, at, is_failed=True)
