"""Keeping what tools return to a size that a model, a database and a page can bear."""

import json
from typing import Any

from webapp.database_session import Item

CUT = "\n[cut here: the output was longer than allowed]"

# No set: what any tool calls a type need have no hash.
_PARTS = ("input_text", "input_image", "input_file")


def cut_text(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + CUT


def cut_output(text: str, limit: int) -> str:
    """A tool's output as an event has it, kept to `limit`."""
    parts = parts_of(text)
    if parts is None:
        return cut_text(text, limit)
    return json.dumps(cut_item({"type": "function_call_output", "output": parts}, limit)["output"])


def parts_of(text: str) -> list[Any] | None:
    """The texts, images and files that an event's output consists of; None where it is a text."""
    if not text.startswith("[{") or '"input_' not in text:
        return None
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return None
    kinds = [part.get("type") if isinstance(part, dict) else None for part in parts]
    return parts if all(kind in _PARTS for kind in kinds) else None


def cut_item(item: Item, limit: int) -> Item:
    """`item`, or a shortened copy where it holds a tool's output longer than `limit` characters.

    An image or a file cannot be shortened: a word takes its place.
    """
    if not str(item.get("type", "")).endswith("_output"):
        return item
    output = item.get("output")
    if isinstance(output, str):
        return item if len(output) <= limit else item | {"output": cut_text(output, limit)}
    if not isinstance(output, list) or sum(map(_size, output)) <= limit:
        return item
    parts: list[Any] = []
    left = limit
    for part in output:
        if _size(part) > left:
            text = part.get("text", "") if isinstance(part, dict) else ""
            parts.append({"type": "input_text", "text": cut_text(text, left) if text else CUT[1:]})
            break
        parts.append(part)
        left -= _size(part)
    return item | {"output": parts}


def _size(part: Any) -> int:
    if not isinstance(part, dict):
        return len(str(part))
    return sum(len(value) for value in part.values() if isinstance(value, str))
