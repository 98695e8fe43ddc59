"""Deleting a todo: gone at once, back for a moment if wished, then for good."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Select, delete, select

from webapp.database import read_tx, write_tx
from webapp.models import TodoItem
from webapp.services.facts import TodoGone
from webapp.services.todos import check_title, hold_person
from webapp.services.undoing import can_be_undone, is_past_undoing

AT_ONCE = 1_000


def delete_todo(user_id: UUID, todo_id: UUID) -> None:
    """Hide the todo from everybody. Raises TodoGone."""
    with write_tx() as tx:
        row = tx.scalar(TodoItem.owned_by(user_id).where(TodoItem.id == todo_id).with_for_update())
        if row is None:
            raise TodoGone
        row.deleted_at = datetime.now(UTC)


def restore_todo(user_id: UUID, todo_id: UUID) -> None:
    """Take the deletion back.

    Raises TodoGone when that is too late, TodoExists where there is an open one of this title by
    now.
    """
    with write_tx() as tx:
        hold_person(tx, user_id)
        row = tx.scalar(_restorable(user_id, todo_id).with_for_update())
        if row is None:
            raise TodoGone
        if row.done_at is None:
            check_title(tx, user_id, row.title)
        row.deleted_at = None


def find_deleted_todo(user_id: UUID, todo_id: UUID) -> TodoItem | None:
    """A todo of the person's whose deletion can be undone."""
    with read_tx() as tx:
        return tx.scalar(_restorable(user_id, todo_id))


def purge_deleted_todos() -> int:
    """Remove for good what can no longer be taken back, AT_ONCE at most; how many."""
    # Before the turn to write: all todos are gone through for it.
    with read_tx() as tx:
        old = select(TodoItem.id).where(is_past_undoing(TodoItem.deleted_at))
        ids = list(tx.scalars(old.limit(AT_ONCE)))
    if ids:
        with write_tx() as tx:
            tx.execute(delete(TodoItem).where(TodoItem.id.in_(ids)))
    return len(ids)


def _restorable(user_id: UUID, todo_id: UUID) -> Select[TodoItem]:
    own = TodoItem.user_id == user_id, TodoItem.id == todo_id
    return select(TodoItem).where(*own, can_be_undone(TodoItem.deleted_at))
