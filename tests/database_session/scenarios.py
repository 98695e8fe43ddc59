"""Ways that a run can go, each played with whatever session it is given.

A scenario plays one or more turns and returns what the person would have got. The model is
scripted, so two sessions that keep the contract hold the same items afterwards.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    OutputGuardrailTripwireTriggered,
    RunConfig,
    Runner,
    SessionSettings,
    function_tool,
    input_guardrail,
    output_guardrail,
)
from agents.memory import Session
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call

QUIET = RunConfig(tracing_disabled=True)
ADD = function_call("add", {"a": 1, "b": 2}, call_id="call_1", item_id="fc_1")
ADD_MORE = function_call("add", {"a": 3, "b": 4}, call_id="call_2", item_id="fc_2")
DONE = assistant_message("Three.", item_id="msg_1")
BYE = assistant_message("Bye.", item_id="msg_2")
SLOWLY = assistant_message("Slowly.", item_id="msg_3")

Scenario = Callable[[Session], Awaitable[Any]]


@function_tool
def add(a: int, b: int) -> int:
    return a + b


def agent_with(*steps: Any, **more: Any) -> Agent:
    return Agent(name="Assistant", model=ScriptedModel(list(steps)), tools=[add], **more)


async def ask(agent: Agent, text: Any, session: Session, **more: Any) -> Any:
    result = await Runner.run(agent, text, session=session, **{"run_config": QUIET, **more})
    return result.final_output


async def stream(agent: Agent, text: str, session: Session, **more: Any) -> Any:
    result = Runner.run_streamed(agent, text, session=session, run_config=QUIET, **more)
    async for _ in result.stream_events():
        pass
    return result.final_output


async def two_turns(session: Session) -> Any:
    agent = agent_with([DONE], [BYE])
    return await ask(agent, "1 + 2?", session), await ask(agent, "Bye", session)


async def a_tool(session: Session) -> Any:
    return await ask(agent_with([ADD], [DONE]), "1 + 2?", session)


async def a_tool_streamed(session: Session) -> Any:
    return await stream(agent_with([ADD], [DONE]), "1 + 2?", session)


async def parallel_tools(session: Session) -> Any:
    return await stream(agent_with([ADD, ADD_MORE], [DONE]), "1 + 2, 3 + 4?", session)


async def a_handoff(session: Session) -> Any:
    billing = Agent(name="Billing", model=ScriptedModel([[BYE]]))
    transfer = function_call("transfer_to_billing", {}, call_id="call_9", item_id="fc_9")
    return await stream(agent_with([transfer], handoffs=[billing]), "My bill", session)


@input_guardrail(run_in_parallel=False)
def refuse_input(*_: object) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)


@output_guardrail
def refuse_output(*_: object) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)


async def an_input_guardrail(session: Session) -> Any:
    try:
        await ask(agent_with([DONE], input_guardrails=[refuse_input]), "Evil", session)
    except InputGuardrailTripwireTriggered:
        return await ask(agent_with([BYE]), "Good", session)


async def an_output_guardrail(session: Session) -> Any:
    try:
        await stream(agent_with([ADD], [DONE], output_guardrails=[refuse_output]), "Hi", session)
    except OutputGuardrailTripwireTriggered:
        return await ask(agent_with([BYE]), "Again", session)


async def too_many_turns(session: Session) -> Any:
    try:
        await stream(agent_with([ADD], [ADD_MORE], [DONE]), "1 + 2?", session, max_turns=2)
    except MaxTurnsExceeded:
        return await ask(agent_with([BYE]), "Enough", session)


async def an_error_in_the_first_turn(session: Session) -> Any:
    try:
        await stream(agent_with(ModelStep.raise_error(OSError("gone"))), "1 + 2?", session)
    except OSError:
        return await ask(agent_with([BYE]), "Again", session)


async def an_error_in_the_second_turn(session: Session) -> Any:
    try:
        await ask(agent_with([ADD], ModelStep.raise_error(OSError("gone"))), "1 + 2?", session)
    except OSError:
        return await ask(agent_with([BYE]), "Again", session)


async def cancelled_at_once(session: Session) -> Any:
    agent = agent_with([ADD], [SLOWLY], [BYE])
    result = Runner.run_streamed(agent, "1 + 2?", session=session, run_config=QUIET)
    async for event in result.stream_events():
        if event.type == "raw_response_event" and "output_text" in event.data.type:
            result.cancel()
    return await ask(agent, "And now?", session)


async def cancelled_after_the_turn(session: Session) -> Any:
    agent = agent_with([ADD], [BYE])
    result = Runner.run_streamed(agent, "1 + 2?", session=session, run_config=QUIET)
    async for event in result.stream_events():
        if event.type == "run_item_stream_event" and event.name == "tool_called":
            result.cancel(mode="after_turn")
    return await ask(agent, "Go on", session)


async def an_input_callback(session: Session) -> Any:
    await two_turns(session)
    seen: list[int] = []

    def newest_only(history: list[Any], new: list[Any]) -> list[Any]:
        seen.append(len(history))
        return [*history[-1:], *new]

    config = RunConfig(tracing_disabled=True, session_input_callback=newest_only)
    agent = agent_with([DONE])
    await ask(agent, [{"role": "user", "content": "Third"}], session, run_config=config)
    assert agent.model.last_call is not None
    return seen, agent.model.last_call.input


async def a_limit_in_the_settings(session: Session) -> Any:
    await two_turns(session)
    config = RunConfig(tracing_disabled=True, session_settings=SessionSettings(limit=2))
    agent = agent_with([DONE])
    await ask(agent, "Third", session, run_config=config)
    return agent.model.last_call.input


SHAPES: dict[Scenario, str] = {
    two_turns: "user assistant user assistant",
    a_tool: "user function_call function_call_output assistant",
    a_tool_streamed: "user function_call function_call_output assistant",
    parallel_tools: (
        "user function_call function_call function_call_output function_call_output assistant"
    ),
    a_handoff: "user function_call function_call_output assistant",
    an_input_guardrail: "user user assistant",
    an_output_guardrail: "user function_call function_call_output user assistant",
    too_many_turns: (
        "user function_call function_call_output function_call function_call_output user assistant"
    ),
    an_error_in_the_first_turn: "user user assistant",
    an_error_in_the_second_turn: "user function_call function_call_output user assistant",
    cancelled_at_once: "user function_call function_call_output user assistant",
    cancelled_after_the_turn: "user function_call function_call_output user assistant",
    an_input_callback: "user assistant user assistant user assistant",
    a_limit_in_the_settings: "user assistant user assistant user assistant",
}
"""What each leaves in the session, by role or type."""
