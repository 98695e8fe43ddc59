"""What each agent, model and person used in a number of days, and what it cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from webapp.config import Prices
from webapp.models import UsageDay, User
from webapp.services.prices import cost_of

MOST_PEOPLE = 10
_TOKENS = UsageDay.input_tokens + UsageDay.output_tokens
_SUMS = (
    func.sum(UsageDay.messages).label("messages"),
    func.sum(UsageDay.input_tokens).label("input"),
    func.sum(UsageDay.cached_tokens).label("cached"),
    func.sum(UsageDay.output_tokens).label("output"),
)


@dataclass(frozen=True)
class UsedRow:
    day: date
    agent_name: str
    model: str
    messages: int
    tokens: int
    cost: float | None


@dataclass(frozen=True)
class Share:
    name: str
    """Empty where it is not known."""
    messages: int
    tokens: int
    cost: float | None
    """None where no price is known for any of it."""
    days: tuple[int, ...] = ()
    """The tokens of each day."""


def load_used(tx: Session, first: date, prices: Prices) -> list[UsedRow]:
    """From the day `first` on; as many rows as there are days, agents and models."""
    keys = (UsageDay.day, UsageDay.agent_name, UsageDay.model)
    found = tx.execute(select(*keys, *_SUMS).where(UsageDay.day >= first).group_by(*keys))
    return [
        UsedRow(
            day=row.day,
            agent_name=row.agent_name,
            model=row.model,
            messages=int(row.messages),
            tokens=int(row.input + row.output),
            cost=_cost(row, prices),
        )
        for row in found
    ]


def shares_of(
    used: Sequence[UsedRow], key: Callable[[UsedRow], str], days: Sequence[date]
) -> list[Share]:
    """What was used by each `key` of the rows, the most tokens first."""
    place = {day: number for number, day in enumerate(days)}
    groups: dict[str, list[UsedRow]] = {}
    for row in used:
        groups.setdefault(key(row), []).append(row)
    shares = []
    for name, rows in groups.items():
        tokens = [0] * len(days)
        for row in rows:
            if row.day in place:
                tokens[place[row.day]] += row.tokens
        messages = sum(row.messages for row in rows)
        shares.append(Share(name, messages, sum(tokens), _total(rows), tuple(tokens)))
    return sorted(shares, key=lambda share: (-share.tokens, -share.messages, share.name))


def load_people(tx: Session, first: date, prices: Prices) -> list[Share]:
    """Those who used most tokens from the day `first` on; the deleted are one."""
    since = UsageDay.day >= first
    most = (
        select(UsageDay.user_id)
        .where(since)
        .group_by(UsageDay.user_id)
        .order_by(func.sum(_TOKENS).desc(), func.sum(UsageDay.messages).desc())
        .limit(MOST_PEOPLE)
    )
    ids = list(tx.scalars(most))
    keys = (UsageDay.user_id, UsageDay.model)
    theirs: ColumnElement[bool] = UsageDay.user_id.in_([key for key in ids if key])
    if None in ids:
        theirs |= UsageDay.user_id.is_(None)
    found = tx.execute(select(*keys, *_SUMS).where(since, theirs).group_by(*keys)).all()
    named = select(User.id, User.display_name).where(User.id.in_([key for key in ids if key]))
    names: dict[UUID | None, str] = {row.id: row.display_name for row in tx.execute(named)}
    return [_of_person(names.get(key, "Deleted accounts"), found, key, prices) for key in ids]


def _of_person(name: str, found: Sequence[Any], key: UUID | None, prices: Prices) -> Share:
    rows = [row for row in found if row.user_id == key]
    costs = [cost for row in rows if (cost := _cost(row, prices)) is not None]
    return Share(
        name=name,
        messages=sum(int(row.messages) for row in rows),
        tokens=sum(int(row.input + row.output) for row in rows),
        cost=sum(costs) if costs else None,
    )


def _cost(row: Any, prices: Prices) -> float | None:
    return cost_of(
        prices,
        row.model,
        input_tokens=int(row.input),
        cached_tokens=int(row.cached),
        output_tokens=int(row.output),
    )


def _total(rows: Sequence[UsedRow]) -> float | None:
    costs = [row.cost for row in rows if row.cost is not None]
    return sum(costs) if costs else None
