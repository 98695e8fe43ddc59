"""A person's own todos, which agents write down and the person ticks off."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.assistants.catalogue import cards
from webapp.rendering.todo_lists import load_todo_lists
from webapp.services.facts import Fact, TodoExists, TodoGone
from webapp.services.todo_deletion import delete_todo, restore_todo
from webapp.services.todos import complete_todo, reopen_todo
from webapp.web.htmx import is_htmx, page_or_partial
from webapp.web.moments import in_own_zone
from webapp.web.troubles import of_fact
from webapp.web.undo import forget_undo, offer_undo_of_todo

bp = Blueprint("todos", __name__, url_prefix="/todos")

WRITER = "Todo assistant"
"""The agent that people can ask for todos, where it is offered."""


@bp.get("")
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/<uuid:todo_id>/complete")
def complete(todo_id: UUID) -> ResponseReturnValue:
    return _changed(complete_todo, todo_id)


@bp.post("/<uuid:todo_id>/reopen")
def reopen(todo_id: UUID) -> ResponseReturnValue:
    return _changed(reopen_todo, todo_id)


@bp.post("/<uuid:todo_id>/delete")
def delete(todo_id: UUID) -> ResponseReturnValue:
    return _changed(_delete, todo_id)


@bp.post("/<uuid:todo_id>/restore")
def restore(todo_id: UUID) -> ResponseReturnValue:
    return _changed(_restore, todo_id)


def _delete(user_id: UUID, todo_id: UUID) -> None:
    delete_todo(user_id, todo_id)
    offer_undo_of_todo(todo_id)


def _restore(user_id: UUID, todo_id: UUID) -> None:
    restore_todo(user_id, todo_id)
    forget_undo()


def _changed(change: Callable[[UUID, UUID], None], todo_id: UUID) -> ResponseReturnValue:
    try:
        change(current_user.id, todo_id)
    except (TodoExists, TodoGone) as fact:
        # With the lists as they are by now: those that were shown are old.
        return _page(fact), of_fact(fact).status
    return page_or_partial("todos/_changed.html", otherwise=url_for(".index"), **_needs())


def _page(fact: Fact | None = None) -> str:
    template = "todos/_lists.html" if is_htmx() else "todos/index.html"
    return render_template(template, **_needs(fact))


def _needs(fact: Fact | None = None) -> dict[str, Any]:
    today = in_own_zone(datetime.now(UTC)).date()
    return {
        "lists": load_todo_lists(current_user.id, today),
        "trouble": of_fact(fact) if fact else None,
        "writer": next((card.name for card in cards() if card.name == WRITER), None),
    }
