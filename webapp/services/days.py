"""Days, and the time between two columns, on both databases."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from webapp.models.columns import id_at
from webapp.services.time_zones import zone_named


class seconds_between(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """Seconds from the first to the second."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    # unixepoch() alone rounds to whole seconds before SQLite 3.42.
    return f"((julianday({end}) - julianday({start})) * 86400.0)"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(extract(epoch FROM {end} - {start}) AS double precision)"


class day_of(FunctionElement[date]):  # noqa: N801 - as above
    """The day of UTC that a time lies in."""

    type = Date()
    inherit_cache = True


@compiles(day_of, "sqlite")
def _day_on_sqlite(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)})"


@compiles(day_of, "postgresql")
def _day_on_postgresql(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **kw)}) AS date)"


def midnight(day: date) -> datetime:
    """When a day of UTC begins."""
    return datetime.combine(day, time(), UTC)


def keys_of_days(since: date | None, until: date | None, time_zone: str) -> tuple[UUID, UUID]:
    """The smallest key of a row made on these days of a zone, and the first that is too late.

    A day that is not given bounds nothing. Days are not all as long as others.
    """
    zone = zone_named(time_zone)
    begin = id_at(datetime.combine(since, time(), zone)) if since else UUID(int=0)
    if until is None or until == date.max:
        return begin, UUID(int=2**128 - 1)
    return begin, id_at(datetime.combine(until + timedelta(days=1), time(), zone))
