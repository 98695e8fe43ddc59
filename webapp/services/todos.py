"""A person's own todos. Every function acts for one person, and finds nobody else's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.database import read_tx, utc_now, write_tx
from webapp.graphemes import is_blank
from webapp.models import TodoItem, User
from webapp.normal_forms import normalize
from webapp.services.facts import TodoAmbiguous, TodoExists, TodoGone, TodoRefused, TooManyTodos

MAX_TITLE = 200
MAX_NOTES = 10_000
MAX_TAGS = 10
MAX_TAG = 40
MAX_TODOS = 1_000


@dataclass(frozen=True)
class Todo:
    id: UUID
    title: str
    notes: str
    due_on: date | None
    tags: tuple[str, ...]
    done_at: datetime | None


class Kept:
    """Stands for a value that is not to be changed, where None means none."""


KEPT: Final = Kept()


def create_todo(
    user_id: UUID,
    title: str,
    *,
    notes: str = "",
    due_on: date | None = None,
    tags: Iterable[str] = (),
) -> Todo:
    """Raises TodoRefused, TodoExists (an open one of this title) or TooManyTodos."""
    title, notes, cleaned = _title(title), _notes(notes), _tags(tags)
    with write_tx() as tx:
        hold_person(tx, user_id)
        others = _all(tx, user_id)
        if len(others) >= MAX_TODOS:
            raise TooManyTodos
        _refuse_twice(title, others)
        row = TodoItem(user_id=user_id, title=title, notes=notes, due_on=due_on, tags=cleaned)
        tx.add(row)
        tx.flush()
        return _todo(row)


def list_todos(
    user_id: UUID, *, is_done: bool | None = None, due_by: date | None = None
) -> list[Todo]:
    """By their day; all, or the open or done ones, or those due on a day or before."""
    with read_tx() as tx:
        rows = tx.scalars(TodoItem.due_first(user_id)).all()
    return [
        _todo(row)
        for row in rows
        if (is_done is None or (row.done_at is not None) is is_done)
        and (due_by is None or (row.due_on is not None and row.due_on <= due_by))
    ]


def search_todos(user_id: UUID, words: str) -> list[Todo]:
    """Those that hold every word somewhere: in the title, the notes or the tags.

    A word such as `#home` is a whole tag.
    """
    wanted = _plain(words).split()
    found = []
    for todo in list_todos(user_id):
        tags = {f"#{_plain(tag)}" for tag in todo.tags}
        text = _plain(" ".join((todo.title, todo.notes, *todo.tags)))
        if all(word in tags or word in text for word in wanted):
            found.append(todo)
    return found


def find_todo(user_id: UUID, words: str) -> Todo:
    """The one that is meant by its title or a part of it; the open ones come first.

    Of several that were done under one title it is the last. Raises TodoGone for none, and
    TodoAmbiguous for several.
    """
    todos = list_todos(user_id)
    wanted = _plain(words)
    done = [(todo.done_at, todo) for todo in todos if todo.done_at]
    for group in (
        [todo for todo in todos if not todo.done_at],
        [todo for _at, todo in sorted(done, key=itemgetter(0), reverse=True)],
    ):
        same = [todo for todo in group if _plain(todo.title) == wanted]
        alike = same or [todo for todo in group if wanted and wanted in _plain(todo.title)]
        titles = {_plain(todo.title): todo.title for todo in alike}
        if len(titles) > 1:
            raise TodoAmbiguous(list(titles.values()))
        if alike:
            return alike[0]
    raise TodoGone


def change_todo(
    user_id: UUID,
    todo_id: UUID,
    *,
    title: str | None = None,
    notes: str | None = None,
    due_on: date | Kept | None = KEPT,
    tags: Iterable[str] | None = None,
) -> Todo:
    """Change what is given. Raises TodoGone, TodoRefused or TodoExists."""
    with write_tx() as tx:
        row = _own(tx, user_id, todo_id)
        if title is not None:
            row.title = _title(title)
            if row.done_at is None:
                _refuse_twice(row.title, _all(tx, user_id, but=row.id))
        if notes is not None:
            row.notes = _notes(notes)
        if not isinstance(due_on, Kept):
            row.due_on = due_on
        if tags is not None:
            row.tags = _tags(tags)
        return _todo(row)


def complete_todo(user_id: UUID, todo_id: UUID) -> None:
    """Done is done: once more changes nothing. Raises TodoGone."""
    with write_tx() as tx:
        row = _own(tx, user_id, todo_id)
        if row.done_at is None:
            row.done_at = utc_now()


def reopen_todo(user_id: UUID, todo_id: UUID) -> None:
    """Raises TodoGone, or TodoExists where there is an open one of this title by now."""
    with write_tx() as tx:
        row = _own(tx, user_id, todo_id)
        if row.done_at is not None:
            _refuse_twice(row.title, _all(tx, user_id, but=row.id))
            row.done_at = None


def check_title(tx: Session, user_id: UUID, title: str) -> None:
    """Raises TodoExists where there is an open todo of this title. The person is held."""
    _refuse_twice(title, _all(tx, user_id))


def hold_person(tx: Session, user_id: UUID) -> None:
    """Have the person's todos to oneself: of two equal titles, the second must see the first."""
    tx.execute(User.hold(user_id))


def _own(tx: Session, user_id: UUID, todo_id: UUID) -> TodoItem:
    hold_person(tx, user_id)
    row = tx.scalar(TodoItem.owned_by(user_id).where(TodoItem.id == todo_id).with_for_update())
    if row is None:
        raise TodoGone
    return row


def _all(tx: Session, user_id: UUID, but: UUID | None = None) -> list[TodoItem]:
    with tx.no_autoflush:
        rows = tx.scalars(TodoItem.owned_by(user_id)).all()
    return [row for row in rows if row.id != but]


def _refuse_twice(title: str, others: list[TodoItem]) -> None:
    if any(row.done_at is None and _plain(row.title) == _plain(title) for row in others):
        raise TodoExists(title)


def _title(given: str) -> str:
    title = " ".join(_clean(given).split())
    if is_blank(title):
        raise TodoRefused("A todo needs a title.")
    if len(title) > MAX_TITLE:
        raise TodoRefused(f"A title has at most {MAX_TITLE} characters.")
    return title


def _notes(given: str) -> str:
    if len(given) > MAX_NOTES:
        raise TodoRefused(f"Notes have at most {MAX_NOTES:,} characters.")
    return _clean(given).strip()


def _tags(given: Iterable[str]) -> list[str]:
    tags = list(dict.fromkeys(tag for tag in map(_tag, given) if not is_blank(tag)))
    if len(tags) > MAX_TAGS:
        raise TodoRefused(f"A todo has at most {MAX_TAGS} tags.")
    if any(len(tag) > MAX_TAG for tag in tags):
        raise TodoRefused(f"A tag has at most {MAX_TAG} characters.")
    return tags


def _tag(given: str) -> str:
    return "-".join(_clean(given).strip().lstrip("#").casefold().split())


def _clean(text: str) -> str:
    """Without what PostgreSQL cannot store: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _plain(text: str) -> str:
    """For comparing: case and the form of letters make no difference."""
    return " ".join(normalize("NFKC", text).casefold().split())


def _todo(row: TodoItem) -> Todo:
    return Todo(row.id, row.title, row.notes, row.due_on, tuple(row.tags), row.done_at)
