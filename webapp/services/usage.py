"""What each person used, counted day by day where no deleted chat takes it away."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from webapp.database import read_tx
from webapp.metrics import TOKENS
from webapp.models import UsageDay

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


def today() -> date:
    """The day that is counted now. Days begin at midnight of UTC, for everybody at once."""
    return datetime.now(UTC).date()


def count_message(tx: Session, user_id: UUID, agent_name: str | None) -> None:
    """Count a run that begins, in the transaction that begins it."""
    _add(tx, user_id, agent_name, None, messages=1)


def count_used(
    tx: Session,
    user_id: UUID,
    agent_name: str | None,
    model: str | None,
    used: Mapping[str, int],
) -> None:
    """Count what a run used, in the transaction that ends it, or what was used beside the runs."""
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


def known_agents() -> list[str]:
    """The names of the agents that were used in the last 30 days."""
    since = today() - timedelta(days=30)
    named = (UsageDay.day >= since) & (UsageDay.agent_name != "")
    with read_tx() as tx:
        names = select(UsageDay.agent_name).where(named).distinct()
        return list(tx.scalars(names.order_by(UsageDay.agent_name)))
