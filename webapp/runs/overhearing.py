"""The short way for a reply's text: from the model to the listener, past the SDK's queues.

The SDK hands each piece through a task, two queues and five generators, and does nothing with it.
That costs more than all that Parley does with it.
"""

from collections.abc import AsyncIterator
from copy import copy
from typing import Any, Protocol

from agents import Agent, Model, ModelProvider, ModelResponse
from agents.items import TResponseStreamEvent
from agents.retry import ModelRetryAdvice, ModelRetryAdviceRequest


class Ear(Protocol):
    def overhear(self, data: Any, *, is_first: bool) -> bool:
        """Whether the model's event was heard here, so that the SDK need not bring it."""

    def read_inside(self, items: Any) -> None:
        """Take note of what a model is about to read: results of calls inside a tool are there."""

    def answered_inside(self, model: str | None, usage: Any) -> None:
        """Take note of an answer that came whole, to an agent inside a tool."""


def overheard(agent: Agent[Any], ear: Ear) -> Agent[Any]:
    """The agent with an ear at a model that it brings along.

    What it hands over to is heard on the long way where it brings a model too. So is an agent
    with input guardrails: the SDK looks after them with each piece that it brings.
    """
    model = agent.model
    if not isinstance(model, Model) or agent.handoffs or agent.input_guardrails:
        return agent
    heard = copy(agent)  # A clone looks all that was given through again.
    heard.model = _Overheard(model, ear)
    return heard


class Overhearing(ModelProvider):
    """A provider with an ear at each of its models."""

    def __init__(self, provider: ModelProvider, ear: Ear) -> None:
        self._provider = provider
        self._ear = ear

    def get_model(self, model_name: str | None) -> Model:
        return _Overheard(self._provider.get_model(model_name), self._ear)


class _Overheard(Model):
    def __init__(self, model: Model, ear: Ear) -> None:
        self._model = model
        self._ear = ear

    def __getattr__(self, name: str) -> Any:
        # What the SDK asks of some models only.
        return getattr(self._model, name)

    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        # The run itself has its answers streamed.
        self._ear.read_inside(kwargs.get("input"))
        response = await self._model.get_response(*args, **kwargs)
        name = getattr(self._model, "model", None)
        self._ear.answered_inside(name if isinstance(name, str) else None, response.usage)
        return response

    async def stream_response(
        self, *args: Any, **kwargs: Any
    ) -> AsyncIterator[TResponseStreamEvent]:
        events = self._model.stream_response(*args, **kwargs)
        is_first = True
        try:
            async for event in events:
                if not self._ear.overhear(event, is_first=is_first):
                    yield event
                is_first = False
        finally:
            # Not every iterator can be closed.
            if close := getattr(events, "aclose", None):
                await close()

    def get_retry_advice(self, request: ModelRetryAdviceRequest) -> ModelRetryAdvice | None:
        return self._model.get_retry_advice(request)

    async def close(self) -> None:
        await self._model.close()

    async def _cleanup_on_run_end(self, owner: object) -> None:
        await self._model._cleanup_on_run_end(owner)  # noqa: SLF001 - the runner's own hook
