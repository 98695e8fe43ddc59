"""What the doors give of a person's things: values that hold nothing open, of a few columns.

They are as they were when a door was asked: ask again to see what a service has changed.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, bindparam

from webapp.models import AgentRun, AgentSession, RunStatus

# Built once: that costs more than the database takes for them.
_OWNER: BindParameter[UUID] = bindparam("user_id")
OWNED_SESSION = (
    AgentSession.owned_by(_OWNER)
    .where(AgentSession.id == bindparam("id"))
    .with_only_columns(
        AgentSession.id,
        AgentSession.session_name,
        AgentSession.description,
        AgentSession.agent_name,
        AgentSession.agent_instructions,
        AgentSession.is_active,
        AgentSession.is_seen,
        AgentSession.pinned_at,
    )
)
OWNED_RUN = (
    AgentRun.owned_by(_OWNER)
    .where(AgentRun.id == bindparam("id"))
    .with_only_columns(
        AgentRun.id,
        AgentRun.session_id,
        AgentRun.status,
        AgentRun.agent_name,
        AgentSession.agent_name,
    )
)


@dataclass(frozen=True)
class OwnedSession:
    """A row of `OWNED_SESSION`."""

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
    """A row of `OWNED_RUN`."""

    id: UUID
    session_id: UUID
    status: RunStatus
    agent_name: str | None
    session_agent_name: str | None
