"""Bringing chats in again, from files that `rendering.exports` wrote or somebody else did.

A file is checked before anything of it is stored, and each chat comes in whole or not at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO
from uuid import UUID, uuid4
from zipfile import ZipFile, ZipInfo

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from webapp.database import UtcDateTime, write_tx
from webapp.database_session import append_items
from webapp.models import AgentSession, SessionMessage, User
from webapp.services.chat_file import ChatRefused, ReadChat, ReadMessage, read_chat
from webapp.services.facts import AccountGone
from webapp.services.sessions import NAMELESS, is_name_taken

MAX_CHAT = 20_000_000
"""Bytes of one chat."""
MAX_CHATS = 10_000
MAX_ALL = 1_000_000_000
"""Bytes of all the chats of an archive, unpacked."""


@dataclass(frozen=True)
class ImportedChat:
    id: UUID
    name: str
    message_count: int


@dataclass(frozen=True)
class RefusedFile:
    name: str
    reason: str
    """The end of a sentence: it is not JSON."""


@dataclass(frozen=True)
class ImportReport:
    imported: tuple[ImportedChat, ...]
    refused: tuple[RefusedFile, ...]


def import_file(user_id: UUID, name: str, file: BinaryIO) -> ImportReport:
    """Bring in the chat of a JSON file, or those of an archive's JSON files."""
    imported: list[ImportedChat] = []
    refused: list[RefusedFile] = []
    for part in _parts(name, file):
        if isinstance(part, RefusedFile):
            refused.append(part)
            continue
        part_name, data = part
        try:
            imported.append(import_chat(user_id, data))
        except ChatRefused as reason:
            refused.append(RefusedFile(part_name, str(reason)))
    return ImportReport(tuple(imported), tuple(refused))


def import_chat(user_id: UUID, data: bytes) -> ImportedChat:
    """Store the chat of a JSON file as the person's. Raises ChatRefused, AccountGone."""
    if len(data) > MAX_CHAT:
        raise ChatRefused("it is too large")
    chat = read_chat(data)
    with write_tx() as tx:
        # Into an account that is being deleted nothing comes any more, or that would never end.
        if tx.scalar(User.hold(user_id).where(User.is_active)) is None:
            raise AccountGone
        row = AgentSession(user_id=user_id, **chat.session)
        if is_name_taken(tx, user_id, row.session_id):
            # Theirs from before: both are kept, and a program goes on with the first.
            row.session_id = uuid4().hex
        tx.add(row)
        tx.flush()
        try:
            append_items(tx, row.id, [message.item for message in chat.messages])
        except (TypeError, ValueError):
            raise ChatRefused("one of its messages cannot be stored") from None
        _set_names_and_times(tx, row.id, chat)
    return ImportedChat(row.id, row.session_name or NAMELESS, len(chat.messages))


def _parts(name: str, file: BinaryIO) -> Iterator[tuple[str, bytes] | RefusedFile]:
    """The JSON texts in the file, each with the name of its own file."""
    if file.read(4) != b"PK\x03\x04":
        file.seek(0)
        yield name, file.read(MAX_CHAT + 1)
        return
    try:
        opened = ZipFile(file)
    except Exception:  # noqa: BLE001 - the library lets through what each place of a file can cause
        yield RefusedFile(name, "it is a damaged archive")
        return
    with opened:
        yield from _members(opened)


def _members(opened: ZipFile) -> Iterator[tuple[str, bytes] | RefusedFile]:
    members = [member for member in opened.infolist() if member.filename.endswith(".json")]
    size = 0
    for number, member in enumerate(members):
        if number >= MAX_CHATS or size > MAX_ALL:
            left = len(members) - number
            yield RefusedFile(member.filename, f"the archive holds too much: {left} are left out")
            return
        part = _unpacked(opened, member)
        size += len(part[1]) if isinstance(part, tuple) else 0
        yield part


def _unpacked(opened: ZipFile, member: ZipInfo) -> tuple[str, bytes] | RefusedFile:
    try:
        with opened.open(member) as file:
            return member.filename, file.read(MAX_CHAT + 1)
    except Exception:  # noqa: BLE001 - each way to pack has errors of its own
        return RefusedFile(member.filename, "it cannot be unpacked")


def _set_names_and_times(tx: Session, session_id: UUID, chat: ReadChat) -> None:
    """What appending gave to all alike, as the file has it."""
    now = datetime.now(UTC)

    def values(position: int, message: ReadMessage) -> dict[str, Any]:
        return {"at_position": position, "at": message.at or now, "agent": message.agent_name}

    table: Any = SessionMessage.__table__
    if chat.messages:
        tx.connection().execute(
            update(table)
            .where(table.c.session_id == session_id, table.c.position == bindparam("at_position"))
            .values(created_at=bindparam("at", type_=UtcDateTime()), agent_name=bindparam("agent")),
            [values(position, message) for position, message in enumerate(chat.messages, 1)],
        )
    if chat.last_activity_at:
        tx.execute(
            update(AgentSession)
            .where(AgentSession.id == session_id)
            .values(last_activity_at=chat.last_activity_at)
        )
