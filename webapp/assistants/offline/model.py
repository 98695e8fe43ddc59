import asyncio
from collections.abc import AsyncIterator
from typing import Any

from agents import ModelResponse, Usage
from agents.agent_output import AgentOutputSchemaBase
from agents.handoffs import Handoff
from agents.items import TResponseInputItem, TResponseStreamEvent
from agents.model_settings import ModelSettings
from agents.models.interface import Model, ModelTracing
from agents.tool import Tool
from agents.tracing import generation_span

from webapp.assistants.offline.answer import Answer, Say
from webapp.assistants.offline.conversation import read_conversation
from webapp.assistants.offline.planning import Abilities, plan
from webapp.assistants.offline.stream import MODEL, stream_events
from webapp.assistants.offline.structured import sample_json

READABLE = 0.03


class OfflineModel(Model):
    """Answers by simple patterns of what the person wrote, a word at a time.

    It calls only the tools that the agent has, and can be given any history.
    """

    def __init__(self, *, pace: float = READABLE) -> None:
        self._pace = pace
        """Seconds between two words."""

    async def stream_response(  # noqa: PLR0917 - the SDK's signature
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],  # noqa: A002 - the SDK's name
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        **_: Any,
    ) -> AsyncIterator[TResponseStreamEvent]:
        answer = _answer(input, tools, output_schema, handoffs)
        with generation_span(model=MODEL, disabled=tracing.is_disabled()) as span:
            for event in stream_events(answer, read_words=_count_words(input)):
                if event.type == "response.output_text.delta":
                    await asyncio.sleep(self._pace)
                if event.type == "response.completed":
                    span.span_data.usage = event.response.usage.model_dump()
                yield event

    async def get_response(  # noqa: PLR0917 - the SDK's signature
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],  # noqa: A002 - the SDK's name
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        **_: Any,
    ) -> ModelResponse:
        answer = _answer(input, tools, output_schema, handoffs)
        with generation_span(model=MODEL, disabled=tracing.is_disabled()) as span:
            *_before, completed = stream_events(answer, read_words=_count_words(input))
            usage = completed.response.usage
            span.span_data.usage = usage.model_dump()
        return ModelResponse(
            output=completed.response.output,
            usage=Usage(
                requests=1,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                total_tokens=usage.total_tokens,
            ),
            response_id=completed.response.id,
        )


def _answer(
    items: str | list[TResponseInputItem],
    tools: list[Tool],
    output_schema: AgentOutputSchemaBase | None,
    handoffs: list[Handoff],
) -> Answer:
    abilities = Abilities(
        tools=tuple(tool.name for tool in tools),
        handoffs={handoff.agent_name: handoff.tool_name for handoff in handoffs},
    )
    answer = plan(read_conversation(items), abilities)
    if isinstance(answer, Say) and output_schema and not output_schema.is_plain_text():
        return Say(sample_json(output_schema.json_schema()))
    return answer


def _count_words(items: str | list[TResponseInputItem]) -> int:
    return len(str(items).split())
