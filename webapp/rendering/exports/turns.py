"""A whole chat as turns, the oldest first, with no more than a page of it in memory."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from webapp.database import read_rows
from webapp.models import AgentRun
from webapp.rendering.draft import DraftText, ShowText
from webapp.rendering.shown_runs import RUN_COLUMNS, ShownRun, load_runs
from webapp.rendering.turns import Chat, Entry, Gathered, gather_turns, show_turn
from webapp.rendering.view_models import Turn
from webapp.services.exports import ExportedChat, ExportedMessage

PAGE = 200


def turns_of(
    chat: ExportedChat,
    messages: Iterable[ExportedMessage],
    show_text: ShowText = DraftText.shown,
) -> Iterator[Turn]:
    entries: list[Entry] = []
    enough = PAGE
    for message in messages:
        entries.append(
            Entry(message.item, message.position, message.run_id, message.agent_name, message.at)
        )
        if len(entries) >= enough:
            turns = gather_turns(entries)
            end = _first_that_may_go_on(turns)
            yield from _shown(chat, turns[:end], show_text)
            left = [entry for turn in turns[end:] for entry in (*turn.messages, *turn.replies)]
            entries = sorted(left, key=lambda entry: entry.position)
            enough = max(PAGE, 2 * len(entries))
    yield from _shown(chat, gather_turns(entries), show_text)


def _first_that_may_go_on(turns: Sequence[Gathered]) -> int:
    """With what comes next: the last, and a run's before what others have written meanwhile."""
    last = len(turns) - 1
    of_run = next((number for number in range(last, -1, -1) if turns[number].run_id), last)
    written = sum(len(turn.messages) + len(turn.replies) for turn in turns[of_run + 1 :])
    return of_run if written < PAGE else last


def _shown(chat: ExportedChat, turns: Sequence[Gathered], show_text: ShowText) -> Iterator[Turn]:
    runs = _ended_runs({turn.run_id for turn in turns if turn.run_id})
    of = Chat(chat.id, chat.agent_name, is_active=False)
    for turn in turns:
        turn.run = runs.get(turn.run_id)
        shown = show_turn(turn, of, is_last=False, show_text=show_text)
        if shown:
            yield shown


def _ended_runs(ids: set[Any]) -> dict[Any, ShownRun]:
    """How the replies ended. One that goes on is shown as far as it is stored."""
    ended = select(*RUN_COLUMNS).where(AgentRun.id.in_(ids), ~AgentRun.is_active)
    with read_rows() as tx:
        return {run.id: run for run in load_runs(tx, ended)}
