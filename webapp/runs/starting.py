"""From a person's message to a run that waits for its turn, in one transaction."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from webapp.database import utc_now, write_tx
from webapp.models import ACTIVE_STATUSES, AgentRun, AgentSession, RunStatus, User
from webapp.runs.dismissing import WROTE_INSTEAD, dismiss_run
from webapp.runs.executor import current, submit
from webapp.runs.superseding import supersede_from
from webapp.services.caps import check_caps
from webapp.services.facts import RunAlreadyActive, SessionGone, SessionInactive, TooManyRuns
from webapp.services.sessions import first_words
from webapp.services.usage import count_message

WORKING = (RunStatus.QUEUED, RunStatus.RUNNING)

# Built once, and of columns: that costs more than the database takes for them.
_CHAT = (
    select(AgentSession.id, AgentSession.user_id, AgentSession.is_active, AgentSession.agent_name)
    .where(AgentSession.id == bindparam("session_id"), AgentSession.is_present)
    .with_for_update(key_share=True)
)
_SENT = select(AgentRun.id).where(
    AgentRun.session_id == bindparam("session_id"), AgentRun.idempotency_key == bindparam("key")
)
_ACTIVE = select(AgentRun.id, AgentRun.status).where(
    AgentRun.session_id == bindparam("session_id"), AgentRun.status.in_(ACTIVE_STATUSES)
)
_HELD = _ACTIVE.with_for_update()
_PERSON = select(User.id).where(User.id == bindparam("user_id")).with_for_update(key_share=True)
_COUNTS = (
    select(func.count(), func.count().filter(AgentSession.user_id == bindparam("user_id")))
    .select_from(AgentRun)
    .join(AgentSession)
    .where(AgentRun.status.in_(WORKING))
)
_QUEUE = insert(AgentRun)
_NAMED = func.coalesce(AgentSession.session_name, bindparam("name", type_=String))
_TOUCH = (
    update(AgentSession)
    .where(AgentSession.id == bindparam("of"))
    .values(last_activity_at=utc_now(), session_name=_NAMED, updated_at=utc_now())
)


@dataclass(frozen=True)
class LockedSession:
    """A chat that nobody else sends to until the transaction ends."""

    id: UUID
    user_id: UUID
    is_active: bool
    agent_name: str | None


def start_run(session_id: UUID, text: str, key: str) -> UUID:
    """Take a message and give the id of the run that will answer it.

    Where the chat waits for an approval, the message takes its place. A chat without a name gets
    its first words.

    `key` is one per sending: the same again gives the first run again. From the return on the
    message cannot be lost. Raises SessionGone, SessionInactive, RunAlreadyActive, TooManyRuns,
    CapReached.
    """
    try:
        with write_tx() as tx:
            session = lock_session(tx, session_id)
            said = [{"role": "user", "content": text}]
            return find_sent(tx, session_id, key) or queue_run(
                tx, session, said, key, name=first_words(text)
            )
    except IntegrityError as error:
        # The index that allows one active run has refused what the look before it has missed.
        raise RunAlreadyActive from error


def lock_session(tx: Session, session_id: UUID) -> LockedSession:
    """The chat, which nobody else sends to until the transaction ends. Raises SessionGone."""
    found = tx.connection().execute(_CHAT, {"session_id": session_id}).one_or_none()
    if found is None:
        raise SessionGone
    return LockedSession(*found)


def find_sent(tx: Session, session_id: UUID, key: str) -> UUID | None:
    """The run that the same sending has made before."""
    return tx.connection().scalar(_SENT, {"session_id": session_id, "key": key})


def queue_run(
    tx: Session,
    session: LockedSession,
    items: list[dict[str, Any]],
    key: str,
    *,
    instead_of: int | None = None,
    name: str | None = None,
) -> UUID:
    """Write a run that waits for its turn, and have it worked on after the commit.

    The turn that begins at the position `instead_of` gives way to it, with all after it. `name`
    is for a chat that has none.
    """
    if not session.is_active:
        raise SessionInactive
    make_way(tx, session)
    check_room(tx, session.user_id)
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
    tx.connection().execute(_QUEUE, run)
    tx.connection().execute(_TOUCH, {"of": session.id, "name": name})
    count_message(tx, session.user_id, session.agent_name)
    submit(tx, run_id)
    return run_id


def make_way(tx: Session, session: LockedSession) -> None:
    """See that the chat has no active run: one that waits for an approval is dismissed.

    Raises RunAlreadyActive for any other.
    """
    here = {"session_id": session.id}
    active = tx.connection().execute(_ACTIVE, here).one_or_none()
    if active is not None and active.status is RunStatus.PAUSED:
        # Held only now: who works on a run holds it, and may be waiting for the chat.
        active = tx.connection().execute(_HELD, here).one_or_none()
    if active is None:
        return
    if active.status is not RunStatus.PAUSED:
        raise RunAlreadyActive
    dismiss_run(tx, tx.get_one(AgentRun, active.id), WROTE_INSTEAD)
    tx.flush()


def check_room(tx: Session, user_id: UUID) -> None:
    """Raises TooManyRuns when the person, or everybody together, has as many as allowed.

    CapReached, when the person has used what they may use.
    """
    executor = current()
    if executor is None:
        return  # Nothing is worked on here; who works on it has its own limits.
    settings = executor.settings
    # Whoever sends for the same person waits here, so that two do not both count themselves in.
    connection = tx.connection()
    connection.execute(_PERSON, {"user_id": user_id})
    check_caps(tx, user_id, settings.usage_caps)
    everybodys, own = connection.execute(_COUNTS, {"user_id": user_id}).one()
    if own >= settings.max_runs_per_person or everybodys >= settings.max_runs:
        raise TooManyRuns
