"""The SDK's items, as plain dicts, read for people. Whatever is unknown is passed over in peace."""

from collections.abc import Iterator, Mapping
from typing import Any

from webapp.database_session.items import APPROVAL_REQUEST
from webapp.rendering.contents import as_text, output_text, text_of, text_of_part
from webapp.rendering.draft import Draft
from webapp.runs.hosted import (
    HOSTED,
    asked,
    came_back,
    has_failed,
    id_of,
    name_of,
    refusal,
)

Item = Mapping[str, Any]

_ENDED = frozenset({"completed", "failed", "incomplete"})


def is_from_person(item: Item) -> bool:
    return item.get("role") == "user"


def tell(item: Item, draft: Draft, number: int) -> None:
    """Add an item of a reply to its draft; `number` tells it from the others of the reply."""
    role, kind = item.get("role"), item.get("type")
    if role == "assistant":
        _tell_message(item, draft, number)
    elif role in {"tool", "function"}:
        draft.answer(_call_id(item), text_of(item.get("content")))
    elif role is None and kind == "reasoning":
        for text in _thoughts(item):
            draft.think(number, text)
    elif role is None and isinstance(kind, str):
        _tell_call(item, kind, draft)


def _tell_message(item: Item, draft: Draft, number: int) -> None:
    text = text_of(item.get("content"))
    if text:
        draft.say(number, text)
    calls = item.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, Mapping) else None
        if isinstance(function, Mapping):
            name, arguments = function.get("name"), function.get("arguments")
            draft.call(str(call.get("id")), str(name or "tool"), as_text(arguments))


def _tell_call(item: Item, kind: str, draft: Draft) -> None:
    if kind.endswith("_output"):
        output = item.get("output", item.get("tools"))
        text = output if isinstance(output, str) else output_text(output)
        draft.answer(_call_id(item), text, is_failed=has_failed(item))
    elif kind in HOSTED:
        call_id = id_of(item, draft.calls)
        draft.call(call_id, name_of(item), asked(item))
        if item.get("status") in _ENDED or item.get("output") or item.get("error"):
            draft.answer(call_id, came_back(item), is_failed=has_failed(item))
    elif kind == APPROVAL_REQUEST:
        draft.call(_call_id(item), name_of(item), asked(item))
    elif (words := refusal(item)) is not None:
        draft.answer(str(item.get("approval_request_id")), words, is_failed=True)
    elif kind.endswith("_call"):
        name = item.get("name")
        shown_name = name if isinstance(name, str) and name else kind.removesuffix("_call")
        draft.call(_call_id(item), shown_name, asked(item))
        if "call_id" not in item:
            _answer_of_hosted(item, draft)


def _answer_of_hosted(item: Item, draft: Draft) -> None:
    """A tool at the model's server: what came back is in the same item, or not told at all."""
    error = item.get("error")
    output = error or item.get("output", item.get("outputs", item.get("results")))
    if output is None and item.get("status") not in {"completed", "failed"}:
        return
    is_failed = bool(error) or item.get("status") == "failed"
    draft.answer(_call_id(item), output_text(output), is_failed=is_failed)


def _thoughts(item: Item) -> Iterator[str]:
    for name in ("summary", "content"):
        parts = item.get(name)
        texts = [text_of_part(part) for part in parts] if isinstance(parts, list) else []
        if any(texts):
            yield "\n\n".join(filter(None, texts))
            return


def _call_id(item: Item) -> str:
    return str(item.get("call_id") or item.get("tool_call_id") or item.get("id"))
