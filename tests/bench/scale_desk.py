"""What an admin asks for among a million messages."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from tests.bench.scale_data import ADMIN, QUIET, RARE, RARE_TOOL, Talk
from tests.bench.scale_people import ScalePerson
from webapp.database import read_tx
from webapp.models import SessionMessage

MESSAGES = "/admin/messages"


def at_the_desk(app: Flask, busy: ScalePerson) -> Iterator[tuple[str, Callable[[], Any]]]:
    admin = ScalePerson(app, ADMIN)
    admin.post(f"{MESSAGES}/reading", 303, reason="Measuring how fast it is")
    yield "Desk: all messages, first page", partial(admin.get, MESSAGES)
    newest, middle = _keys()
    yield "Desk: from the middle on", partial(admin.get, f"{MESSAGES}?before={middle}")
    for title, query in _choices(busy).items():
        yield f"Desk: {title}", partial(admin.get, f"{MESSAGES}?{query}")
    yield "Desk: open a row", partial(admin.get, f"{MESSAGES}/{newest}", **{"HX-Request": "true"})
    yield "Desk: export, until it begins", partial(_begin_export, admin)
    for place in ("", "/sessions", "/users", "/runs", "/runs?status=failed", "/audit"):
        yield f"Desk: /admin{place}", partial(admin.get, f"/admin{place}")


def _choices(busy: ScalePerson) -> dict[str, str]:
    word = Talk().word
    day = (datetime.now(UTC) - timedelta(days=120)).date()
    return {
        "a person with nearly all": "person=busy@example.org",
        "a person with few": f"person={QUIET}",
        "a chat of thousands": f"chat={busy.newest}",
        "an agent": "agent=Support+desk",
        "a role": "role=tool",
        "a tool called seldom": f"tool={RARE_TOOL}",
        "a tool that is not there": "tool=nothing",
        "a day four months ago": f"since={day}&until={day}",
        "of failed runs": "status=failed",
        "of deactivated chats": "active=no",
        "a word said seldom": f"words={RARE}",
        "a word said everywhere": f"words={word(0)}",
        "two words, by an agent, of failed runs": (
            f"words={quote(word(30))}+{quote(word(60))}&agent=Assistant&status=failed"
        ),
        "a word that is not there": "words=xyzzyx",
    }


def _keys() -> tuple[UUID, UUID]:
    """Of the newest message, and of the one that half of them are older than."""
    keys = select(SessionMessage.id).order_by(SessionMessage.id.desc())
    with read_tx() as tx:
        newest = tx.scalars(keys.limit(1)).one()
        return newest, tx.scalars(keys.offset(500_000).limit(1)).first() or newest


def _begin_export(admin: ScalePerson) -> None:
    values = {"export-reason": "Measuring how fast it is", "export-kind": "csv"}
    answer = admin.post(f"{MESSAGES}/export", **values)
    next(answer.iter_encoded())
    answer.close()
