"""What a real server would not accept of a history, in both APIs."""

from typing import Any


def problem_of(body: dict[str, Any]) -> str:
    """Why the request would be refused; empty where it would not."""
    if "messages" in body:
        return _of_messages(body["messages"])
    items = body.get("input")
    return _of_items(items) if isinstance(items, list) else ""


def _of_items(items: list[dict[str, Any]]) -> str:
    calls = [item["call_id"] for item in items if item.get("type") == "function_call"]
    outputs = [item["call_id"] for item in items if item.get("type") == "function_call_output"]
    ids = [item["id"] for item in items if item.get("id")]
    if twice := _twice(calls) or _twice(outputs) or _twice(ids):
        return f"Duplicate item {twice}."
    for call_id in calls:
        if call_id not in outputs:
            return f"No tool output found for function call {call_id}."
    for call_id in outputs:
        if call_id not in calls:
            return f"No tool call found for function call output {call_id}."
    return ""


def _of_messages(messages: list[dict[str, Any]]) -> str:
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return "A tool message must follow the call that it answers."
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return f"The calls {waiting} must be followed by their tool messages."
        waiting = [call["id"] for call in message.get("tool_calls") or ()]
        if message["role"] == "assistant" and not (message.get("content") or waiting):
            return "An assistant message must say or call something."
    return f"The calls {waiting} must be followed by their tool messages." if waiting else ""


def _twice(names: list[str]) -> str:
    return next((name for name in names if names.count(name) > 1), "")
