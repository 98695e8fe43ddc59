"""A person's chats: made, renamed, pinned, put aside, taken back."""

from contextlib import suppress
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from webapp.database import UNREACHABLE, read_tx, utc_now, write_once, write_tx
from webapp.graphemes import cut, is_blank
from webapp.models import AgentRun, AgentSession, SessionMessage, User
from webapp.services.facts import SessionGone

NAMELESS = "New chat"
"""What a chat without a name is called."""
MAX_NAME = 200
MAX_FIRST_NAME = 60
MAX_DESCRIPTION = 500
MAX_INSTRUCTIONS = 20_000

_SEEN = (
    update(AgentSession)
    .where(AgentSession.id == bindparam("seen_id"), ~AgentSession.is_seen)
    # Looking changes nothing that others would want to know of.
    .values(seen_at=utc_now(), updated_at=AgentSession.updated_at)
)
"""Built once: that costs more than the database takes for it. A parameter may not be named as a
column."""


def create_session(user_id: UUID, agent_name: str | None, session_id: str | None = None) -> UUID:
    """Make a chat, or give the person's still empty one again, with this agent.

    With a `session_id` of the caller's, the same one again gives the same chat again.
    """
    with write_tx() as tx:
        if session_id is not None:
            # Who gives a name back holds the person: wait before there is a row to wait for.
            person = select(User.id).where(User.id == user_id)
            tx.execute(person.with_for_update(read=True))
            return _named(tx, user_id, agent_name, session_id)
        empty = tx.scalar(_empty(user_id).with_for_update(skip_locked=True))
        if empty is None:
            return _named(tx, user_id, agent_name, uuid4().hex)
        empty.agent_name = agent_name
        empty.last_activity_at = utc_now()
        return empty.id


def has_session(user_id: UUID, session_id: str) -> bool:
    """Whether a chat of the person's is called so for programs."""
    with read_tx() as tx:
        return is_name_taken(tx, user_id, session_id)


def discard_session(user_id: UUID, session_id: UUID) -> None:
    """Remove a chat of the person's in which nothing was said after all; any other stays."""
    with write_tx() as tx:
        # Whoever says something holds the person: what was said meanwhile is seen below.
        tx.execute(User.hold(user_id))
        own = AgentSession.id == session_id, AgentSession.user_id == user_id
        tx.execute(delete(AgentSession).where(*own, _nothing_said()))


def rename_session(session_id: UUID, name: str) -> None:
    """Raises SessionGone."""
    _change(session_id, session_name=name)


def change_session_settings(
    session_id: UUID, *, agent_name: str | None, description: str, instructions: str
) -> None:
    """Say who answers from the next message on, and what is told beside. Raises SessionGone."""
    _change(
        session_id,
        agent_name=agent_name,
        description=description or None,
        agent_instructions=instructions or None,
    )


def first_words(text: str) -> str | None:
    """The beginning of the first line, cut between words; None where there are none."""
    words = " ".join(next((line for line in text.splitlines() if line.strip()), "").split())
    if is_blank(words):
        return None
    if len(words) <= MAX_FIRST_NAME:
        return words
    beginning = cut(words, MAX_FIRST_NAME - 1)
    whole = beginning.rpartition(" ")[0]
    # Where words are long, or are written without spaces, hardly anything might be left.
    return (whole if len(whole) > MAX_FIRST_NAME // 2 else beginning) + "…"


def deactivate_session(session_id: UUID) -> None:
    """From here on the chat can be read, and takes no messages. Raises SessionGone."""
    _change(session_id, is_active=False)


def activate_session(session_id: UUID) -> None:
    """Raises SessionGone."""
    _change(session_id, is_active=True)


def pin_session(session_id: UUID, *, is_pinned: bool) -> None:
    """A pinned chat stands above the others. Raises SessionGone."""
    _change(session_id, pinned_at=utc_now() if is_pinned else None)


def mark_seen(session_id: UUID) -> None:
    """Its owner has it before them, with all that came so far; nothing where that is known."""
    # Reading must not fail where this cannot be written.
    with suppress(*UNREACHABLE), write_once() as connection:
        connection.execute(_SEEN, {"seen_id": session_id})


def is_name_taken(tx: Session, user_id: UUID, session_id: str) -> bool:
    """Whether a chat of the person's is called so for programs.

    It stays so for whoever holds the person's row: nobody makes a chat of theirs meanwhile.
    """
    same = AgentSession.user_id == user_id, AgentSession.session_id == session_id
    return tx.scalars(select(exists().where(*same))).one()


def _change(session_id: UUID, **values: object) -> None:
    change = update(AgentSession).where(AgentSession.id == session_id).values(**values)
    with write_tx() as tx:
        if tx.scalar(change.returning(AgentSession.id)) is None:
            raise SessionGone


def _named(tx: Session, user_id: UUID, agent_name: str | None, session_id: str) -> UUID:
    insert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
    new = insert(AgentSession).values(user_id=user_id, session_id=session_id, agent_name=agent_name)
    # One that is there is held, changing nothing: looked for afterwards, it could be deleted.
    held = new.on_conflict_do_update(
        index_elements=["user_id", "session_id"], set_={"updated_at": AgentSession.updated_at}
    )
    return tx.scalars(held.returning(AgentSession.id)).one()


def _empty(user_id: UUID) -> Select[AgentSession]:
    return (
        AgentSession.owned_by(user_id)
        .where(AgentSession.is_active, AgentSession.session_name.is_(None))
        .where(_nothing_said())
        .order_by(AgentSession.id.desc())
        .limit(1)
    )


def _nothing_said() -> ColumnElement[bool]:
    has_messages = exists().where(SessionMessage.session_id == AgentSession.id)
    has_runs = exists().where(AgentRun.session_id == AgentSession.id)
    return and_(~has_messages, ~has_runs)
