"""What stands in an item, in words: texts as they are, pictures and files by name."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

SCREENSHOT = "computer_screenshot"
"""What a computer gives for an output: a picture, and not in a list."""


def text_of(content: Any) -> str:
    """The words of a message's content, whichever of its shapes it has."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    return "\n\n".join(filter(None, map(text_of_part, content)))


def text_of_part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        return ""
    for name in ("text", "refusal"):
        if isinstance(part.get(name), str):
            return str(part[name])
    kind = str(part.get("type") or "")
    if "image" in kind or kind == SCREENSHOT:
        return "[Image]"
    if "file" in kind:
        return f"[File: {part['filename']}]" if isinstance(part.get("filename"), str) else "[File]"
    return "[Audio]" if "audio" in kind else ""


def output_text(output: Any) -> str:
    if isinstance(output, list):
        texts = [text_of_part(part) for part in output]
        if texts and all(texts):
            return "\n\n".join(texts)
    if isinstance(output, Mapping) and output.get("type") == SCREENSHOT:
        return text_of_part(output)
    return as_text(output)


def as_text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)
