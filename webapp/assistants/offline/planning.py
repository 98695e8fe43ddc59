"""From what the person wrote to what is said or called."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webapp.assistants.offline import arithmetic, clock, todos, wording
from webapp.assistants.offline.answer import Answer, Call, Say
from webapp.assistants.offline.conversation import Conversation

Calls = tuple[Call, ...]
# In this order; the first that finds something to call is followed, for agents with that tool.
_PATTERNS: tuple[tuple[str, Callable[[str], Calls]], ...] = (
    ("current_time", clock.calls),
    ("calculate", arithmetic.calls),
    ("create_todo", todos.calls),
)
_HANDOFF_WORDS = {
    "bill": r"\b(billing|bill(s|ed)?|invoices?|refund\w*|charge[ds]?|payments?|subscriptions?)\b",
    "tech": r"\b(technical|errors?|crash\w*|bugs?|broken|install\w*|not work\w*)\b|n\Wt work",
}
_NAMED_CALL = re.compile(r"\b(?P<name>\w+)\s*(?:with\s*)?(?P<arguments>\{.*\})", re.DOTALL)


@dataclass(frozen=True)
class Abilities:
    """What the agent that is asked really has."""

    tools: tuple[str, ...]
    handoffs: Mapping[str, str]
    """From the other agent's name to the tool that hands over to it."""


def plan(conversation: Conversation, abilities: Abilities) -> Answer:
    if conversation.results:
        return Say(wording.results(conversation.results))
    text = conversation.text
    if not conversation.speaker and (handoff := _handoff(text, abilities.handoffs)):
        return (handoff,)
    if call := _named_call(text, abilities.tools):
        return (call,)
    for tool, calls in _PATTERNS:
        found = calls(text) if tool in abilities.tools else ()
        if found and all(call.name in abilities.tools for call in found):
            return found
    return Say(wording.reply(conversation, abilities.tools))


def _handoff(text: str, handoffs: Mapping[str, str]) -> Call | None:
    for agent_name, tool_name in handoffs.items():
        words = [re.escape(agent_name)] + [
            pattern for part, pattern in _HANDOFF_WORDS.items() if part in agent_name.lower()
        ]
        if any(re.search(word, text, re.IGNORECASE) for word in words):
            return Call(tool_name, {})
    return None


def _named_call(text: str, tools: tuple[str, ...]) -> Call | None:
    """`get_weather {"city": "Paris"}`: how any tool can be tried without a model."""
    for found in _NAMED_CALL.finditer(text):
        if found["name"] not in tools:
            continue
        try:
            arguments = json.loads(found["arguments"])
        except ValueError:
            continue
        if isinstance(arguments, dict):
            return Call(found["name"], arguments)
    return None
