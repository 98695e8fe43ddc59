"""What a chat's JSON file says, checked: `rendering/exports/json_file.py` describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.database_session import Item
from webapp.database_session.items import storable
from webapp.services.exports import FORMAT, VERSION
from webapp.services.strict_json import JsonRefused, read_strictly

MAX_MESSAGES = 50_000
MAX_NAME = 200
MAX_ID = 255
MAX_TEXT = 100_000
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""Programs write an earlier time for none, and not every zone's clock could show it."""


class ChatRefused(Exception):
    """The file is not brought in; says why, as the end of a sentence."""


@dataclass(frozen=True)
class ReadMessage:
    item: Item
    agent_name: str | None
    at: datetime | None


@dataclass(frozen=True)
class ReadChat:
    session: Mapping[str, Any]
    """Values for an AgentSession."""
    last_activity_at: datetime | None
    messages: tuple[ReadMessage, ...]


def read_chat(data: bytes) -> ReadChat:
    """Raises ChatRefused."""
    try:
        value = read_strictly(data)
    except JsonRefused as reason:
        raise ChatRefused(str(reason)) from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ChatRefused("it is no chat that was exported as JSON")
    if type(value.get("version")) is not int or value["version"] != VERSION:
        raise ChatRefused("it was made by another version, which is not known here")
    session, messages = value.get("session"), value.get("messages")
    if not isinstance(session, dict) or not isinstance(messages, list):
        raise ChatRefused("it has no session or no messages")
    if len(messages) > MAX_MESSAGES:
        raise ChatRefused(f"it has more than {MAX_MESSAGES:,} messages")
    return ReadChat(
        _session(session),
        _time(session, "last_activity_at", "the session"),
        tuple(_message(message, number) for number, message in enumerate(messages, 1)),
    )


def _session(given: Mapping[str, Any]) -> dict[str, Any]:
    is_active = given.get("is_active", True)
    session_id = _text(given, "session_id", MAX_ID, "the session")
    if not session_id or not isinstance(is_active, bool):
        raise ChatRefused("the session has no proper session_id or is_active")
    values: dict[str, Any] = {
        "session_id": session_id,
        "is_active": is_active,
        "session_name": _text(given, "session_name", MAX_NAME, "the session"),
        "description": _text(given, "description", MAX_TEXT, "the session"),
        "agent_name": _text(given, "agent_name", MAX_NAME, "the session"),
        "agent_instructions": _text(given, "agent_instructions", MAX_TEXT, "the session"),
    }
    created_at = _time(given, "created_at", "the session")
    return values | ({"created_at": created_at} if created_at else {})


def _message(given: Any, number: int) -> ReadMessage:
    where = f"message {number:,}"
    if not isinstance(given, dict) or not isinstance(given.get("item"), dict):
        raise ChatRefused(f"{where} has no item")
    return ReadMessage(
        given["item"], _text(given, "agent_name", MAX_NAME, where), _time(given, "at", where)
    )


def _text(given: Mapping[str, Any], name: str, longest: int, where: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise ChatRefused(f"{where} has no proper {name}")
    return storable(value)


def _time(given: Mapping[str, Any], name: str, where: str) -> datetime | None:
    """None where there is none; what is said to be in the future is now."""
    value = given.get(name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        raise ChatRefused(f"{where} has no proper {name}") from None
    return min(at, datetime.now(UTC)) if at >= _FIRST else None
