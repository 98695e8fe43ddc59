"""Reading a history of any kind for the little that the demonstration needs of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """What a tool gave back."""

    name: str
    arguments: str
    output: str


@dataclass(frozen=True)
class Conversation:
    """The last thing that the person wrote, and what happened since."""

    text: str
    has_attachment: bool
    results: tuple[Result, ...]
    speaker: str | None
    """Who was handed to since the person wrote; None where nobody was."""


def read_conversation(items: str | Iterable[Any]) -> Conversation:
    if isinstance(items, str):
        return Conversation(items, has_attachment=False, results=(), speaker=None)
    known = [item for item in items if isinstance(item, Mapping)]
    asked = max((at for at, item in enumerate(known) if item.get("role") == "user"), default=-1)
    content = known[asked].get("content") if asked >= 0 else ""
    since = known[asked + 1 :]
    results = tuple(result for result in _results(since) if not _handed_to(result))
    handed = [name for result in _results(since) if (name := _handed_to(result))]
    return Conversation(
        text=_text(content),
        has_attachment=_has_attachment(content),
        results=results,
        speaker=handed[-1] if handed else None,
    )


def _results(items: list[Mapping[str, Any]]) -> list[Result]:
    calls = {item.get("call_id"): item for item in items if item.get("type") == "function_call"}
    outputs = [item for item in items if item.get("type") == "function_call_output"]
    found = []
    for item in outputs:
        call = calls.get(item.get("call_id"), {})
        name, arguments = str(call.get("name", "")), str(call.get("arguments", ""))
        found.append(Result(name, arguments, _text(item.get("output"))))
    return found


def _handed_to(result: Result) -> str | None:
    """The SDK's output of a hand-over is `{"assistant": "Billing"}`."""
    if not result.name.startswith("transfer_to_"):
        return None
    try:
        return str(json.loads(result.output)["assistant"])
    except (ValueError, KeyError, TypeError):
        return None


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return "" if content is None else str(content)
    texts = [part.get("text") for part in content if isinstance(part, Mapping)]
    return "\n".join(text for text in texts if isinstance(text, str))


def _has_attachment(content: Any) -> bool:
    kinds = {"input_image", "input_file", "input_audio"}
    return isinstance(content, list) and any(
        isinstance(part, Mapping) and part.get("type") in kinds for part in content
    )
