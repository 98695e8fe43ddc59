"""A chat that begins with what was said in another."""

from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from webapp.database import utc_now, write_tx
from webapp.models import AgentRun, AgentSession, MessageRole, SessionMessage
from webapp.services.facts import MessageGone, RunAlreadyActive, SessionGone
from webapp.services.sessions import MAX_NAME, NAMELESS

SUFFIX = " (fork)"
_COPIED = (
    SessionMessage.role,
    SessionMessage.content,
    SessionMessage.tool_call_id,
    SessionMessage.tool_name,
    SessionMessage.agent_name,
    SessionMessage.extra_data,
    SessionMessage.created_at,
    SessionMessage.updated_at,
)


def fork_session(
    session_id: UUID, position: int | None = None, agent_name: str | None = None
) -> UUID:
    """Make a chat of the same person with the history up to the turn that holds `position`.

    Without a position it is the whole history, but for a turn that has not ended. It is with
    `agent_name`, or with the agent of the first. Raises SessionGone, MessageGone, and
    RunAlreadyActive where the turn itself has not ended.
    """
    here = SessionMessage.current_in(session_id)
    with write_tx() as tx:
        # Whoever adds to it, takes from it or deletes it waits, so that all that follows sees one
        # state.
        source = select(AgentSession).where(AgentSession.id == session_id, AgentSession.is_present)
        first = tx.scalar(source.with_for_update(read=True))
        if first is None:
            raise SessionGone
        rows = tx.execute(
            select(*_COPIED)
            .where(here, SessionMessage.position < _end(tx, session_id, position))
            .order_by(SessionMessage.position)
        ).mappings()
        copies = [dict(row, id=uuid7(), position=at) for at, row in enumerate(rows, 1)]
        name = first.session_name or NAMELESS
        fork = AgentSession(
            session_id=uuid4().hex,
            user_id=first.user_id,
            session_name=name[: MAX_NAME - len(SUFFIX)] + SUFFIX,
            description=first.description,
            agent_name=agent_name or first.agent_name,
            agent_instructions=first.agent_instructions,
            forked_from_id=first.id,
            next_position=len(copies) + 1,
            last_activity_at=utc_now(),
        )
        tx.add(fork)
        tx.flush()
        if copies:
            tx.execute(insert(SessionMessage), [copy | {"session_id": fork.id} for copy in copies])
        return fork.id


def _end(tx: Session, session_id: UUID, position: int | None) -> int:
    """What is before this is taken along: whole turns, which have ended."""
    here = SessionMessage.current_in(session_id)
    everything = 1 + (_edge(tx, func.max(SessionMessage.position), here) or 0)
    active = select(AgentRun.id).where(AgentRun.session_id == session_id, AgentRun.is_active)
    of_active = here & SessionMessage.run_id.in_(active)
    working = _edge(tx, func.min(SessionMessage.position), of_active)
    if position is None:
        return working or everything
    end = _end_of_turn(tx, session_id, position) or everything
    if working is not None and working < end:
        raise RunAlreadyActive
    return end


def _end_of_turn(tx: Session, session_id: UUID, position: int) -> int | None:
    """Where the next turn begins; None where there is none."""
    here = SessionMessage.current_in(session_id)
    found = tx.execute(
        select(SessionMessage.run_id).where(here, SessionMessage.position == position)
    ).one_or_none()
    if found is None:
        raise MessageGone
    begins = func.min(SessionMessage.position)
    later = here & (SessionMessage.position > position)
    if found.run_id is not None:
        return _edge(tx, begins, later & SessionMessage.run_id.is_distinct_from(found.run_id))
    by_person = SessionMessage.role == MessageRole.USER
    answered = _edge(tx, begins, here & (SessionMessage.position >= position) & ~by_person)
    if answered is None:
        return None
    begun = by_person | SessionMessage.run_id.is_not(None)
    return _edge(tx, begins, here & (SessionMessage.position > answered) & begun)


def _edge(tx: Session, edge: ColumnElement[int], rows: ColumnElement[bool]) -> int | None:
    return tx.scalar(select(edge).where(rows))
