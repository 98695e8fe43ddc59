"""Column types that several models share, and what their keys tell."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Enum


def checked_enum(kind: type[StrEnum]) -> Enum:
    """Store the values of `kind` as text, with a CHECK that refuses any other."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        name=kind.__name__.lower(),
        length=32,
    )


def id_at(moment: datetime) -> UUID:
    """The smallest key of a row made at `moment` or later: keys begin with the time (RFC 9562).

    So a range of time is a range of the primary key, and needs no index of its own.
    """
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)
