"""An item as the columns of a row, and back.

The item's own JSON text is what counts: it alone gives the item back exactly (key order, `1.0`,
NUL, lone surrogates). The other columns are read from it, for people and queries.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import structlog

from webapp.models import MessageRole

Item: TypeAlias = dict[str, Any]
ItemRow: TypeAlias = tuple[str, str, str | None, str | None, str]
"""The columns of a row that come from its item."""
ITEM_COLUMNS = ("role", "content", "tool_call_id", "tool_name", "extra_data")

LONGEST_NAME = 255
APPROVAL_REQUEST, APPROVAL_RESPONSE = "mcp_approval_request", "mcp_approval_response"
"""What a tool at the model's server waits for, and the person's word on it."""

_log = structlog.get_logger(__name__)
_encode = json.JSONEncoder(separators=(",", ":")).encode

# Stands between items that are written or read together, where no item can have put it.
_MARK = secrets.randbelow(2**40)
_BETWEEN = f",{_MARK},"

# The values: sqlite3 looks for an adapter for everything that is not exactly a str.
_USER, _ASSISTANT = MessageRole.USER.value, MessageRole.ASSISTANT.value
_SYSTEM, _TOOL = MessageRole.SYSTEM.value, MessageRole.TOOL.value
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


def rows_of(items: Sequence[Mapping[str, Any]]) -> list[ItemRow]:
    """What the rows of `items` say. Raises TypeError or ValueError when JSON cannot hold one."""
    for item in items:
        if not isinstance(item, dict):
            raise TypeError(f"an item of a session is a dict, not {type(item).__name__}")
    try:
        texts = _encode_together(items)
    except RecursionError:
        raise ValueError("an item of a session is nested too deeply") from None
    return [_row(item, text) for item, text in zip(items, texts, strict=True)]


def _encode_together(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """The JSON of each: a call of the encoder costs as much as an item."""
    apart: list[Any] = [_MARK] * (2 * len(items) - 1)
    apart[::2] = items
    texts = _encode(apart)[1:-1].split(_BETWEEN)
    return texts if len(texts) == len(items) else list(map(_encode, items))


def _row(item: Mapping[str, Any], text: str) -> ItemRow:
    kind = item.get("type")
    if not isinstance(kind, str):
        kind = ""
    call_id, name = _call(item, kind)
    return (
        _role(item, kind),
        storable(_said(item, kind)),
        storable(call_id)[:LONGEST_NAME] if isinstance(call_id, str) else None,
        storable(name)[:LONGEST_NAME] if isinstance(name, str) else None,
        text,
    )


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
    if not texts:
        return []
    try:
        parsed = json.loads(f"[{_BETWEEN.join(texts)}]")  # type: ignore[arg-type]
    except (TypeError, ValueError, RecursionError):
        return None
    # Broken texts can be whole together: one that opens a bracket, one that closes it.
    if parsed[1::2] != [_MARK] * (len(texts) - 1):
        return None
    items: list[Item] = parsed[::2]
    return items if set(map(type, items)) == {dict} else None


def _rebuilt(row: StoredItem) -> Item:
    item = {"role": str(row.role), "content": row.content}
    if row.tool_call_id is not None:
        item["tool_call_id"] = row.tool_call_id
    if row.tool_name is not None:
        item["tool_name"] = row.tool_name
    return item


def _role(item: Mapping[str, Any], kind: str) -> str:
    role = item.get("role")
    if isinstance(role, str) and role in _ROLES:
        return _ROLES[role]
    if role is not None or not kind:
        return _SYSTEM
    # A person's word on a call is no message of theirs: turns begin with those.
    return _TOOL if kind.endswith("_output") or kind == APPROVAL_RESPONSE else _ASSISTANT


def _said(item: Mapping[str, Any], kind: str) -> str:
    """What was said or returned; a call's arguments and a model's reasoning are neither."""
    if "role" in item:
        said = item.get("content")
    elif kind.endswith("_output"):
        said = item.get("output")
    else:
        return ""
    if isinstance(said, str):
        return said
    if not isinstance(said, list):
        return ""
    parts = [part.get("text", part.get("refusal")) for part in said if isinstance(part, dict)]
    return "\n".join([part for part in parts if isinstance(part, str)])


def _call(item: Mapping[str, Any], kind: str) -> tuple[object, object]:
    """The identifier and the name of the tool call that an item makes or answers."""
    call_id = item.get("call_id", item.get("tool_call_id"))
    if kind.endswith("_call"):
        return call_id, item.get("name", kind.removesuffix("_call"))
    if call_id or kind == APPROVAL_REQUEST:
        return call_id, item.get("tool_name", item.get("name"))
    calls = item.get("tool_calls")
    if isinstance(calls, list) and calls and isinstance(calls[0], dict):
        function = calls[0].get("function")
        return calls[0].get("id"), function.get("name") if isinstance(function, dict) else None
    return None, None
