"""How Parley is used and how it does: the last days, in numbers that are bounded to ask for."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from webapp.config import Prices
from webapp.database import read_tx
from webapp.models import AgentRun, AgentSession, RunStatus, UsageDay, User
from webapp.models.columns import id_at
from webapp.services.days import day_of, midnight, seconds_between
from webapp.services.shares import Share, UsedRow, load_people, load_used, shares_of
from webapp.services.usage import today

DAYS = 30
MOST_RUNS = 50_000
"""So many of the newest runs tell of times and errors."""
MOST_ERRORS = 10
LATEST = 6
WENT_WRONG = (RunStatus.FAILED, RunStatus.INTERRUPTED)


@dataclass
class Day:
    day: date
    people: int = 0
    messages: int = 0
    tokens: int = 0
    cost: float | None = None
    """None where no price is known for any of it."""
    runs: dict[RunStatus, int] = field(default_factory=dict)
    first_token: tuple[float, float] | None = None
    """Seconds: the median, and what 95 of 100 stay under."""

    @property
    def failed(self) -> int:
        return sum(self.runs.get(status, 0) for status in WENT_WRONG)


@dataclass(frozen=True)
class Overview:
    days: list[Day]
    """The last is today."""
    accounts: int
    people: int
    """Who used anything in all the days."""
    chats_today: int
    by_agent: list[Share]
    by_model: list[Share]
    by_person: list[Share]
    errors: list[tuple[str, int]]
    """Kinds of errors and how often, the most frequent first."""
    latest_failed: list[AgentRun]

    @property
    def today(self) -> Day:
        return self.days[-1]


def load_overview(prices: Prices) -> Overview:
    """The last DAYS days of UTC, today included."""
    first = today() - timedelta(days=DAYS - 1)
    dates = [first + timedelta(days=number) for number in range(DAYS)]
    days = {day: Day(day) for day in dates}
    with read_tx() as tx:
        used = load_used(tx, first, prices)
        _add_used(days, used)
        _add_people(tx, days, first)
        _add_runs(tx, days, first)
        _add_first_tokens(tx, days, first)
        return Overview(
            days=list(days.values()),
            accounts=tx.scalar(select(func.count()).select_from(User)) or 0,
            people=tx.scalar(_everybody(first)) or 0,
            chats_today=tx.scalar(_chats(today())) or 0,
            by_agent=shares_of(used, lambda row: row.agent_name, dates),
            by_model=shares_of(used, lambda row: row.model, dates),
            by_person=load_people(tx, first, prices),
            errors=_errors(tx, first),
            latest_failed=_latest_failed(tx, first),
        )


def _add_used(days: dict[date, Day], used: list[UsedRow]) -> None:
    for row in used:
        day = days.get(row.day)
        if day is None:
            continue  # Of tomorrow, by another machine's clock.
        day.messages += row.messages
        day.tokens += row.tokens
        if row.cost is not None:
            day.cost = (day.cost or 0.0) + row.cost


def _add_people(tx: Session, days: dict[date, Day], first: date) -> None:
    counted = select(UsageDay.day, func.count(UsageDay.user_id.distinct()))
    for day, people in tx.execute(counted.where(UsageDay.day >= first).group_by(UsageDay.day)):
        if day in days:
            days[day].people = people


def _add_runs(tx: Session, days: dict[date, Day], first: date) -> None:
    newest = _newest(first).subquery()
    counted = select(newest.c.day, newest.c.status, func.count())
    for day, status, count in tx.execute(counted.group_by(newest.c.day, newest.c.status)):
        if day in days:
            days[day].runs[status] = count


def _add_first_tokens(tx: Session, days: dict[date, Day], first: date) -> None:
    newest = _newest(first).subquery()
    ranked = (
        select(
            newest.c.day,
            newest.c.seconds,
            func.row_number()
            .over(partition_by=newest.c.day, order_by=newest.c.seconds)
            .label("place"),
            func.count().over(partition_by=newest.c.day).label("of"),
        )
        .where(newest.c.seconds.is_not(None))
        .subquery()
    )
    place, of = ranked.c.place, ranked.c.of
    median, most = (of + 1) // 2, (of * 95 + 99) // 100
    at = select(ranked.c.day, place == median, ranked.c.seconds)
    found: dict[date, list[float]] = {}
    for day, is_median, seconds in tx.execute(at.where((place == median) | (place == most))):
        pair = found.setdefault(day, [seconds, seconds])
        pair[0 if is_median else 1] = seconds
    for day, (half, nearly_all) in found.items():
        if day in days:
            days[day].first_token = (half, max(half, nearly_all))


def _newest(first: date) -> Select[date, RunStatus, float]:
    return (
        select(
            day_of(AgentRun.queued_at).label("day"),
            AgentRun.status,
            seconds_between(AgentRun.queued_at, AgentRun.first_token_at).label("seconds"),
        )
        .where(AgentRun.id >= id_at(midnight(first)))
        .order_by(AgentRun.id.desc())
        .limit(MOST_RUNS)
    )


def _everybody(first: date) -> Select[int]:
    return select(func.count(UsageDay.user_id.distinct())).where(UsageDay.day >= first)


def _chats(day: date) -> Select[int]:
    since = AgentRun.id >= id_at(midnight(day))
    return select(func.count(AgentRun.session_id.distinct())).where(since)


def _errors(tx: Session, first: date) -> list[tuple[str, int]]:
    newest = (
        select(AgentRun.error_kind)
        .where(AgentRun.id >= id_at(midnight(first)))
        .order_by(AgentRun.id.desc())
        .limit(MOST_RUNS)
        .subquery()
    )
    kinds = (
        select(newest.c.error_kind, func.count().label("count"))
        .where(newest.c.error_kind.is_not(None))
        .group_by(newest.c.error_kind)
        .order_by(func.count().desc(), newest.c.error_kind)
        .limit(MOST_ERRORS)
    )
    return [(kind, count) for kind, count in tx.execute(kinds)]


def _latest_failed(tx: Session, first: date) -> list[AgentRun]:
    runs = (
        select(AgentRun)
        .options(joinedload(AgentRun.session).joinedload(AgentSession.user))
        .where(AgentRun.id >= id_at(midnight(first)), AgentRun.status.in_(WENT_WRONG))
        .order_by(AgentRun.id.desc())
        .limit(LATEST)
    )
    return list(tx.scalars(runs))
