"""Every message that is meant, for a file; the people learn of it before their words leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from webapp.database import read_tx, write_tx
from webapp.models import SessionMessage, User
from webapp.services.audit import record_audit
from webapp.services.message_filters import MessageFilters
from webapp.services.message_viewer import MessageRow, list_messages
from webapp.services.reading import MESSAGES_EXPORTED, check_admin, record_reading

CHUNK = 200
WINDOW_SECONDS = 2.0


@dataclass(frozen=True)
class ExportedMessage:
    row: MessageRow
    email: str
    content: str
    item: str
    """Its JSON as stored, without a line break; empty for a row written by hand."""


def begin_export(
    reader_id: UUID, filters: MessageFilters, reason: str, kind: str, *, address: str | None = None
) -> None:
    """Write down who exports what, and why."""
    chosen = {name: str(value) for name, value in vars(filters).items() if value not in ("", None)}
    with write_tx() as tx:
        record_audit(
            tx, "messages.exported", reader_id, None, address, reason=reason, kind=kind, **chosen
        )


def export_messages(
    reader_id: UUID, filters: MessageFilters, reason: str, *, address: str | None = None
) -> Iterator[ExportedMessage]:
    """The messages, newest first, read a part at a time: no transaction is open in between.

    For each person it is written down before the first of their words is given out. Raises
    ReadingOff in the middle, when the reader is an admin no more: the file stays incomplete.
    """
    before: UUID | None = None
    told: set[UUID] = set()
    while True:
        check_admin(reader_id)
        page = list_messages(filters, before, limit=CHUNK, budget=WINDOW_SECONDS)
        new = {row.user_id for row in page.rows} - told
        record_reading(reader_id, dict.fromkeys(new, 0), reason, MESSAGES_EXPORTED, address)
        told |= new
        yield from _complete(page.rows)
        if page.before is None:
            return
        before = page.before


def _complete(rows: list[MessageRow]) -> list[ExportedMessage]:
    with read_tx() as tx:
        texts = {
            key: (content, item or "")
            for key, content, item in tx.execute(
                select(SessionMessage.id, SessionMessage.content, SessionMessage.extra_data).where(
                    SessionMessage.id.in_([row.id for row in rows])
                )
            )
        }
        people = {row.user_id for row in rows}
        found = tx.execute(select(User.id, User.email).where(User.id.in_(people)))
        emails = {user_id: email for user_id, email in found}  # noqa: C416 - a Row is no pair
    return [
        ExportedMessage(row, emails.get(row.user_id, ""), *texts[row.id])
        for row in rows
        if row.id in texts
    ]
