"""Todo assistant: a person's own todos, by tools that act with that person's rights alone."""

import asyncio
from datetime import date
from typing import Annotated, Any

from agents import Agent, RunContextWrapper, function_tool
from agents.tool_context import ToolContext

from webapp.assistants import offer
from webapp.assistants.built_in.dates import find_date, say_date
from webapp.assistants.built_in.todo_words import (
    say_todo,
    say_todos,
    tell_person,
    today_of,
)
from webapp.assistants.cards import TODO_ASSISTANT
from webapp.assistants.context import ChatContext
from webapp.services import todo_deletion, todos
from webapp.services.facts import TodoAmbiguous, TodoGone
from webapp.services.todos import KEPT, Kept

Context = RunContextWrapper[ChatContext]
Due = Annotated[
    str,
    "A day in words or as a date: tomorrow, next friday, in 3 days, 12 March, 2027-03-12."
    " Empty for none.",
]
Which = Annotated[str, "The todo's title, or enough of it to know which is meant."]
Tags = Annotated[list[str] | None, "Single words such as home or work."]


@function_tool
@tell_person
def create_todo(
    context: Context, title: str, due: Due = "", notes: str = "", tags: Tags = None
) -> str:
    """Note something that the person has to do."""
    today = today_of(context.context)
    due_on = find_date(due, today) if due.strip() else None
    todo = todos.create_todo(
        context.context.user_id, title, notes=notes, due_on=due_on, tags=tags or ()
    )
    return f"Noted: {say_todo(todo, today)}."


@function_tool
@tell_person
def list_todos(
    context: Context,
    due_by: Annotated[str, "Only what is due on this day or before, in words. Empty for all."] = "",
    *,
    done: Annotated[bool, "The done ones in place of the open ones."] = False,
) -> str:
    """The person's todos."""
    today = today_of(context.context)
    until = find_date(due_by, today) if due_by.strip() else None
    found = todos.list_todos(context.context.user_id, is_done=done, due_by=until)
    if found:
        return say_todos(found, today)
    when = f" until {say_date(until, today)}" if until else ""
    return f"Nothing was done{when}." if done else f"There is nothing to do{when}."


@function_tool
@tell_person
def search_todos(
    context: Context, words: Annotated[str, "Words of the title, the notes or the tags."]
) -> str:
    """The person's todos, open and done, that hold all the words."""
    found = todos.search_todos(context.context.user_id, words)
    return say_todos(found, today_of(context.context)) or "There is no such todo."


@function_tool
@tell_person
def change_todo(
    context: Context,
    todo: Which,
    *,
    title: Annotated[str, "The new title. Empty to keep it."] = "",
    due: Annotated[str, "The new day in words, or `none`. Empty to keep it."] = "",
    notes: Annotated[str | None, "The new notes. Null to keep them."] = None,
    tags: Annotated[list[str] | None, "The new tags. Null to keep them."] = None,
) -> str:
    """Change a todo of the person's."""
    person, today = context.context, today_of(context.context)
    found = todos.find_todo(person.user_id, todo)
    due_on: date | Kept | None = KEPT
    if due.strip():
        due_on = None if due.strip().lower() == "none" else find_date(due, today)
    changed = todos.change_todo(
        person.user_id, found.id, title=title.strip() or None, notes=notes, due_on=due_on, tags=tags
    )
    return f"Changed: {say_todo(changed, today)}."


@function_tool
@tell_person
def complete_todo(context: Context, todo: Which) -> str:
    """Mark a todo of the person's as done."""
    found = todos.find_todo(context.context.user_id, todo)
    todos.complete_todo(context.context.user_id, found.id)
    return f"Done: {found.title}."


async def _means_one(context: Context, arguments: dict[str, Any], call_id: str) -> bool:
    """Whether there is anything to ask the person about."""
    try:
        await asyncio.to_thread(todos.find_todo, context.context.user_id, arguments["todo"])
    except (TodoGone, TodoAmbiguous):
        return False
    return True


@function_tool(needs_approval=_means_one)
@tell_person
def delete_todo(context: ToolContext[ChatContext], todo: Which) -> str:
    """Delete a todo of the person's for good. The person is asked first."""
    found = todos.find_todo(context.context.user_id, todo)
    if not context.is_tool_approved(context.tool_name, context.tool_call_id):
        # It came after the look, from a call beside this one or from another tab.
        return f"Not done: the person was not asked about {found.title}. Call this again to ask."
    todo_deletion.delete_todo(context.context.user_id, found.id)
    return f"Deleted: {found.title}."


def _instructions(context: Context, agent: Agent[ChatContext]) -> str:
    today = today_of(context.context)
    return (
        f"You keep the todos of {context.context.display_name}. Today is"
        f" {today:%A} {today.isoformat()} where the person is. Use the tools for everything that"
        " concerns todos; never invent one. Give days to the tools in the person's own words."
        " Name todos by their titles. What only names a thing to do, such as “grocery"
        " shopping tomorrow”, is to be noted. Answer briefly, in the person's language."
    )


todo_assistant = offer(
    Agent[ChatContext](
        name=TODO_ASSISTANT.name,
        instructions=_instructions,
        tools=[create_todo, list_todos, search_todos, change_todo, complete_todo, delete_todo],
    ),
    title=TODO_ASSISTANT.title,
    description=TODO_ASSISTANT.description,
    starters=TODO_ASSISTANT.starters,
)
