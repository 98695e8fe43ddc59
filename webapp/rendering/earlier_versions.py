"""A chat as it was with an earlier version of one of its turns."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from webapp.database import read_tx
from webapp.models import AgentRun
from webapp.models import SessionMessage as Message
from webapp.rendering.read_only import settled
from webapp.rendering.shown_runs import RUN_COLUMNS, load_runs
from webapp.rendering.transcript import add_events, find_chat
from webapp.rendering.turns import add_runs, gather_turns, show_turn
from webapp.rendering.versions import add_versions
from webapp.rendering.view_models import Transcript, Turn
from webapp.rendering.windows import COLUMNS, MAX_ITEMS, Place, load_entries, load_window
from webapp.runs import find_branch


def load_version(session_id: UUID, position: int) -> Transcript | None:
    """The chat with the version that holds the position, opened at the turn; to be looked at.

    None where that is how the chat is now. Raises MessageGone.
    """
    with read_tx() as session:
        branch = find_branch(session, session_id, position)
        if branch is None:
            return None
        tx = session.connection()
        chat = find_chat(tx, session_id)
        if chat is None:
            return Transcript((), None)
        window = load_window(tx, session_id, Place(before=branch.place))
        was = Message.session_id == session_id, Message.superseded_at == branch.superseded_at
        rows = select(*COLUMNS).where(*was).order_by(Message.position).limit(MAX_ITEMS)
        entries = [*window.entries, *load_entries(tx, rows)]
        turns = gather_turns(entries)
        ids = {entry.run_id for entry in entries}
        turns = add_runs(turns, load_runs(tx, select(*RUN_COLUMNS).where(AgentRun.id.in_(ids))))
        add_events(tx, turns)
        shown = [show_turn(turn, chat, is_last=False, at=branch.start) for turn in turns]
        whole = add_versions(tx, session_id, turns, shown)
    # What followed had versions of its own then, which are to be found with this one alone.
    first = next((at for at, turn in enumerate(whole) if turn.at), len(whole))
    kept = [*whole[: first + 1], *map(_without_versions, whole[first + 1 :])]
    return Transcript(tuple(map(settled, kept)), window.before)


def _without_versions(turn: Turn) -> Turn:
    return replace(turn, reply=replace(turn.reply, versions=None)) if turn.reply else turn
