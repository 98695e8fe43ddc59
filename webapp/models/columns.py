"""Column types that several models share."""

from enum import StrEnum

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
