"""What each person used, counted day by day where no deleted chat takes it away."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from webapp.database import read_tx
from webapp.metrics import FIRST_TOKEN, TOKENS
from webapp.models import AgentRun, AgentSession, UsageDay

COUNTS = (
    "messages",
    "requests",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
)
_KEY = ("user_id", "day", "agent_name", "model")


def _adding(insert: Any) -> Any:
    """Add to the day's row, or make it."""
    into = insert(UsageDay.__table__)
    sums = {name: getattr(UsageDay, name) + into.excluded[name] for name in COUNTS}
    return into.on_conflict_do_update(index_elements=_KEY, set_=sums)


# Built once: that costs more than the database takes for them.
_ADD = {"sqlite": _adding(sqlite.insert), "postgresql": _adding(postgresql.insert)}
_RUN = (
    select(AgentSession.user_id, AgentRun.agent_name, AgentRun.model)
    .add_columns(AgentRun.queued_at, AgentRun.first_token_at)
    .add_columns(*(getattr(AgentRun, name) for name in COUNTS[1:]))
    .join(AgentSession, AgentSession.id == AgentRun.session_id)
    .where(AgentRun.id == bindparam("run_id"))
)


def today() -> date:
    """The day that is counted now. Days begin at midnight of UTC, for everybody at once."""
    return datetime.now(UTC).date()


def count_message(tx: Session, user_id: UUID, agent_name: str | None) -> None:
    """Count a run that begins, in the transaction that begins it."""
    _add(tx, user_id, agent_name, None, messages=1)


def count_tokens(tx: Session, run_id: UUID, counted: Mapping[str, int] | None = None) -> None:
    """Count what a run used, in the transaction that ends it.

    `counted` is what was counted before, of a run that has paused or ended and gone on.
    """
    run = tx.connection().execute(_RUN, {"run_id": run_id}).one_or_none()
    if run is None:
        return
    counted = counted or {}
    if run.first_token_at is not None and not any(counted.values()):
        FIRST_TOKEN.observe((run.first_token_at - run.queued_at).total_seconds())
    used = {name: getattr(run, name) - counted.get(name, 0) for name in COUNTS[1:]}
    if any(used.values()):
        TOKENS.add(used["input_tokens"], kind="input")
        TOKENS.add(used["output_tokens"], kind="output")
        _add(tx, run.user_id, run.agent_name, run.model, **used)


def count_aside(
    tx: Session,
    user_id: UUID,
    agent_name: str | None,
    model: str | None,
    used: Mapping[str, int],
) -> None:
    """Count what was used for a person beside their runs."""
    TOKENS.add(used["input_tokens"], kind="input")
    TOKENS.add(used["output_tokens"], kind="output")
    _add(tx, user_id, agent_name, model, **used)


def _add(
    tx: Session, user_id: UUID, agent_name: str | None, model: str | None, **counts: int
) -> None:
    connection = tx.connection()
    key = (user_id, today(), agent_name or "", model or "")
    values = dict(zip(_KEY, key, strict=True)) | dict.fromkeys(COUNTS, 0) | counts
    connection.execute(_ADD[connection.dialect.name], {"id": uuid7(), **values})


def known_agents(days: int = 30) -> list[str]:
    """The names of the agents that were used in the last days."""
    since = today() - timedelta(days=days)
    named = (UsageDay.day >= since) & (UsageDay.agent_name != "")
    with read_tx() as tx:
        names = select(UsageDay.agent_name).where(named).distinct()
        return list(tx.scalars(names.order_by(UsageDay.agent_name)))
