"""Of a run's row, what a turn shows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select

from webapp.models import AgentRun, RunStatus


@dataclass(frozen=True)
class ShownRun:
    """Its fields are columns of AgentRun; the entity with all of them costs twice as much."""

    id: UUID
    status: RunStatus
    input: list[dict[str, Any]]
    agent_name: str | None
    queued_at: datetime
    epoch: int = 0
    version_of: int | None = None
    started_at: datetime | None = None
    first_token_at: datetime | None = None
    ended_at: datetime | None = None
    error_kind: str | None = None
    error_message: str | None = None
    failed_calls: list[str] | None = None
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def is_unbegun(self) -> bool:
        """Whether nobody has worked on it yet, so that nothing can have come of it."""
        return self.status is RunStatus.QUEUED and self.epoch == 0


RUN_COLUMNS = tuple(getattr(AgentRun, field.name) for field in fields(ShownRun))


def load_runs(
    tx: Connection, runs: Select[*tuple[Any, ...]], asked: Mapping[str, Any] | None = None
) -> list[ShownRun]:
    """`runs` selects RUN_COLUMNS, with the parameters `asked`."""
    return [ShownRun(*row) for row in tx.execute(runs, asked)]
