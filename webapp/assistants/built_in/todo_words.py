"""Todos in sentences: for the person, by way of the model."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from agents import RunContextWrapper

from webapp.assistants.built_in.dates import UnknownDate, say_date
from webapp.assistants.context import ChatContext
from webapp.services.facts import TodoAmbiguous, TodoExists, TodoGone, TodoRefused, TooManyTodos
from webapp.services.time_zones import zone_named
from webapp.services.todos import MAX_TODOS, Todo

MAX_LISTED = 100
MAX_NAMED = 10

Arguments = ParamSpec("Arguments")
Context = TypeVar("Context", bound=RunContextWrapper[ChatContext])
Tool = Callable[Concatenate[Context, Arguments], str]


def today_of(person: ChatContext) -> date:
    """The date where the person is."""
    return datetime.now(UTC).astimezone(zone_named(person.time_zone)).date()


def say_todo(todo: Todo, today: date) -> str:
    """Such as "grocery shopping, due tomorrow, Friday 27 November 2026 #home"."""
    due = f", due {say_date(todo.due_on, today)}" if todo.due_on else ""
    late = " (late)" if todo.due_on and todo.due_on < today and not todo.done_at else ""
    done = " (done)" if todo.done_at else ""
    tags = "".join(f" #{tag}" for tag in todo.tags)
    return f"{todo.title}{due}{late}{done}{tags}"


def say_todos(todos: Sequence[Todo], today: date) -> str:
    """A line each, with the notes; empty for none."""
    lines = []
    for todo in todos[:MAX_LISTED]:
        notes = f": {' '.join(todo.notes.split())}" if todo.notes else ""
        lines.append(f"- {say_todo(todo, today)}{notes}")
    if len(todos) > MAX_LISTED:
        lines.append(f"- … and {len(todos) - MAX_LISTED} more")
    return "\n".join(lines)


def tell_person(tool: Tool[Context, Arguments]) -> Tool[Context, Arguments]:
    """Let a tool say in a sentence why it could not do what it was asked."""

    @wraps(tool)
    def telling(context: Context, *args: Arguments.args, **kwargs: Arguments.kwargs) -> str:
        try:
            return tool(context, *args, **kwargs)
        except (TodoRefused, UnknownDate) as error:
            return f"Not done: {error}"
        except TodoGone:
            return "Not done: there is no such todo."
        except TodoExists as error:
            return f"Not done: there is an open todo “{error}” already."
        except TodoAmbiguous as error:
            named = ", ".join(f"“{title}”" for title in error.titles[:MAX_NAMED])
            return f"Not done: several can be meant: {named}. Which one is it?"
        except TooManyTodos:
            return f"Not done: there are {MAX_TODOS:,} todos, and that is the most one may have."

    return cast("Tool[Context, Arguments]", telling)
