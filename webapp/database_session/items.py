"""An item as the columns of a row, and back.

The item's own JSON text is what counts: it alone gives the item back exactly (key order, `1.0`,
NUL, lone surrogates). The other columns are read from it, for people and queries.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import structlog

from webapp.models import MessageRole

Item: TypeAlias = dict[str, Any]

LONGEST_NAME = 255

_log = structlog.get_logger(__name__)
_encode = json.JSONEncoder(separators=(",", ":")).encode

# Plain text: sqlite3 looks for an adapter for each value of a subclass.
_USER, _ASSISTANT, _SYSTEM, _TOOL = (role.value for role in MessageRole)
_ROLES = {
    "user": _USER,
    "assistant": _ASSISTANT,
    "system": _SYSTEM,
    "developer": _SYSTEM,
    "tool": _TOOL,
    "function": _TOOL,
}


class StoredItem(Protocol):
    """A `SessionMessage`, or a row with these columns."""

    @property
    def role(self) -> MessageRole: ...
    @property
    def content(self) -> str: ...
    @property
    def tool_call_id(self) -> str | None: ...
    @property
    def tool_name(self) -> str | None: ...
    @property
    def extra_data(self) -> str | None: ...


def columns_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of `item`. Raises TypeError or ValueError when JSON cannot hold it."""
    if not isinstance(item, dict):
        raise TypeError(f"an item of a session is a dict, not {type(item).__name__}")
    call_id, name = _call(item)
    return {
        "role": _role(item),
        "content": storable(_text(item)),
        "tool_call_id": storable(call_id)[:LONGEST_NAME] if call_id else None,
        "tool_name": storable(name)[:LONGEST_NAME] if name else None,
        "extra_data": _encode(item),
    }


def storable(text: str) -> str:
    """`text` with what PostgreSQL's text cannot hold (NUL, lone surrogates) replaced."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def load_item(row: StoredItem) -> Item | None:
    """The item of a row, or None (and a line in the log) when it cannot be read."""
    if row.extra_data is None:
        return _rebuilt(row)
    try:
        item = json.loads(row.extra_data)
    except (ValueError, RecursionError):
        item = None
    if isinstance(item, dict):
        return item
    _log.warning("session_item_unreadable", size=len(row.extra_data))
    return None


def items_from_rows(rows: Sequence[StoredItem]) -> list[Item | None]:
    """The item of each row, in the same order; None for one that cannot be read."""
    quick = parse_together([row.extra_data for row in rows])
    return list(quick) if quick is not None else [load_item(row) for row in rows]


def parse_together(texts: Sequence[str | None]) -> list[Item] | None:
    """Parse many items' JSON in one go; None when any of them needs a closer look."""
    try:
        items = json.loads(f"[{','.join(texts)}]")  # type: ignore[arg-type]
    except (TypeError, ValueError, RecursionError):
        return None
    # One row with two objects, or one object over two rows, would shift all that follow.
    if len(items) != len(texts) or not all(type(item) is dict for item in items):
        return None
    return items  # type: ignore[no-any-return]


def _rebuilt(row: StoredItem) -> Item:
    item = {"role": str(row.role), "content": row.content}
    if row.tool_call_id is not None:
        item["tool_call_id"] = row.tool_call_id
    if row.tool_name is not None:
        item["tool_name"] = row.tool_name
    return item


def _role(item: Item) -> str:
    role, kind = item.get("role"), item.get("type")
    if isinstance(role, str) and role in _ROLES:
        return _ROLES[role]
    if role is not None or not isinstance(kind, str):
        return _SYSTEM
    if kind.endswith("_output"):
        return _TOOL
    return _USER if kind == "mcp_approval_response" else _ASSISTANT


def _text(item: Item) -> str:
    """What was said or returned; a call's arguments and a model's reasoning are neither."""
    if item.get("type") == "reasoning":
        return ""
    said = item.get("content", item.get("output"))
    if isinstance(said, str):
        return said
    if not isinstance(said, list):
        return ""
    parts = [part.get("text", part.get("refusal")) for part in said if isinstance(part, dict)]
    return "\n".join(part for part in parts if isinstance(part, str))


def _call(item: Item) -> tuple[str | None, str | None]:
    """The identifier and the name of the tool call that an item makes or answers."""
    kind = item.get("type")
    call_id = item.get("call_id", item.get("tool_call_id"))
    name = item.get("tool_name", item.get("name"))
    calls = item.get("tool_calls")
    if isinstance(calls, list) and calls and isinstance(calls[0], dict):
        function = calls[0].get("function")
        call_id = calls[0].get("id")
        name = function.get("name") if isinstance(function, dict) else None
    elif isinstance(kind, str) and kind.endswith("_call") and name is None:
        name = kind.removesuffix("_call")
    elif call_id is None and kind not in _NAMED_WITHOUT_CALL_ID:
        name = None
    return call_id if isinstance(call_id, str) else None, name if isinstance(name, str) else None


_NAMED_WITHOUT_CALL_ID = {"mcp_call", "mcp_approval_request"}
