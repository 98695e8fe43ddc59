"""Where what the model reads begins, in a chat that is longer than a model is shown."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, select

from webapp.database import read_rows
from webapp.models import SessionMessage as Message
from webapp.rendering.items import is_from_person
from webapp.rendering.turns import Entry
from webapp.rendering.view_models import Reply, Transcript, Turn
from webapp.rendering.windows import COLUMNS, load_entries
from webapp.services.histories import estimate_tokens, fit_history

PAGE = 200


def mark_model_view(
    session_id: UUID, transcript: Transcript, *, max_items: int, max_tokens: int
) -> Transcript:
    """Say of the turn at which the model's view begins that it does, where it is in the window."""
    with read_rows() as tx:
        start = _find_model_view(tx, session_id, max_items, max_tokens)
    if start is None:
        return transcript
    turns = (
        replace(turn, begins_model_view=True) if _holds(turn, start) else turn
        for turn in transcript.turns
    )
    return replace(transcript, turns=tuple(turns))


def add_model_view(session_id: UUID, reply: Reply, *, max_items: int, max_tokens: int) -> Reply:
    """Say of a reply that has come to its end at which turn the model's view begins now."""
    with read_rows() as tx:
        start = _find_model_view(tx, session_id, max_items, max_tokens)
        if start is None:
            return reply
        run_id = tx.scalar(
            select(Message.run_id).where(
                Message.session_id == session_id, Message.position == start
            )
        )
    # As turns name themselves.
    return replace(reply, reads_from=f"turn-{run_id or f'p{start}'}")


def _find_model_view(
    tx: Connection, session_id: UUID, max_items: int, max_tokens: int
) -> int | None:
    """The position of the first item that the model is shown; None where it is shown all.

    A limit of 0 is none. Read from the end, no further than the limits reach.
    """
    if not max_items and not max_tokens:
        return None
    entries = _load_newest(tx, session_id, max_items, max_tokens)
    if not entries:
        return None
    items = [entry.item for entry in entries]
    kept, left_out = fit_history(items, max_items=max_items or None, max_tokens=max_tokens or None)
    if not left_out:
        return None
    return next(entry.position for entry in entries if entry.item is kept[0])


def _holds(turn: Turn, position: int) -> bool:
    """Whether it is one of the turn's, which has to begin with what the person said."""
    begin = turn.message.position if turn.message else None
    if begin is None:
        return False
    end = turn.reply.position if turn.reply else None
    return begin <= position <= (end or begin)


def _load_newest(tx: Connection, session_id: UUID, max_items: int, max_tokens: int) -> list[Entry]:
    """The newest items until beyond a limit, from the beginning of a turn on; or all there are."""

    def is_beyond(entries: list[Entry]) -> bool:
        if max_items and len(entries) > max_items:
            return True
        return bool(max_tokens) and sum(estimate_tokens(e.item) for e in entries) > max_tokens

    newest: list[Entry] = []
    rows = select(*COLUMNS).where(Message.current_in(session_id))
    while True:
        more = rows.where(Message.position < newest[-1].position) if newest else rows
        page = load_entries(tx, more.order_by(Message.position.desc()).limit(PAGE))
        newest += page
        turns = [at for at, entry in enumerate(newest) if is_from_person(entry.item)]
        from_turn = newest[: turns[-1] + 1] if turns else []
        if len(page) < PAGE:
            return newest[::-1]
        if is_beyond(from_turn):
            return from_turn[::-1]
