"""For how long a deletion can be taken back, and from when on what was deleted is removed."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

UNDO_SECONDS = 30
"""How long a deletion is offered to be undone."""
_LATE = timedelta(seconds=10)
"""For whoever presses Undo in the last moment."""

DeletedAt = InstrumentedAttribute[datetime | None]


def can_be_undone(deleted_at: DeletedAt) -> ColumnElement[bool]:
    return deleted_at >= _now() - timedelta(seconds=UNDO_SECONDS) - _LATE


def is_past_undoing(deleted_at: DeletedAt) -> ColumnElement[bool]:
    # A moment after the other: what is being taken back is not removed meanwhile.
    return deleted_at < _now() - timedelta(seconds=UNDO_SECONDS) - 2 * _LATE


def _now() -> datetime:
    return datetime.now(UTC)
