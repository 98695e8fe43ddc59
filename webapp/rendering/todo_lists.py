"""A person's todos as their page shows them: what is open, what is done, and when it is due."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from webapp.services.todos import Todo, list_todos


@dataclass(frozen=True)
class TodoLine:
    todo: Todo
    due: str
    """A day in words; empty where there is none."""
    is_late: bool


@dataclass(frozen=True)
class TodoLists:
    open: tuple[TodoLine, ...]
    done: tuple[TodoLine, ...]
    """What was done last comes first."""


def load_todo_lists(user_id: UUID, today: date) -> TodoLists:
    """`today` is the day in the person's own zone."""
    todos = list_todos(user_id)
    done = [todo for todo in todos if todo.done_at]
    done.sort(key=lambda todo: todo.done_at.timestamp() if todo.done_at else 0, reverse=True)
    return TodoLists(
        open=tuple(_line(todo, today) for todo in todos if not todo.done_at),
        done=tuple(_line(todo, today) for todo in done),
    )


def _line(todo: Todo, today: date) -> TodoLine:
    due = due_in_words(todo.due_on, today) if todo.due_on else ""
    is_late = todo.due_on is not None and todo.due_on < today and todo.done_at is None
    return TodoLine(todo, due, is_late)


def due_in_words(day: date, today: date) -> str:
    near = {today - timedelta(days=1): "Yesterday", today: "Today"}
    near[today + timedelta(days=1)] = "Tomorrow"
    if day in near:
        return near[day]
    if today < day < today + timedelta(days=7):
        return f"{day:%A}"
    words = f"{day:%a}, {day.day} {day:%b}"
    return words if day.year == today.year else f"{words} {day.year}"
