"""The SDK's two OpenAI models, which fail where an answer is not whole.

The SDK lets a chat completions stream from another server than OpenAI's end anywhere, and both
APIs' empty answers pass as replies. What was streamed before the failure is kept by the run.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from agents import OpenAIChatCompletionsModel, OpenAIResponsesModel
from agents.exceptions import _mark_error_to_drain_stream_events
from agents.items import TResponseInputItem, TResponseStreamEvent
from agents.model_settings import ModelSettings
from agents.models.interface import Model
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import Response

from webapp.assistants.answers import AnswerWrong, Wrong

_FAILED = {"response.failed", "response.incomplete", "error", "response.error"}
_INCOMPLETE: dict[str, Wrong] = {"max_output_tokens": "too_much", "content_filter": "blocked"}
_FINISHED_EARLY: dict[str, Wrong] = {"length": "too_much", "content_filter": "blocked"}


class _WholeAnswers(Model):
    """Mixed in before one of the SDK's models."""

    async def stream_response(
        self, *args: Any, **kwargs: Any
    ) -> AsyncIterator[TResponseStreamEvent]:
        events = super().stream_response(*args, **kwargs)  # type: ignore[safe-super]
        try:
            async with aclosing(_checked(events)) as checked:
                async for event in checked:
                    yield event
        except Exception as error:
            # Otherwise the SDK forgets what was streamed and not yet listened to.
            _mark_error_to_drain_stream_events(error)
            raise


async def _checked(events: Any) -> AsyncGenerator[Any, None]:
    anything, completed = False, False
    async with aclosing(events):
        async for event in events:
            if not hasattr(event, "type"):
                raise AnswerWrong("garbled")
            anything = True
            if event.type in _FAILED:
                raise _failure(event)
            if event.type == "response.completed":
                completed = True
                _refuse_nothing(event.response)
            yield event
    if not completed:
        raise AnswerWrong("cut_off" if anything else "garbled")


class ResponsesModel(_WholeAnswers, OpenAIResponsesModel):
    """OpenAI's Responses API."""


class ChatCompletionsModel(_WholeAnswers, OpenAIChatCompletionsModel):
    """The chat completions API, which most other servers speak."""

    def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],  # noqa: A002 - the SDK's name
        model_settings: ModelSettings,
        *args: Any,
        **kwargs: Any,
    ) -> AsyncIterator[TResponseStreamEvent]:
        if model_settings.include_usage is None:
            # Other servers than OpenAI's count tokens in a stream only when they are asked to.
            model_settings = replace(model_settings, include_usage=True)
        return super().stream_response(system_instructions, input, model_settings, *args, **kwargs)

    async def _fetch_response(self, *args: Any, **kwargs: Any) -> Any:
        fetched = await super()._fetch_response(*args, **kwargs)
        if not isinstance(fetched, tuple):
            return fetched
        response, stream = fetched
        return response, _WholeStream(stream)


class _WholeStream:
    """A chat completions stream that ends as such a stream must."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.response = stream.response  # The SDK reads the request's id from it.

    async def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        anything, reason = False, None
        async for chunk in self._stream:
            if not isinstance(chunk, ChatCompletionChunk):
                raise AnswerWrong("garbled")
            anything = True
            for choice in chunk.choices or ():
                reason = choice.finish_reason or reason
            yield chunk
        if reason is None:
            raise AnswerWrong("cut_off" if anything else "garbled")
        if reason in _FINISHED_EARLY:
            raise AnswerWrong(_FINISHED_EARLY[reason], code=reason)

    async def close(self) -> None:
        await self._stream.close()


def _failure(event: Any) -> AnswerWrong:
    """The fault that one of the Responses API's own last words stands for."""
    response = getattr(event, "response", None)
    details = getattr(response, "incomplete_details", None)
    if details is not None and details.reason:
        return AnswerWrong(_INCOMPLETE.get(details.reason, "cut_off"), code=details.reason)
    said = getattr(response, "error", None) or event
    code, detail = getattr(said, "code", None), getattr(said, "message", None)
    return AnswerWrong("model_error", code=code or "", detail=detail or "")


def _refuse_nothing(response: Response) -> None:
    """Raise where the answer has neither a word nor a call, which would pass as a reply."""
    for item in response.output:
        if item.type == "reasoning":
            continue
        if item.type != "message" or any(_says_something(part) for part in item.content):
            return
    raise AnswerWrong("empty")


def _says_something(part: Any) -> bool:
    return bool(getattr(part, "text", "") or getattr(part, "refusal", ""))
