"""A call of the demonstration is traced as any model's is."""

import asyncio
from typing import Any

from agents import RunConfig, Runner
from agents.tracing import TracingProcessor, set_trace_provider
from agents.tracing.provider import DefaultTraceProvider

from tests.assistants.conftest import ADA
from webapp.assistants.built_in import AGENTS
from webapp.assistants.offline import OfflineModel


class Ear(TracingProcessor):
    """Hears what each span has told when it ended."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def on_span_end(self, span: Any) -> None:
        self.heard.append(span.span_data)

    def on_span_start(self, span: Any) -> None:
        pass

    def on_trace_start(self, trace: Any) -> None:
        pass

    def on_trace_end(self, trace: Any) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def force_flush(self) -> None:
        pass


def test_each_call_is_a_span_with_its_tokens() -> None:
    async def ask() -> None:
        config = RunConfig(model=OfflineModel(pace=0))
        streamed = Runner.run_streamed(AGENTS[0], "What is 6 * 7?", context=ADA, run_config=config)
        async for _ in streamed.stream_events():
            pass
        await Runner.run(AGENTS[0], "Hello", context=ADA, run_config=config)

    provider, ear = DefaultTraceProvider(), Ear()
    provider.set_disabled(disabled=False)
    provider.set_processors([ear])
    set_trace_provider(provider)
    try:
        asyncio.run(ask())
    finally:
        set_trace_provider(DefaultTraceProvider())
    calls = [data for data in ear.heard if data.type == "generation"]
    assert [call.model for call in calls] == ["offline-demonstration"] * 3
    assert all(call.usage["output_tokens"] for call in calls)
