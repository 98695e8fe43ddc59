"""Which messages are meant: what an admin chose, as conditions of a query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func

from webapp.models import AgentRun, AgentSession, MessageRole, RunStatus, SessionMessage
from webapp.services.days import keys_of_days


@dataclass(frozen=True)
class MessageFilters:
    """Whatever is not given leaves every message in."""

    words: str = ""
    person: str = ""
    """An email, or a part of a name."""
    session_id: UUID | None = None
    agent: str = ""
    role: MessageRole | None = None
    tool: str = ""
    since: date | None = None
    """The first day."""
    until: date | None = None
    """The last day."""
    time_zone: str = "UTC"
    """Where these days are meant."""
    status: RunStatus | None = None
    """Of the run that the message belongs to."""
    is_active: bool | None = None
    """Whether the chat takes messages."""


def conditions(filters: MessageFilters, owners: Sequence[UUID] | None) -> list[ColumnElement[bool]]:
    """What SessionMessage, joined with AgentSession and AgentRun, must fulfil.

    `owners` are those whom the filters' person means; None where everybody is meant. The words
    and the time are not among the conditions. Not one leads to an index: the messages are looked
    through in their order, and an index would have the database sort all that it leads to.
    """
    given = [
        (AgentSession.user_id, owners),
        (SessionMessage.session_id, filters.session_id),
        (SessionMessage.agent_name, filters.agent or None),
        (SessionMessage.role, filters.role),
        (SessionMessage.tool_name, filters.tool or None),
        (AgentRun.status, filters.status),
        (AgentSession.is_active, filters.is_active),
    ]
    wanted = [_is(column, value) for column, value in given if value is not None]
    return [AgentSession.deleted_at.is_(None), *wanted]


def time_range(filters: MessageFilters) -> tuple[UUID, UUID]:
    """The smallest key that is meant, and the first that is too late."""
    return keys_of_days(filters.since, filters.until, filters.time_zone)


def _is(column: Any, value: Any) -> ColumnElement[bool]:
    hidden = func.coalesce(column, column, type_=column.type)
    return hidden.in_(value) if isinstance(value, list) else hidden == value
