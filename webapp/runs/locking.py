"""A chat that is held while something is begun in it, and what is found there then."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select, true
from sqlalchemy.orm import Session, aliased

from webapp.models import AgentRun, AgentSession, RunStatus, UsageCap, User
from webapp.runs.dismissing import WROTE_INSTEAD, dismiss_run
from webapp.runs.executor import current
from webapp.services.caps import COLUMNS as CAPS
from webapp.services.caps import Caps, check_caps
from webapp.services.facts import RunAlreadyActive, SessionGone, TooManyRuns


def _in_chat(run: type[AgentRun]) -> ColumnElement[bool]:
    return run.session_id == bindparam("session_id")


# Built once, and of columns: that costs more than the database takes for them.
_LOCK = (
    # The person's row too: whoever sends for the same person waits, so that two do not both count
    # themselves in.
    select(AgentSession.id, AgentSession.user_id, AgentSession.is_active)
    .add_columns(AgentSession.agent_name, AgentSession.session_name)
    .select_from(User)
    .join(AgentSession, AgentSession.user_id == User.id)
    .where(AgentSession.id == bindparam("session_id"), AgentSession.is_present)
    .with_for_update(key_share=True)
)
_ACTIVE = (
    select(AgentRun)
    .where(_in_chat(AgentRun), AgentRun.is_active)
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)
_sent, _active = aliased(AgentRun), aliased(AgentRun)
_at_work = (
    select(func.count(), func.count().filter(AgentSession.user_id == bindparam("user_id")))
    .select_from(AgentRun)
    .join(AgentSession, AgentSession.id == AgentRun.session_id)
    .where(AgentRun.is_active, AgentRun.status != RunStatus.PAUSED)
    .subquery()
)
_LOOK = (
    select(_sent.id, _active.status, *_at_work.columns, *CAPS)
    .select_from(User)
    .join(_at_work, true())
    .join(UsageCap, UsageCap.user_id == User.id, isouter=True)
    .join(_sent, _in_chat(_sent) & (_sent.idempotency_key == bindparam("key")), isouter=True)
    .join(_active, _in_chat(_active) & _active.is_active, isouter=True)
    .where(User.id == bindparam("user_id"))
)


@dataclass(frozen=True)
class LockedSession:
    """A chat that nobody else sends to until the transaction ends, and what was found there.

    In the order of the two statements above.
    """

    id: UUID
    user_id: UUID
    is_active: bool
    agent_name: str | None
    session_name: str | None
    sent_id: UUID | None
    """The run that the same sending has made before."""
    active: RunStatus | None
    """How far its active run is."""
    at_work: int
    """How many runs are queued or running, of everybody's …"""
    own_at_work: int
    """… and of the person's, who cannot begin another before the transaction ends."""
    caps: Caps


def lock_session(tx: Session, session_id: UUID, key: str | None = None) -> LockedSession:
    """The chat, which nobody else sends to until the transaction ends. Raises SessionGone."""
    connection = tx.connection()
    chat = connection.execute(_LOCK, {"session_id": session_id}).one_or_none()
    if chat is None:
        raise SessionGone
    # A statement of its own: what whoever was waited for has done is seen by the next one only.
    look = {"session_id": session_id, "user_id": chat.user_id, "key": key}
    found = connection.execute(_LOOK, look).one()
    return LockedSession(*(*chat, *found[:4], found[4:]))


def make_way(tx: Session, session: LockedSession) -> None:
    """See that the chat has no active run: one that waits for an approval is dismissed.

    Raises RunAlreadyActive for any other.
    """
    if session.active is None:
        return
    if session.active is not RunStatus.PAUSED:
        raise RunAlreadyActive
    # Not waited for: whoever decides on it or stops it in this moment may be waiting for the chat.
    run = tx.scalar(_ACTIVE, {"session_id": session.id})
    if run is None or run.status is not RunStatus.PAUSED:
        raise RunAlreadyActive
    dismiss_run(tx, run, WROTE_INSTEAD)
    tx.flush()


def check_room(tx: Session, session: LockedSession) -> None:
    """Raises TooManyRuns when the person, or everybody together, has as many as allowed.

    CapReached, when the person has used what they may use.
    """
    executor = current()
    if executor is None:
        return  # Nothing is worked on here; who works on it has its own limits.
    settings = executor.settings
    check_caps(tx, session.user_id, session.caps, settings.usage_caps)
    if session.own_at_work >= settings.max_runs_per_person or session.at_work >= settings.max_runs:
        raise TooManyRuns
