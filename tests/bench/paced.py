"""The agent of the load measurement: its model says WORDS words, one every PACE seconds."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, Model, ModelResponse
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
)

WORDS = 200
PACE = 0.02


def reply() -> list[str]:
    """What the model says; each word can be told from the others."""
    return [f"w{number} " for number in range(WORDS)]


class PacedModel(Model):
    async def get_response(self, *given: Any, **more: Any) -> ModelResponse:
        raise RuntimeError("the load measurement streams")

    async def stream_response(self, *given: Any, **more: Any) -> AsyncIterator[Any]:
        begun = time.monotonic()
        for number, word in enumerate(reply()):
            # By the clock: for a server that is late, more words are there when it comes.
            if (left := begun + number * PACE - time.monotonic()) > 0:
                await asyncio.sleep(left)
            yield ResponseTextDeltaEvent(
                type="response.output_text.delta",
                delta=word,
                item_id="message",
                output_index=0,
                content_index=0,
                logprobs=[],
                sequence_number=number,
            )
        yield ResponseCompletedEvent(
            type="response.completed", response=_whole(), sequence_number=WORDS
        )


def _whole() -> Response:
    text = ResponseOutputText(type="output_text", text="".join(reply()), annotations=[])
    message = ResponseOutputMessage(
        id="message", type="message", role="assistant", status="completed", content=[text]
    )
    return Response(
        id="response",
        created_at=time.time(),
        model="paced",
        object="response",
        output=[message],
        parallel_tool_calls=False,
        tool_choice="auto",
        tools=[],
    )


paced = Agent(name="Paced", model=PacedModel())
