"""Messages as lines of a file: JSON, or CSV for a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from webapp.database_session.items import storable
from webapp.services.message_export import ExportedMessage

FORMATS = {"jsonl": "application/x-ndjson", "csv": "text/csv"}
COLUMNS = (
    "id",
    "time",
    "email",
    "person",
    "chat_id",
    "chat",
    "is_active",
    "position",
    "role",
    "agent",
    "tool",
    "run_id",
    "run_status",
    "is_superseded",
    "content",
    "item",
)
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def export_lines(messages: Iterable[ExportedMessage], kind: str) -> Iterator[str]:
    """The file's text, a line or a few at a time. `kind` is one of FORMATS."""
    if kind == "csv":
        return csv_lines(COLUMNS, map(_values, messages))
    return map(_json_line, messages)


def csv_lines(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV as spreadsheets read it; no cell is taken for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    # Without the mark, some spreadsheets take UTF-8 for something else.
    buffer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _values(message: ExportedMessage) -> list[Any]:
    row = message.row
    return [
        row.id,
        row.at.isoformat(),
        message.email,
        row.person,
        row.session_id,
        row.session_name,
        row.is_active,
        row.position,
        row.role.value,
        row.agent_name,
        row.tool_name,
        row.run_id,
        row.status.value if row.status else None,
        row.is_superseded,
        message.content,
        message.item,
    ]


def _json_line(message: ExportedMessage) -> str:
    known = dict(zip(COLUMNS, _values(message), strict=True))
    known |= {name: str(known[name]) for name in ("id", "chat_id")}
    known |= {"run_id": str(known["run_id"]) if known["run_id"] else None}
    del known["item"]
    # The item's own text, not parsed and written anew: it is as exact as it was stored.
    line = json.dumps(known)
    return f'{line[:-1]}, "item": {message.item or "null"}}}\n'


def _cell(value: Any) -> str:
    text = storable(str(value)) if value is not None else ""
    return f"'{text}" if text.startswith(_RISKY) else text
