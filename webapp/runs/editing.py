"""Turns that are said or answered anew; what stood there before is kept as a version."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.database import write_tx
from webapp.models import AgentRun, SessionMessage
from webapp.runs.locking import lock_session
from webapp.runs.retrying import last_run
from webapp.runs.starting import queue_run
from webapp.runs.superseding import find_beginning, is_last_turn
from webapp.services.facts import MessageGone, RunAlreadyActive, RunNotRetryable

WORDS = frozenset({"text", "input_text"})
"""The parts of a message that an edit replaces; a picture or a file stays."""


def edit_message(session_id: UUID, position: int, text: str, key: str) -> UUID:
    """Say something else in the place of a message, and give the run that will answer it.

    All that followed goes with the message. `key` is one per sending. Raises MessageGone, and
    what `start_run` raises.
    """
    try:
        with write_tx() as tx:
            session = lock_session(tx, session_id, key)
            if session.sent_id:
                return session.sent_id
            turn = find_beginning(tx, session_id, position)
            said = [reworded(turn.said, text)]
            return queue_run(tx, session, said, key, instead_of=turn.start).id
    except IntegrityError as error:
        raise RunAlreadyActive from error


def regenerate_reply(session_id: UUID, position: int) -> UUID:
    """Have the last message of a chat answered anew, and give the run that will.

    Asked twice, it is once. Raises MessageGone, RunNotRetryable where something follows the
    reply, and what `start_run` raises.
    """
    try:
        with write_tx() as tx:
            session = lock_session(tx, session_id)
            again = _answered_anew(tx, session_id, position)
            if again is not None:
                return again
            turn = find_beginning(tx, session_id, position)
            if not is_last_turn(tx, session_id, turn):
                raise RunNotRetryable
            said = [dict(item) for item in turn.said]
            return queue_run(tx, session, said, uuid4().hex, instead_of=turn.start).id
    except IntegrityError as error:
        raise RunAlreadyActive from error


def reworded(said: Sequence[Mapping[str, Any]], text: str) -> dict[str, Any]:
    """What was said, with other words."""
    contents = [item.get("content") for item in said]
    others = [
        part
        for content in contents
        if isinstance(content, list)
        for part in content
        if isinstance(part, Mapping) and part.get("type") not in WORDS
    ]
    if not others:
        return {"role": "user", "content": text}
    return {"role": "user", "content": [{"type": "input_text", "text": text}, *others]}


def _answered_anew(tx: Session, session_id: UUID, position: int) -> UUID | None:
    """The run that is at work already in the place of what stood there."""
    row = tx.execute(
        select(SessionMessage.superseded_at, AgentRun.version_of)
        .join(AgentRun, AgentRun.id == SessionMessage.run_id, isouter=True)
        .where(SessionMessage.session_id == session_id, SessionMessage.position == position)
    ).one_or_none()
    if row is None:
        raise MessageGone
    run = last_run(tx, session_id)
    if row.superseded_at is None or run is None or not run.status.is_active:
        return None
    return run.id if run.version_of == (row.version_of or position) else None
