"""The load measurement's agent in Chainlit, as its guide has it. Runs with Chainlit's Python."""

import chainlit as cl
from agents import Runner, set_tracing_disabled

from tests.bench.paced import paced

set_tracing_disabled(True)


@cl.on_message
async def answer(message: cl.Message) -> None:
    reply = cl.Message(content="")
    result = Runner.run_streamed(paced, message.content)
    async for event in result.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            await reply.stream_token(event.data.delta)
    await reply.send()
