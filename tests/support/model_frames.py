"""A turn in the words of each API: the data of the frames before and after its text."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import uuid4

from tests.support.model_turns import Call, Turn

Frame = dict[str, Any]


def _pieces(text: str) -> list[str]:
    """Arguments come in pieces, which cut anywhere."""
    third = max(1, len(text) // 3)
    return [text[at : at + third] for at in range(0, len(text), third)]


class ResponsesFrames:
    """The Responses API."""

    def __init__(self, turn: Turn, model: str) -> None:
        self._turn = turn
        self._model = model
        self._numbers = count()
        self._id = f"resp_{uuid4().hex}"
        self._message_id = f"msg_{uuid4().hex}"
        self._output: list[Frame] = []
        self._text = ""

    def before(self) -> Iterator[Frame]:
        yield self._event("response.created", response=self._response("in_progress"))
        if self._turn.reasoning:
            yield from self._reason(self._turn.reasoning)
        if self._turn.chunks:
            item = self._message("in_progress", [])
            yield self._event("response.output_item.added", item=item, output_index=self._at)
            yield self._part_event("response.content_part.added", part=_text_part(""))

    def chunk(self, text: str) -> Frame:
        self._text += text
        return self._part_event("response.output_text.delta", delta=text, logprobs=[])

    def after(self) -> Iterator[Frame]:
        if self._turn.chunks:
            part = _text_part(self._text)
            yield self._part_event("response.output_text.done", text=self._text, logprobs=[])
            yield self._part_event("response.content_part.done", part=part)
            yield self._done(self._message("completed", [part]))
        if self._turn.refusal:
            yield from self._refuse(self._turn.refusal)
        for call in self._turn.calls:
            yield from self._call(call)
        yield self._last()

    def error(self) -> Frame:
        return self._event("error", code="server_error", message="Too bad.", param=None)

    def failed(self) -> Frame:
        response = self._response("failed") | {
            "error": {"code": "server_error", "message": "Too bad."}
        }
        return self._event("response.failed", response=response)

    def whole(self) -> Frame:
        """The answer to who does not want a stream."""
        *_, last = [*self.before(), *map(self.chunk, self._turn.chunks), *self.after()]
        return dict(last["response"])

    @property
    def _at(self) -> int:
        return len(self._output)

    def _event(self, kind: str, **values: Any) -> Frame:
        return {"type": kind, "sequence_number": next(self._numbers), **values}

    def _part_event(self, kind: str, **values: Any) -> Frame:
        place = {"item_id": self._message_id, "output_index": self._at, "content_index": 0}
        return self._event(kind, **place, **values)

    def _done(self, item: Frame) -> Frame:
        self._output.append(item)
        return self._event("response.output_item.done", item=item, output_index=self._at - 1)

    def _message(self, status: str, content: list[Frame]) -> Frame:
        return {
            "type": "message",
            "id": self._message_id,
            "role": "assistant",
            "status": status,
            "content": content,
        }

    def _reason(self, text: str) -> Iterator[Frame]:
        begun = {"type": "reasoning", "id": f"rs_{uuid4().hex}", "summary": []}
        part = {"type": "summary_text", "text": text}
        place = {"item_id": begun["id"], "output_index": self._at, "summary_index": 0}
        yield self._event("response.output_item.added", item=begun, output_index=self._at)
        empty = part | {"text": ""}
        yield self._event("response.reasoning_summary_part.added", part=empty, **place)
        yield self._event("response.reasoning_summary_text.delta", delta=text, **place)
        yield self._event("response.reasoning_summary_text.done", text=text, **place)
        yield self._event("response.reasoning_summary_part.done", part=part, **place)
        yield self._done(begun | {"summary": [part]})

    def _refuse(self, words: str) -> Iterator[Frame]:
        item = self._message("in_progress", [])
        part = {"type": "refusal", "refusal": words}
        yield self._event("response.output_item.added", item=item, output_index=self._at)
        yield self._part_event("response.content_part.added", part=part | {"refusal": ""})
        yield self._part_event("response.refusal.delta", delta=words)
        yield self._part_event("response.refusal.done", refusal=words)
        yield self._part_event("response.content_part.done", part=part)
        yield self._done(self._message("completed", [part]))

    def _call(self, call: Call) -> Iterator[Frame]:
        item = {
            "type": "function_call",
            "id": f"fc_{uuid4().hex}",
            "call_id": f"call_{uuid4().hex}",
            "name": call.name,
            "arguments": "",
            "status": "in_progress",
        }
        place = {"item_id": item["id"], "output_index": self._at}
        yield self._event("response.output_item.added", item=item, output_index=self._at)
        for piece in _pieces(call.text):
            yield self._event("response.function_call_arguments.delta", delta=piece, **place)
        yield self._event(
            "response.function_call_arguments.done", arguments=call.text, name=call.name, **place
        )
        yield self._done(item | {"arguments": call.text, "status": "completed"})

    def _last(self) -> Frame:
        if self._turn.finish == "stop":
            return self._event("response.completed", response=self._response("completed"))
        reason = {"length": "max_output_tokens"}.get(self._turn.finish, self._turn.finish)
        response = self._response("incomplete") | {"incomplete_details": {"reason": reason}}
        return self._event("response.incomplete", response=response)

    def _response(self, status: str) -> Frame:
        read, cached, written, reasoned = self._turn.usage
        usage = {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": cached},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": reasoned},
            "total_tokens": read + written,
        }
        return {
            "id": self._id,
            "object": "response",
            "created_at": 1_764_000_000,
            "model": self._model,
            "status": status,
            "output": list(self._output),
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": None if status == "in_progress" else usage,
        }


def _text_part(text: str) -> Frame:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


class ChatFrames:
    """The chat completions API."""

    def __init__(self, turn: Turn, model: str) -> None:
        self._turn = turn
        self._head = {
            "id": f"chatcmpl-{uuid4().hex}",
            "object": "chat.completion.chunk",
            "created": 1_764_000_000,
            "model": model,
        }

    def before(self) -> Iterator[Frame]:
        yield self._delta(role="assistant", content="")
        if self._turn.reasoning:
            yield self._delta(reasoning_content=self._turn.reasoning)

    def chunk(self, text: str) -> Frame:
        return self._delta(content=text)

    def after(self) -> Iterator[Frame]:
        if self._turn.refusal:
            yield self._delta(refusal=self._turn.refusal)
        for index, call in enumerate(self._calls()):
            function = call["function"]
            begun = call | {"index": index, "function": function | {"arguments": ""}}
            yield self._delta(tool_calls=[begun])
            for piece in _pieces(function["arguments"]):
                yield self._delta(tool_calls=[{"index": index, "function": {"arguments": piece}}])
        yield self._delta(self._reason)
        yield self._head | {"choices": [], "usage": self._usage}

    def error(self) -> Frame:
        return {"error": {"message": "Too bad.", "type": "server_error", "code": "server_error"}}

    failed = error

    def whole(self) -> Frame:
        message = {
            "role": "assistant",
            "content": "".join(self._turn.chunks) or None,
            "refusal": self._turn.refusal or None,
            "tool_calls": self._calls() or None,
        }
        choice = {"index": 0, "message": message, "finish_reason": self._reason}
        head = self._head | {"object": "chat.completion"}
        return head | {"choices": [choice], "usage": self._usage}

    @property
    def _reason(self) -> str:
        return "tool_calls" if self._turn.calls else self._turn.finish

    @property
    def _usage(self) -> Frame:
        read, cached, written, reasoned = self._turn.usage
        return {
            "prompt_tokens": read,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens": written,
            "completion_tokens_details": {"reasoning_tokens": reasoned},
            "total_tokens": read + written,
        }

    def _calls(self) -> list[Frame]:
        return [
            {
                "id": f"call_{uuid4().hex}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.text},
            }
            for call in self._turn.calls
        ]

    def _delta(self, finish_reason: str | None = None, **delta: Any) -> Frame:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return self._head | {"choices": [choice]}
