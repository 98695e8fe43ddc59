"""Rows for every table there is, made from what the models say; a new table needs no word here."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Integer,
    Numeric,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from webapp.database import Base, write_tx

_VALUES: tuple[tuple[type[TypeEngine[Any]], Callable[[], Any]], ...] = (
    (Uuid, uuid4),
    (JSON, lambda: {"a": [1, None]}),
    (Boolean, lambda: True),
    (Integer, lambda: 1),
    (Numeric, lambda: 1),
    (String, lambda: "text"),
    (DateTime, lambda: datetime(2026, 1, 31, 12, tzinfo=UTC)),
    (Date, lambda: date(2026, 1, 31)),
)


def one_of_each() -> None:
    """Write one row into each table that has none, referring to one another."""
    made: dict[str, dict[str, Any]] = {}
    for table in Base.metadata.sorted_tables:
        row = {column.name: _value(column, made) for column in table.columns}
        made[table.name] = row
        _write(table, row)


def _write(table: Table, row: dict[str, Any]) -> None:
    with write_tx() as tx:
        # Triggers may have written one already.
        if not tx.scalar(select(func.count()).select_from(table)):
            tx.execute(insert(table), row)


def _value(column: Column[Any], made: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        table, name = key.column.table.name, key.column.name
        return made[table][name] if table in made else None  # None: a reference to its own kind.
    if isinstance(column.type, Enum):
        assert column.type.enum_class is not None
        return next(iter(column.type.enum_class))
    kind = getattr(column.type, "impl_instance", column.type)
    return next(make() for known, make in _VALUES if isinstance(kind, known))
