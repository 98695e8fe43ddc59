"""Tools at the model's server: one item tells what was asked and what came back."""

import json
from collections.abc import Container, Iterator, Mapping
from typing import Any

from webapp.database_session.items import APPROVAL_RESPONSE

Item = Mapping[str, Any]

HOSTED = frozenset(
    {
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "mcp_call",
    }
)
_UNTOLD = "What was found is known to the model alone."
_NOT_ASKED = frozenset({"id", "type", "status", "output", "call_id", "error", "name"})
_FAILED = frozenset({"failed", "incomplete"})


def name_of(item: Item) -> str:
    name, server = item.get("name"), item.get("server_label")
    if isinstance(name, str) and name:
        return f"{server}.{name}" if isinstance(server, str) and server else name
    return str(item.get("type", "")).removesuffix("_call") or "tool"


def asked(item: Item) -> str:
    """What the tool was given: a text, or JSON where it has parts with names."""
    match item.get("type"):
        case "web_search_call":
            action = _mapping(item.get("action"))
            return _json({name: action.get(name) for name in ("query", "url", "pattern")})
        case "file_search_call":
            return _json({"queries": item.get("queries")})
        case "code_interpreter_call":
            return _text(item.get("code"))
        case "image_generation_call":
            return _text(item.get("revised_prompt"))
        case _:
            return _given(item)


def came_back(item: Item) -> str:
    """In words; pictures are named, never shown."""
    untold = "" if has_failed(item) else _UNTOLD
    match item.get("type"):
        case "web_search_call":
            sources = _mappings(_mapping(item.get("action")).get("sources"))
            return "\n".join(_text(source.get("url")) for source in sources) or untold
        case "file_search_call":
            return "\n\n".join(map(_found, _mappings(item.get("results")))) or untold
        case "code_interpreter_call":
            outputs = _mappings(item.get("outputs"))
            return "\n".join(_text(one.get("logs")) or "[Image]" for one in outputs)
        case "image_generation_call":
            return "[Image]" if item.get("result") else ""
        case _:
            return _fault(item.get("error")) or _text(item.get("output"))


def has_failed(item: Item) -> bool:
    return item.get("status") in _FAILED or bool(item.get("error"))


def id_of(item: Item, known: Container[str]) -> str:
    """What the call of an item is known by: the request to approve it, where that is `known`."""
    request = item.get("approval_request_id")
    return request if isinstance(request, str) and request in known else str(item.get("id"))


def refusal(item: Item) -> str | None:
    """In words, where the item is an answer to a request for approval, and it is a no."""
    if item.get("type") != APPROVAL_RESPONSE or item.get("approve"):
        return None
    return _text(item.get("reason")) or "Not approved."


def _given(item: Item) -> str:
    for name in ("arguments", "input"):
        if isinstance(item.get(name), str):
            return str(item[name])
    given = {
        name: value
        for name, value in item.items()
        if name not in _NOT_ASKED and value not in (None, [], {})
    }
    # A call that says nothing but one thing says it without its name.
    only = next(iter(given.values())) if len(given) == 1 else given
    return _text(only) if given else ""


def _found(result: Item) -> str:
    return "\n".join(filter(None, (_text(result.get("filename")), _text(result.get("text")))))


def _fault(error: Any) -> str:
    given = _mapping(error)
    words = [_text(given.get("message"))]
    words += [_text(part.get("text")) for part in _mappings(given.get("content"))]
    return "\n".join(filter(None, words)) or _text(error)


def _json(given: Item) -> str:
    told = {name: value for name, value in given.items() if value}
    return json.dumps(told, ensure_ascii=False) if told else ""


def _mapping(value: Any) -> Item:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> Iterator[Item]:
    return filter(_is_mapping, value if isinstance(value, list) else ())


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)
