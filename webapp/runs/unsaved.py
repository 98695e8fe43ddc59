"""What a run said and did that the SDK had not stored when the run ended.

The SDK stores a turn when it is complete. Stopped, failed or killed in the middle, the text so
far and the results of finished tools are known from the events alone; here they become items.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.database_session import Item, items_from_rows
from webapp.models import SessionMessage
from webapp.runs.bounds import parts_of
from webapp.runs.events import Numbered, TextDelta, ToolFinished, ToolStarted

_ANSWERED_IN_WORDS = frozenset({"function_call", "custom_tool_call"})
"""Other outputs cannot be made up of a text; the SDK leaves out a call that has none."""


def stored_items(tx: Session, run_id: UUID) -> list[Item]:
    """The items of the run that the session holds, in order."""
    return [item for item in items_from_rows(current_rows(tx, run_id)) if item is not None]


def current_rows(tx: Session, run_id: UUID) -> Sequence[SessionMessage]:
    """The rows of a run's items that are not superseded, in order."""
    return tx.scalars(
        select(SessionMessage)
        .where(SessionMessage.run_id == run_id, SessionMessage.superseded_at.is_(None))
        .order_by(SessionMessage.position)
    ).all()


def unsaved_items(
    events: Iterable[Numbered], saved: Sequence[Item], *, with_text: bool = True
) -> list[Item]:
    """The items missing from `saved` (the run's stored items), in the order they happened.

    A call without a result is dropped: it would be an orphan, and may not have happened. A hosted
    tool's items are its server's, and cannot be made up. Items carry no ids: a model's server
    would look for its own under them.
    """
    saved_texts = count_texts(saved)
    items: list[Item] = []
    for told in _told(events):
        if isinstance(told, TextDelta):
            if with_text and told.message >= saved_texts:
                items.append({"role": "assistant", "content": told.text})
        elif told.output is not None:
            items.extend(_missing(told.started, told.output, saved))
    return items


@dataclass
class _Call:
    started: ToolStarted
    output: str | None = None


def _told(events: Iterable[Numbered]) -> Iterable[TextDelta | _Call]:
    """The whole messages and the calls, in the order in which they began."""
    told: dict[int | str, TextDelta | _Call] = {}
    for numbered in events:
        match numbered.event:
            case TextDelta(message=number, text=text):
                before = told.get(number)
                whole = before.text + text if isinstance(before, TextDelta) else text
                told[number] = TextDelta(number, whole)
            case ToolStarted(call_id=call_id, is_hosted=False) as started:
                told.setdefault(call_id, _Call(started))
            case ToolFinished(call_id=call_id, output=output):
                call = told.get(call_id)
                if isinstance(call, _Call):
                    call.output = output
    return told.values()


def is_whole(saved: Sequence[Item]) -> bool:
    """Whether the items of a run end with a message that the SDK has stored: its last word.

    A message before a call is stored together with it, and what is stored here bears no type.
    """
    return bool(saved) and _is_reply_text(saved[-1]) and saved[-1].get("type") == "message"


def count_texts(items: Iterable[Item]) -> int:
    """How many of the items are messages of the reply that say something."""
    return sum(_is_reply_text(item) for item in items)


def _missing(started: ToolStarted, output: str, saved: Sequence[Item]) -> list[Item]:
    call_id = started.call_id
    stored = {str(item.get("type")) for item in saved if item.get("call_id") == call_id}
    made: list[Item] = []
    kind = next((kind for kind in stored if not kind.endswith("_output")), "function_call")
    if not stored:
        made.append(
            {
                "type": "function_call",
                "call_id": call_id,
                "name": started.name,
                "arguments": started.arguments,
            }
        )
    if kind in _ANSWERED_IN_WORDS and f"{kind}_output" not in stored:
        # A paused turn has stored its calls already.
        # Whoever reads it next is to be shown a picture, not the letters that it is made of.
        given = parts_of(output) or output
        made.append({"type": f"{kind}_output", "call_id": call_id, "output": given})
    return made


def _is_reply_text(item: Item) -> bool:
    if item.get("role") != "assistant":
        return False
    content = item.get("content")
    if isinstance(content, str):
        return bool(content)
    return any(part.get("text") or part.get("refusal") for part in content or ())
