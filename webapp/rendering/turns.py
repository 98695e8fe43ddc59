"""From rows to turns: whose items belong together, and how each reply ended."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from webapp.assistants.fault_words import REWORDABLE
from webapp.database_session.items import storable
from webapp.models import RunStatus
from webapp.rendering.contents import text_of
from webapp.rendering.draft import Draft, DraftText, ShowText
from webapp.rendering.handoffs import handoff_calls
from webapp.rendering.items import is_from_person, tell
from webapp.rendering.shown_runs import ShownRun
from webapp.rendering.view_models import Approval, Notice, PersonMessage, Reply, Turn
from webapp.runs.dismissing import STOPPED, WROTE_INSTEAD
from webapp.runs.events import ApprovalDecided, Numbered, ToolFinished, ToolStarted
from webapp.runs.retrying import UNFINISHED

SOMEBODY = "Assistant"
"""The name of an agent that has none."""
HOLDING_A_MESSAGE = frozenset({RunStatus.FINISHED, RunStatus.STOPPED, RunStatus.FAILED})
"""Runs that ended so have an item at least: the message. An interrupted one may have none."""


@dataclass(frozen=True)
class Entry:
    """An item of the session, with what its row knows."""

    item: Mapping[str, Any]
    position: int
    run_id: UUID | None
    agent_name: str | None
    at: datetime


@dataclass
class Gathered:
    """The entries of one turn, and its run if it has one."""

    run: ShownRun | None = None
    messages: list[Entry] = field(default_factory=list)
    replies: list[Entry] = field(default_factory=list)
    events: Sequence[Numbered] = ()

    @property
    def run_id(self) -> UUID | None:
        first = next(iter([*self.messages, *self.replies]), None)
        return self.run.id if self.run else first.run_id if first else None

    @property
    def said_at(self) -> int | None:
        """The position of what the person said."""
        return self.messages[0].position if self.messages else None

    @property
    def start(self) -> int | None:
        """Its first position; None while the session holds nothing of it."""
        first = next(iter([*self.messages, *self.replies]), None)
        return first.position if first else None

    @property
    def place(self) -> int | None:
        """Where the first version of the turn began."""
        return self.run.version_of or self.start if self.run else self.start

    @property
    def needs_events(self) -> bool:
        """They tell all of an active reply, and of a settled one when its tools began and ended."""
        if self.run is None:
            return False
        return self.run.status.is_active or any(_may_call(entry.item) for entry in self.replies)

    @property
    def dom_id(self) -> str:
        if self.run_id:
            return str(self.run_id)
        return f"p{min(entry.position for entry in [*self.messages, *self.replies])}"


def gather_turns(entries: Iterable[Entry]) -> list[Gathered]:
    """A run's items are one turn; without a run, each message of the person begins one."""
    turns: list[Gathered] = []
    # By run: what others write to the session meanwhile may come between a run's items.
    newest_of: dict[UUID | None, Gathered] = {}
    for entry in entries:
        turn = newest_of.get(entry.run_id)
        is_message, may_end = is_from_person(entry.item), entry.run_id is None
        if turn is None or (may_end and (turn is not turns[-1] or (is_message and turn.replies))):
            turn = newest_of[entry.run_id] = Gathered()
            turns.append(turn)
        (turn.messages if is_message else turn.replies).append(entry)
    return turns


def add_runs(turns: list[Gathered], runs: Sequence[ShownRun]) -> list[Gathered]:
    """Give turns their runs, and runs of which the session holds nothing yet a turn.

    Of a run that has ended and has nothing there, all was taken out, as by `clear_session`.
    """
    waiting = {run.id: run for run in sorted(runs, key=lambda run: run.id)}
    for turn in turns:
        if turn.run_id in waiting:
            turn.run = waiting.pop(turn.run_id)
    waiting = {key: run for key, run in waiting.items() if run.status not in HOLDING_A_MESSAGE}
    placed: list[Gathered] = []
    for turn in turns:
        if turn.run is not None:
            earlier = [run for run in waiting.values() if run.id < turn.run.id]
            placed += [Gathered(waiting.pop(run.id)) for run in earlier]
        placed.append(turn)
    return placed + [Gathered(run) for run in waiting.values()]


@dataclass(frozen=True)
class Chat:
    """What a turn has to know of its chat."""

    id: UUID
    agent_name: str | None
    is_active: bool
    forked_from_id: UUID | None = None


def show_turn(
    turn: Gathered,
    chat: Chat,
    *,
    is_last: bool,
    at: int | None = None,
    show_text: ShowText = DraftText.shown,
) -> Turn | None:
    """`at` is the position that the page opens at, wherever it is."""
    message = _message(turn, chat)
    reply = _reply(turn, chat, is_last=is_last, show_text=show_text)
    if not message and not reply:
        return None
    return Turn(f"turn-{turn.dom_id}", message, reply, _at(turn, at))


def _at(turn: Gathered, position: int | None) -> Literal["", "message", "reply"]:
    if any(entry.position == position for entry in turn.messages):
        return "message"
    return "reply" if any(entry.position == position for entry in turn.replies) else ""


def _message(turn: Gathered, chat: Chat) -> PersonMessage | None:
    run = turn.run
    texts = [text_of(entry.item.get("content")) for entry in turn.messages]
    if not texts and run is not None:
        # Until the SDK has stored it, the message is known from the run alone.
        texts = [text_of(item.get("content")) for item in run.input if is_from_person(item)]
    if not texts:
        return None
    # A run that goes on, after a pause or a stop, is queued anew.
    sent_at = turn.messages[0].at if turn.messages or run is None else run.queued_at
    return PersonMessage(
        dom_id=f"message-{turn.dom_id}",
        run_id=turn.run_id,
        text=storable("\n\n".join(texts)),
        sent_at=sent_at,
        session_id=chat.id,
        position=turn.said_at,
        can_edit=chat.is_active,
        can_link=True,
    )


def _reply(turn: Gathered, chat: Chat, *, is_last: bool, show_text: ShowText) -> Reply | None:
    run = turn.run
    if run is None and not turn.replies:
        return None
    draft = make_draft(turn, chat.agent_name or SOMEBODY)
    is_paused = run is not None and run.status is RunStatus.PAUSED
    is_active = run is not None and run.status.is_active
    # While one call waits, none runs: what is decided already goes on with the last.
    sections = draft.shown(is_active=is_active and not is_paused, show_text=show_text)
    has_parts = any(section.parts for section in sections)
    if run is None and not has_parts:
        return None
    last = turn.replies[-1] if turn.replies else None
    was_dismissed = _has_answer(draft, WROTE_INSTEAD, STOPPED)
    is_finished = run is None or run.status is RunStatus.FINISHED
    # Of a deactivated chat nothing goes on.
    can_go_on = chat.is_active and is_last and run is not None
    is_unfinished = run is not None and run.status in UNFINISHED
    return Reply(
        dom_id=draft.dom_id,
        run_id=turn.run_id,
        sections=sections,
        status=str(run.status if run else RunStatus.FINISHED),
        is_active=is_active and not is_paused,
        notice=_notice(run, draft, has_parts=has_parts),
        can_retry=can_go_on and is_unfinished,
        # With nothing there to go on from, it would be the same as to retry.
        can_continue=can_go_on and is_unfinished and has_parts,
        approvals=_approvals(draft) if chat.is_active and is_paused else (),
        ended_at=(run.ended_at if run else None) or (last.at if last else None),
        tokens=run.input_tokens + run.output_tokens if run else 0,
        session_id=chat.id,
        message_position=turn.said_at,
        position=last.position if last else None,
        can_fork=not is_active and last is not None,
        can_regenerate=chat.is_active and is_last and is_finished and turn.said_at is not None,
        can_link=last is not None,
        can_reword=_is_rewordable(run) and chat.is_active and is_last and bool(turn.said_at),
        first_seconds=_seconds(run, run.first_token_at) if run else None,
        # One that waited was ended by the person, whenever that was.
        seconds=_seconds(run, run.ended_at) if run and not was_dismissed else None,
    )


def _is_rewordable(run: ShownRun | None) -> bool:
    return run is not None and run.error_kind in REWORDABLE and run.status is RunStatus.FAILED


def _approvals(draft: Draft) -> tuple[Approval, ...]:
    return tuple(call.asked() for call in draft.calls.values() if call.is_waiting)


def _seconds(run: ShownRun, until: datetime | None) -> float | None:
    """From when the run began to be worked on, or went on: nobody was waiting in between."""
    if until is None or run.started_at is None:
        return None
    return (until - max(run.started_at, run.queued_at)).total_seconds()


def make_draft(turn: Gathered, agent_name: str) -> Draft:
    run = turn.run
    first = next((entry.agent_name for entry in turn.replies if entry.agent_name), None)
    name = (run and run.agent_name) or first or agent_name
    if run is not None and run.status.is_active:
        draft = Draft(f"reply-{turn.dom_id}", name)
        # Its events tell all; the session holds the part that the SDK has stored.
        for numbered in turn.events:
            draft.apply(numbered.event)
        return draft
    handoffs = handoff_calls(entry.item for entry in turn.replies)
    draft = Draft(f"reply-{turn.dom_id}", name, run.failed_calls if run else None, handoffs)
    for number, entry in enumerate(turn.replies):
        # A handoff's own items may bear the name of either agent.
        if entry.agent_name and entry.item.get("call_id") not in handoffs:
            draft.speak_as(entry.agent_name)
        tell(entry.item, draft, number)
    if run is not None and run.status in UNFINISHED:
        draft.cut()
    for call_id, seconds in _durations(turn.events):
        if call_id in draft.calls:
            draft.calls[call_id].started_at, draft.calls[call_id].ended_at = 0.0, seconds
    return draft


def _may_call(item: Mapping[str, Any]) -> bool:
    return _is_call(item) or "tool_calls" in item


def _is_call(item: Mapping[str, Any]) -> bool:
    return "role" not in item


def _durations(events: Iterable[Numbered]) -> Iterator[tuple[str, float]]:
    started: dict[str, float] = {}
    decided: set[str] = set()
    for numbered in events:
        match numbered.event:
            case ToolStarted(call_id=call_id, at=at):
                started.setdefault(call_id, at)
            case ApprovalDecided(call_id=call_id, at=at) if at:
                # With the last of those that were asked for, all are called.
                decided.add(call_id)
                started.update(dict.fromkeys(decided & started.keys(), at))
            case ToolFinished(call_id=call_id, at=at) if call_id in started:
                yield call_id, at - started.pop(call_id)


def _has_answer(draft: Draft, *words: str) -> bool:
    return any(call.output in words for call in draft.calls.values())


def _notice(run: ShownRun | None, draft: Draft, *, has_parts: bool) -> Notice | None:
    status = run.status if run else RunStatus.FINISHED
    parts = [part for section in draft.sections for part in section.parts]  # No lost thoughts.
    kept = "Its text is kept." if any(isinstance(part, DraftText) for part in parts) else ""
    match status:
        case RunStatus.STOPPED if _has_answer(draft, WROTE_INSTEAD):
            return Notice("", "square", "You wrote a message instead of approving.")
        case RunStatus.STOPPED:
            return Notice("", "square", "You stopped this reply.")
        case RunStatus.INTERRUPTED:
            title = "The reply was interrupted when the server stopped."
            return Notice("warn", "circle-alert", title, kept)
        case RunStatus.FAILED:
            title = (run and run.error_message) or "Something went wrong."
            return Notice("danger", "circle-alert", title, kept)
        case RunStatus.FINISHED if run and not has_parts:
            return Notice("", "circle-alert", "The model gave an empty answer.")
        case _:
            return None
