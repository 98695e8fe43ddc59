"""Reading another person's chats: with a reason, written down, and shown to the person.

The audit is what says who may read: a reason opens one chat, or the list of all messages, for an
hour, and there is nothing else that could.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, AuditEntry, User
from webapp.models.columns import id_at
from webapp.services.audit import record_audit
from webapp.services.facts import ReadingOff, ReasonNeeded, SessionGone
from webapp.services.sessions import NAMELESS

LASTS = timedelta(hours=1)
MAX_REASON = 200

CHAT_READ = "reading.chat"
LIST_OPENED = "reading.list"
MESSAGES_LISTED = "reading.messages_listed"
MESSAGES_EXPORTED = "reading.messages_exported"
SHOWN = (CHAT_READ, MESSAGES_LISTED, MESSAGES_EXPORTED)
"""What the person is shown."""


@dataclass(frozen=True)
class Reading:
    """One time that somebody read a person's words."""

    reader: str
    """A name, or "A deleted account"."""
    action: str
    session_id: UUID | None
    """The chat, while it is there."""
    session_name: str
    count: int
    reason: str
    at: datetime


def open_chat(
    reader_id: UUID, session_id: UUID, reason: str, *, address: str | None = None
) -> None:
    """Write down that, and why, `reader_id` reads the chat for an hour. Raises SessionGone."""
    with write_tx() as tx:
        owner_id = tx.scalar(_owner(session_id))
        if owner_id is None:
            raise SessionGone
        record_audit(
            tx, CHAT_READ, reader_id, owner_id, address, session=session_id.hex, reason=reason
        )


def open_list(reader_id: UUID, reason: str, *, address: str | None = None) -> None:
    """Write down that, and why, `reader_id` reads the list of messages for an hour."""
    with write_tx() as tx:
        record_audit(tx, LIST_OPENED, reader_id, None, address, reason=reason)


def check_chat_open(reader_id: UUID, session_id: UUID) -> None:
    """Raises SessionGone, or ReasonNeeded where a reason has to be given first."""
    with read_tx() as tx:
        owner_id = tx.scalar(_owner(session_id))
        if owner_id is None:
            raise SessionGone
        if owner_id != reader_id and session_id not in _open_chats(tx, reader_id):
            raise ReasonNeeded


def check_admin(reader_id: UUID) -> None:
    """Raises ReadingOff for who is an admin no more, or has been disabled."""
    with read_tx() as tx:
        reader = tx.get(User, reader_id)
        if reader is None or not (reader.is_admin and reader.is_active):
            raise ReadingOff


def list_reason(reader_id: UUID) -> str | None:
    """Why the reader reads the list of messages now; None where no reason holds."""
    with read_tx() as tx:
        return _last_reason(tx, reader_id, LIST_OPENED)


def last_reason(reader_id: UUID) -> str:
    """What the reader said within the hour, to be offered again; empty when nothing."""
    with read_tx() as tx:
        return _last_reason(tx, reader_id, CHAT_READ, LIST_OPENED) or ""


def record_reading(
    reader_id: UUID,
    counts: Mapping[UUID, int],
    reason: str,
    action: str = MESSAGES_LISTED,
    address: str | None = None,
) -> None:
    """Write down how many messages of whom are about to be shown; one's own need no word.

    A count of 0 says that it is not known beforehand.
    """
    others = {owner_id: count for owner_id, count in counts.items() if owner_id != reader_id}
    if not others:
        return
    with write_tx() as tx:
        for owner_id, count in others.items():
            record_audit(tx, action, reader_id, owner_id, address, count=count, reason=reason)


def list_readings(user_id: UUID, before: UUID | None = None, limit: int = 50) -> list[AuditEntry]:
    """The entries about the person's words, newest first."""
    entries = (
        select(AuditEntry)
        .where(
            AuditEntry.subject_id == user_id,
            AuditEntry.action.in_(SHOWN),
            AuditEntry.actor_id.is_distinct_from(user_id),
        )
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if before is not None:
        entries = entries.where(AuditEntry.id < before)
    with read_tx() as tx:
        return list(tx.scalars(entries))


def describe_readings(entries: list[AuditEntry], user_id: UUID) -> list[Reading]:
    """The same in words: names for ids, as far as they are still there."""
    with read_tx() as tx:
        readers = _names(tx, {entry.actor_id for entry in entries if entry.actor_id})
        chats = {
            chat.id: chat.session_name or NAMELESS
            for chat in tx.execute(_chats(user_id, [_chat_of(entry) for entry in entries]))
        }
    return [
        Reading(
            reader=readers.get(entry.actor_id, "A deleted account"),
            action=entry.action,
            session_id=chat_id if (chat_id := _chat_of(entry)) in chats else None,
            session_name=chats.get(chat_id, "A deleted chat"),
            count=int(entry.detail.get("count", 0)),
            reason=str(entry.detail.get("reason", "")),
            at=entry.created_at,
        )
        for entry in entries
    ]


def _open_chats(tx: Session, reader_id: UUID) -> set[UUID]:
    details = tx.scalars(_recent(reader_id, CHAT_READ).with_only_columns(AuditEntry.detail))
    return {UUID(detail["session"]) for detail in details}


def _last_reason(tx: Session, reader_id: UUID, *actions: str) -> str | None:
    entry = tx.scalar(_recent(reader_id, *actions).order_by(AuditEntry.id.desc()).limit(1))
    return str(entry.detail["reason"]) if entry is not None else None


def _recent(reader_id: UUID, *actions: str) -> Select[AuditEntry]:
    return select(AuditEntry).where(
        AuditEntry.action.in_(actions),
        AuditEntry.id >= id_at(datetime.now(UTC) - LASTS),
        AuditEntry.actor_id == reader_id,
    )


def _names(tx: Session, ids: set[UUID]) -> dict[UUID | None, str]:
    found = tx.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    return {user_id: name for user_id, name in found}  # noqa: C416 - a Row is no pair


def _owner(session_id: UUID) -> Select[UUID]:
    return select(AgentSession.user_id).where(
        AgentSession.id == session_id, AgentSession.is_present
    )


def _chats(user_id: UUID, ids: list[UUID | None]) -> Select[UUID, str | None]:
    return select(AgentSession.id, AgentSession.session_name).where(
        AgentSession.user_id == user_id,
        AgentSession.is_present,
        AgentSession.id.in_([key for key in ids if key]),
    )


def _chat_of(entry: AuditEntry) -> UUID | None:
    session = entry.detail.get("session")
    return UUID(session) if isinstance(session, str) else None
