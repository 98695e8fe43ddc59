"""What the doors give of a person's things: values that hold nothing open, of a few columns.

They are as they were when a door was asked: ask again to see what a service has changed.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, bindparam

from webapp.models import AgentRun, AgentSession, RunStatus


@dataclass(frozen=True)
class OwnedSession:
    """A chat, by the names of its columns."""

    id: UUID
    session_name: str | None
    description: str | None
    agent_name: str | None
    agent_instructions: str | None
    is_active: bool
    is_seen: bool
    pinned_at: datetime | None


@dataclass(frozen=True)
class OwnedRun:
    """A run; `session_agent_name` is the agent that the chat is with now."""

    id: UUID
    session_id: UUID
    status: RunStatus
    agent_name: str | None
    session_agent_name: str | None


# Built once: that costs more than the database takes for them.
_OWNER: BindParameter[UUID] = bindparam("user_id")
OWNED_SESSION = (
    AgentSession.owned_by(_OWNER)
    .where(AgentSession.id == bindparam("id"))
    .with_only_columns(*(getattr(AgentSession, field.name) for field in fields(OwnedSession)))
)
OWNED_RUN = (
    AgentRun.owned_by(_OWNER)
    .where(AgentRun.id == bindparam("id"))
    .with_only_columns(
        AgentRun.id,
        AgentRun.session_id,
        AgentRun.status,
        AgentRun.agent_name,
        AgentSession.agent_name.label("session_agent_name"),
    )
)
