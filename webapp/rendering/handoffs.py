"""Which calls only hand the chat over: what any tool may be called tells nothing of it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

_IGNORED = "Multiple handoffs detected, ignoring this one."
"""What the SDK gives the model for the others, where it asks for several at once."""


def handed_to(output: str) -> str | None:
    """The agent that a call has handed over to; None where it has not.

    The SDK answers a handoff with `{"assistant": "the agent's name"}`, and nothing else.
    """
    try:
        told = json.loads(output) if output.startswith('{"assistant": ') else None
    except (ValueError, RecursionError):
        return None
    name = told.get("assistant") if isinstance(told, dict) and len(told) == 1 else None
    return name if isinstance(name, str) and name else None


def handoff_calls(items: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of the calls among `items` that are handoffs."""
    return {
        str(item.get("call_id") or item.get("tool_call_id"))
        for item in items
        if _answers_handoff(item.get("output", item.get("content")))
    }


def _answers_handoff(output: object) -> bool:
    return isinstance(output, str) and (output == _IGNORED or handed_to(output) is not None)
