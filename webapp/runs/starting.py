"""From a person's message to a run that waits for its turn, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from webapp.database import utc_now, write_tx
from webapp.models import AgentRun, AgentSession
from webapp.runs.executor import submit
from webapp.runs.locking import LockedSession, check_room, lock_session, make_way
from webapp.runs.superseding import supersede_from
from webapp.services.facts import RunAlreadyActive, SessionInactive
from webapp.services.sessions import first_words
from webapp.services.usage import count_message

# Built once, and of columns: that costs more than the database takes for them.
_QUEUE = insert(AgentRun).returning(AgentRun.queued_at)
_TOUCH = (
    update(AgentSession)
    .where(AgentSession.id == bindparam("of"))
    .values(last_activity_at=utc_now(), session_name=bindparam("name"), updated_at=utc_now())
)


@dataclass(frozen=True)
class QueuedRun:
    """A run that waits for its turn."""

    id: UUID
    session_id: UUID
    agent_name: str | None
    input: list[dict[str, Any]]
    queued_at: datetime


@dataclass(frozen=True)
class SentMessage:
    """A message that was taken, and can no longer be lost."""

    run_id: UUID
    """The run that answers it."""
    run: QueuedRun | None
    """None where the same was sent before: there is no telling how far that is."""
    session_name: str | None
    """What its chat is called now."""


def start_run(session_id: UUID, text: str, key: str) -> UUID:
    """As `send_message`; gives the id of the run alone."""
    return send_message(session_id, text, key).run_id


def send_message(session_id: UUID, text: str, key: str) -> SentMessage:
    """Take a message, and have a run answer it.

    Where the chat waits for an approval, the message takes its place. A chat without a name gets
    its first words.

    `key` is one per sending: the same again gives the first run again. Raises SessionGone,
    SessionInactive, RunAlreadyActive, TooManyRuns, CapReached.
    """
    try:
        with write_tx() as tx:
            session = lock_session(tx, session_id, key)
            if session.sent_id:
                return SentMessage(session.sent_id, None, session.session_name)
            if session.session_name is None:
                session = replace(session, session_name=first_words(text))
            run = queue_run(tx, session, [{"role": "user", "content": text}], key)
            return SentMessage(run.id, run, session.session_name)
    except IntegrityError as error:
        # The index that allows one active run has refused what the look before it has missed.
        raise RunAlreadyActive from error


def queue_run(
    tx: Session,
    session: LockedSession,
    items: list[dict[str, Any]],
    key: str,
    *,
    instead_of: int | None = None,
) -> QueuedRun:
    """Write a run that waits for its turn, and have it worked on after the commit.

    The turn that begins at the position `instead_of` gives way to it, with all after it.
    """
    if not session.is_active:
        raise SessionInactive
    make_way(tx, session)
    check_room(tx, session)
    version_of = None if instead_of is None else supersede_from(tx, session.id, instead_of)
    run_id = uuid7()
    run = {
        "id": run_id,
        "session_id": session.id,
        "idempotency_key": key,
        "input": items,
        "agent_name": session.agent_name,
        "version_of": version_of,
    }
    tx.flush()
    connection = tx.connection()
    queued_at = connection.execute(_QUEUE, run).scalar_one()
    connection.execute(_TOUCH, {"of": session.id, "name": session.session_name})
    count_message(tx, session.user_id, session.agent_name)
    submit(tx, run_id)
    return QueuedRun(run_id, session.id, session.agent_name, items, queued_at)
