"""What a reply says where a tool has the last word (the agent's `tool_use_behavior`)."""

import json
from typing import Any

from agents import RunResultStreaming, ToolCallOutputItem
from pydantic_core import to_jsonable_python


def answer_of_tools(result: RunResultStreaming) -> str:
    """The final output that the SDK makes no message of; empty where the model said it.

    It is a tool's output as the model would be given it, or what the agent made of it.
    """
    items, final = result.new_items, result.final_output
    if final is None or not items or not isinstance(items[-1], ToolCallOutputItem):
        return ""
    for item in reversed(items):
        if isinstance(item, ToolCallOutputItem) and final in (item.output, str(item.output)):
            return _words(item)
    return final if isinstance(final, str) else json.dumps(to_jsonable_python(final, fallback=str))


def _words(item: ToolCallOutputItem) -> str:
    """Pictures and files are seen where the call stands."""
    if item.output is None:
        return ""
    raw: Any = item.raw_item
    output = raw.get("output") if isinstance(raw, dict) else item.output
    if not isinstance(output, list):
        return str(output)
    return "\n\n".join(part["text"] for part in output if part.get("type") == "input_text")
