"""From the SDK's events to ours."""

import json
import time
from typing import Any

from agents import ItemHelpers, RunHooks, RunItemStreamEvent, StreamEvent, ToolCallItem
from agents.items import MCPApprovalResponseItem, MessageOutputItem, ToolCallOutputItem
from agents.tool_context import ToolContext
from agents.tracing import get_current_span

from webapp.database_session.items import APPROVAL_REQUEST, storable
from webapp.models import AgentRun
from webapp.runs.hosted import (
    HOSTED,
    asked,
    came_back,
    has_failed,
    id_of,
    name_of,
    refusal,
)
from webapp.runs.recorder import Recorder
from webapp.runs.run_session import RunSession
from webapp.runs.used import Used
from webapp.services.prices import undated

_TEXT = frozenset({"response.output_text.delta", "response.refusal.delta"})
_REASONING = frozenset({"response.reasoning_summary_text.delta", "response.reasoning_text.delta"})
_PIECES = _TEXT | _REASONING
_ARGUMENTS = ("_arguments.delta", "_code.delta", "_input.delta")
_LONGEST_NAME = AgentRun.model.type.length
"""Of a model: some servers call it by the path of its file."""


class Listener:
    """Hears one run's stream. It never awaits, so that its events keep the order of the SDK's."""

    def __init__(self, recorder: Recorder, agent_name: str, texts: int, *, max_output: int) -> None:
        self.model: str | None = None
        """What the model's server calls the model that answered."""
        self.used = Used()
        self.agent_name = agent_name
        """Who speaks."""
        self.has_heard_a_model = False
        self._recorder = recorder
        self._max_output = max_output
        self._on_the_way = 0
        """Events of models that the SDK is still bringing."""
        self._response = 0
        self._places: dict[tuple[Any, ...], int] = {}
        self._parts: dict[int, int] = {}
        """The part of each message that its newest text belongs to."""
        self._next = {"text": texts, "reasoning": 0}
        self._streamed: list[int] = []
        """Messages of the newest response of which text came in pieces."""

    def hear(self, event: StreamEvent) -> None:
        self._recorder.heard()
        if event.type == "raw_response_event":
            self._on_the_way -= 1
            self._hear_raw(event.data)
        elif event.type == "run_item_stream_event":
            self._hear_item(event)
        elif event.new_agent.name != self.agent_name:
            self.agent_name = event.new_agent.name
            self._recorder.agent_changed(self.agent_name)

    def overhear(self, data: Any, *, is_first: bool) -> bool:
        """Hear a piece of text before the SDK brings it; whether it need not any more.

        Only where nothing else is on its way, so that the order stays the SDK's. The first of
        each stream comes the long way: where it never arrives, as from an agent inside a tool,
        nothing more is heard here. So does what is too much, which ends the run.
        """
        is_piece = getattr(data, "type", "") in _PIECES
        if is_first or self._on_the_way or not is_piece or len(data.delta) > self._left:
            self._on_the_way += 1
            return False
        self._hear_raw(data)
        return True

    def read_inside(self, items: Any) -> None:
        """Of a call that was approved inside a tool, this alone tells the result."""
        open_calls = self._recorder.unfinished if isinstance(items, list) else ()
        for item in items if open_calls else ():
            if _value(item, "type") == "function_call_output":
                call_id = _value(item, "call_id")
                if call_id in open_calls:
                    self._recorder.tool_finished(call_id, _as_text(_value(item, "output")))

    def answered_inside(self, model: str | None, usage: Any) -> None:
        """Count what an agent inside a tool used, of which nothing else is heard.

        `model` is what it was asked for by; the server's name for the same one is kept.
        """
        is_same = model is None or model == undated(self.model or "")
        self.used.add(self.model if is_same else model, usage)

    def say(self, text: str) -> None:
        """Tell a whole message that no model has said."""
        self._recorder.text(self._next["text"], text)
        self._next["text"] += 1

    @property
    def has_enough(self) -> bool:
        """Whether the model has written more than a reply may be."""
        return self._left < 0

    @property
    def _left(self) -> int:
        return self._max_output - self._recorder.characters

    def _hear_raw(self, data: Any) -> None:
        self.has_heard_a_model = True
        kind = getattr(data, "type", "")
        if kind in _TEXT:
            if data.delta:
                self._hear_text(data)
        elif kind in _REASONING:
            part = getattr(data, "summary_index", getattr(data, "content_index", 0)), kind
            if data.delta:
                self._recorder.reasoning(
                    self._place("reasoning", data.output_index, *part), data.delta
                )
        elif kind.endswith(_ARGUMENTS):
            self._recorder.written(len(data.delta))
        elif kind == "response.output_item.added":
            self._hosted_started(data.item)
        elif kind == "response.output_item.done":
            self._hosted_finished(data.item)
        elif kind == "response.completed":
            self._response += 1
            self.model = storable(data.response.model or "")[:_LONGEST_NAME] or self.model
            self.used.add(self.model, data.response.usage)

    def _hear_text(self, data: Any) -> None:
        place, part = self._text_place(data.output_index), data.content_index
        # A message of several parts is read with a line between them.
        gap = "" if self._parts.setdefault(place, part) == part else "\n\n"
        self._parts[place] = part
        self._recorder.text(place, gap + data.delta)

    def _hear_item(self, event: RunItemStreamEvent) -> None:
        item = event.item
        if isinstance(item, MessageOutputItem):
            self._message_completed(_said(item))
        elif isinstance(item, ToolCallItem):
            call_id = item.call_id
            if call_id and _value(item.raw_item, "type") not in HOSTED:
                raw = item.raw_item
                told = raw if isinstance(raw, dict) else raw.model_dump(exclude_unset=True)
                self._recorder.tool_started(call_id, item.tool_name or "tool", asked(told))
        elif isinstance(item, ToolCallOutputItem) and item.call_id:
            output = _as_text(_value(item.raw_item, "output"))
            is_failed = _value(item.raw_item, "status") in {"failed", "incomplete"}
            self._recorder.tool_finished(item.call_id, output, is_failed=is_failed)
        elif isinstance(item, MCPApprovalResponseItem) and (no := refusal(item.raw_item)):
            # A yes is followed by the call itself.
            request_id = item.raw_item["approval_request_id"]
            self._recorder.tool_finished(request_id, no, is_failed=True)

    def _message_completed(self, text: str | None) -> None:
        """Some models give a message only when it is whole."""
        if not text:
            return
        if self._streamed:
            self._streamed.pop(0)
        else:
            self.say(text)

    def _text_place(self, output_index: int) -> int:
        known = len(self._places)
        place = self._place("text", output_index)
        if len(self._places) > known:
            self._streamed.append(place)
        return place

    def _place(self, kind: str, *key: Any) -> int:
        whole = (kind, self._response, *key)
        if whole not in self._places:
            self._places[whole] = self._next[kind]
            self._next[kind] += 1
        return self._places[whole]

    def _hosted_started(self, item: Any) -> None:
        if item.type in HOSTED:
            told = item.model_dump()
            call_id = id_of(told, self._recorder.started)
            self._recorder.tool_started(call_id, name_of(told), "", is_hosted=True)

    def _hosted_finished(self, item: Any) -> None:
        if item.type not in HOSTED and item.type != APPROVAL_REQUEST:
            return
        told = item.model_dump(exclude_unset=True)
        if item.type == APPROVAL_REQUEST:
            self._recorder.tool_started(item.id, name_of(told), asked(told), is_hosted=True)
            return
        self._hosted_started(item)
        self._recorder.tool_finished(
            id_of(told, self._recorder.started),
            came_back(told),
            is_failed=has_failed(told),
            arguments=asked(told),
        )


class Hooks(RunHooks[Any]):
    """Hears what cannot wait for the end of the SDK's turn."""

    def __init__(self, recorder: Recorder, session: RunSession) -> None:
        self._recorder = recorder
        self._session = session
        self._began: dict[str, float] = {}

    async def on_llm_start(self, context: Any, agent: Any, prompt: Any, items: Any) -> None:
        # Not when the agent changes: what led to the change is stored after that.
        self._session.agent_name = agent.name

    async def on_tool_start(self, context: Any, agent: Any, tool: Any) -> None:
        if isinstance(context, ToolContext):
            self._began[context.tool_call_id] = time.monotonic()

    async def on_tool_end(self, context: Any, agent: Any, tool: Any, result: object) -> None:
        """A result, before the other tools of the turn have theirs.

        Returns when it is in the database: from then on it is never asked for again.
        """
        if not isinstance(context, ToolContext):
            return
        call_id = context.tool_call_id
        is_failed = _has_raised() or self._has_timed_out(call_id, tool)
        self._recorder.tool_started(call_id, context.tool_name, context.tool_arguments)
        self._recorder.tool_finished(call_id, _output(context, result), is_failed=is_failed)
        await self._recorder.settle()

    def _has_timed_out(self, call_id: str, tool: Any) -> bool:
        # The SDK gives a sentence for the result, and nothing else.
        limit: float | None = getattr(tool, "timeout_seconds", None)
        began = self._began.pop(call_id, None)
        return limit is not None and began is not None and time.monotonic() - began >= limit


def _has_raised() -> bool:
    """Whether the tool that has just ended did so by raising.

    The SDK hands the error to the tool's failure function, whose words become the result, and
    marks the tool's span.
    """
    span = get_current_span()
    return span is not None and span.span_data.type == "function" and span.error is not None


def _output(context: ToolContext[Any], result: object) -> str:
    if isinstance(result, str) or context.tool_call is None:
        return str(result)
    return _as_text(ItemHelpers.tool_call_output_item(context.tool_call, result)["output"])


def _said(item: MessageOutputItem) -> str | None:
    return ItemHelpers.extract_text(item.raw_item) or ItemHelpers.extract_refusal(item.raw_item)


def _value(raw: Any, name: str) -> Any:
    return raw.get(name) if isinstance(raw, dict) else getattr(raw, name, None)


def _as_text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if _value(value, "type") == "computer_screenshot":
        return "[Image]"  # The item holds it; nothing is made of the letters that it is made of.
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    return value.model_dump(exclude_unset=True) if hasattr(value, "model_dump") else str(value)
