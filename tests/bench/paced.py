"""The agent of the load measurement: its model says the words it is asked for, PACE apart."""

import asyncio
import re
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

PACE = 0.02
"""Seconds."""


def question(words: int) -> str:
    """What asks for a reply of so many words."""
    return f"Say {words} words, please."


def reply(words: int) -> list[str]:
    """What the model says; each word can be told from the others."""
    return [f"w{number} " for number in range(words)]


class PacedModel(Model):
    async def get_response(self, *given: Any, **more: Any) -> ModelResponse:
        raise RuntimeError("the load measurement streams")

    async def stream_response(
        self,
        system_instructions: str | None,
        input: Any,  # noqa: A002 - the SDK's name
        *given: Any,
        **more: Any,
    ) -> AsyncIterator[Any]:
        words = reply(int(re.findall(r"\d+", input[-1]["content"])[-1]))
        begun = time.monotonic()
        for number, word in enumerate(words):
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
            type="response.completed",
            response=_whole("".join(words)),
            sequence_number=len(words),
        )


def _whole(text: str) -> Response:
    content = ResponseOutputText(type="output_text", text=text, annotations=[])
    message = ResponseOutputMessage(
        id="message", type="message", role="assistant", status="completed", content=[content]
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
