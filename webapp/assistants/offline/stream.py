"""An answer as the sequence of events that the Responses API would stream."""

import json
import re
import time
from collections.abc import Generator, Iterator
from itertools import count
from typing import Any
from uuid import uuid4

from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
    ResponseUsage,
)
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

from webapp.assistants.offline.answer import Answer, Call, Say

MODEL = "offline-demonstration"


def stream_events(answer: Answer, *, read_words: int) -> Iterator[Any]:
    """Every event of the answer; the last one carries all of it, and words counted as tokens."""
    numbers = count()
    response_id = f"resp_{uuid4().hex}"
    begun = _response(response_id, [], "in_progress")
    yield ResponseCreatedEvent(
        type="response.created", response=begun, sequence_number=next(numbers)
    )
    output: list[Any] = []
    if isinstance(answer, Say):
        output.append((yield from _message(answer.text, numbers)))
    else:
        for index, call in enumerate(answer):
            output.append((yield from _call(call, index, numbers)))
    written = len(str(answer).split())
    usage = ResponseUsage(
        input_tokens=read_words,
        output_tokens=written,
        total_tokens=read_words + written,
        input_tokens_details=InputTokensDetails(cached_tokens=0, cache_write_tokens=0),
        output_tokens_details=OutputTokensDetails(reasoning_tokens=0),
    )
    yield ResponseCompletedEvent(
        type="response.completed",
        response=_response(response_id, output, "completed", usage),
        sequence_number=next(numbers),
    )


def _response(
    response_id: str, output: list[Any], status: Any, usage: ResponseUsage | None = None
) -> Response:
    return Response(
        id=response_id,
        created_at=time.time(),
        model=MODEL,
        object="response",
        output=output,
        status=status,
        tool_choice="auto",
        tools=[],
        parallel_tool_calls=True,
        usage=usage,
    )


def _message(text: str, numbers: Iterator[int]) -> Generator[Any, None, ResponseOutputMessage]:
    item_id = f"msg_{uuid4().hex}"
    empty = ResponseOutputText(text="", type="output_text", annotations=[], logprobs=[])
    part = empty.model_copy(update={"text": text})
    begun = ResponseOutputMessage(
        id=item_id, content=[], role="assistant", status="in_progress", type="message"
    )
    item = begun.model_copy(update={"content": [part], "status": "completed"})
    place: dict[str, Any] = {"item_id": item_id, "output_index": 0, "content_index": 0}
    yield _item_added(begun, 0, numbers)
    yield ResponseContentPartAddedEvent(
        type="response.content_part.added", part=empty, sequence_number=next(numbers), **place
    )
    for word in re.findall(r"\s*\S+|\s+$", text):
        yield ResponseTextDeltaEvent(
            type="response.output_text.delta",
            delta=word,
            logprobs=[],
            sequence_number=next(numbers),
            **place,
        )
    yield ResponseTextDoneEvent(
        type="response.output_text.done",
        text=text,
        logprobs=[],
        sequence_number=next(numbers),
        **place,
    )
    yield ResponseContentPartDoneEvent(
        type="response.content_part.done", part=part, sequence_number=next(numbers), **place
    )
    yield _item_done(item, 0, numbers)
    return item


def _call(
    call: Call, index: int, numbers: Iterator[int]
) -> Generator[Any, None, ResponseFunctionToolCall]:
    arguments = json.dumps(call.arguments)
    item = ResponseFunctionToolCall(
        id=f"fc_{uuid4().hex}",
        call_id=f"call_{uuid4().hex}",
        name=call.name,
        arguments=arguments,
        type="function_call",
        status="completed",
    )
    begun = item.model_copy(update={"arguments": "", "status": "in_progress"})
    place: dict[str, Any] = {"item_id": str(item.id), "output_index": index}
    yield _item_added(begun, index, numbers)
    yield ResponseFunctionCallArgumentsDeltaEvent(
        type="response.function_call_arguments.delta",
        delta=arguments,
        sequence_number=next(numbers),
        **place,
    )
    yield ResponseFunctionCallArgumentsDoneEvent(
        type="response.function_call_arguments.done",
        arguments=arguments,
        sequence_number=next(numbers),
        **place,
    )
    yield _item_done(item, index, numbers)
    return item


def _item_added(item: Any, index: int, numbers: Iterator[int]) -> ResponseOutputItemAddedEvent:
    return ResponseOutputItemAddedEvent(
        type="response.output_item.added",
        item=item,
        output_index=index,
        sequence_number=next(numbers),
    )


def _item_done(item: Any, index: int, numbers: Iterator[int]) -> ResponseOutputItemDoneEvent:
    return ResponseOutputItemDoneEvent(
        type="response.output_item.done",
        item=item,
        output_index=index,
        sequence_number=next(numbers),
    )
