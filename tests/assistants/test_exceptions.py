"""What an agent's own rules and tools can raise, told as faults of a kind and a sentence."""

import asyncio
from typing import Any

import httpx2
import openai
import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolOutputGuardrail,
    UserError,
    function_tool,
    input_guardrail,
    output_guardrail,
)
from agents.exceptions import ModelBehaviorError, ModelTimeoutError
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from tests.assistants.conftest import Ask, add
from tests.support.model_server import ModelServer
from tests.support.model_turns import call, say
from webapp.assistants.fault_words import CODES, SENTENCES
from webapp.assistants.faults import describe
from webapp.writers_queue import DatabaseBusy

TRIPPED = GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)


@input_guardrail
def no_input(*_: Any) -> GuardrailFunctionOutput:
    return TRIPPED


@output_guardrail
def no_output(*_: Any) -> GuardrailFunctionOutput:
    return TRIPPED


def _forbid(_: Any) -> ToolGuardrailFunctionOutput:
    return ToolGuardrailFunctionOutput.raise_exception()


@function_tool(tool_input_guardrails=[ToolInputGuardrail(_forbid)])
def guarded(a: int, b: int) -> str:
    return "never"


@function_tool(tool_output_guardrails=[ToolOutputGuardrail(_forbid)])
def held_back(a: int, b: int) -> str:
    return "a secret"


@function_tool(failure_error_function=None)
def failing(a: int, b: int) -> str:
    raise RuntimeError("the password is swordfish")


@function_tool(timeout=0.05, timeout_behavior="raise_exception")
async def slow(a: int, b: int) -> str:
    await asyncio.sleep(10)
    return "never"


class Form(BaseModel):
    number: int


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (Agent(name="A", input_guardrails=[no_input]), "input_guardrail"),
        (Agent(name="A", output_guardrails=[no_output]), "output_guardrail"),
        (Agent(name="A", output_type=Form), "output_form"),
    ],
)
def test_an_agents_rule_is_told(ask: Ask, agent: Agent[Any], kind: str) -> None:
    outcome = ask(agent=agent)
    assert outcome.fault
    assert outcome.fault.kind == kind, repr(outcome.error)


@pytest.mark.parametrize(
    ("tool", "kind", "words"),
    [
        (guarded, "tool_guardrail", "held back"),
        (held_back, "tool_guardrail", "held back"),
        (failing, "tool_failed", "tools failed"),
        (slow, "tool_timeout", "The tool slow took too long"),
    ],
)
def test_a_tools_end_is_told_without_its_secrets(
    server: ModelServer, ask: Ask, tool: Any, kind: str, words: str
) -> None:
    server.script(call(tool.name, a=1, b=2))
    outcome = ask(agent=Agent(name="A", tools=[tool]))
    assert outcome.fault
    assert outcome.fault.kind == kind, repr(outcome.error)
    assert words in outcome.fault.sentence
    assert "swordfish" not in outcome.fault.sentence


def test_a_tool_that_raises_is_by_default_told_to_the_model(server: ModelServer, ask: Ask) -> None:
    @function_tool
    def raising() -> str:
        raise RuntimeError("no luck")

    server.script(call("raising"), say("It had no luck."))
    assert ask(agent=Agent(name="A", tools=[raising])).reply == "It had no luck."
    assert "An error occurred while running the tool" in str(server.requests[1].items)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UserError("Something about the set-up"), "agent_wrong"),
        (openai.OpenAIError("Missing credentials"), "agent_wrong"),
        (ImportError("`litellm` is required"), "agent_wrong"),
        (ModelTimeoutError(3), "silence"),
        (TimeoutError(), "silence"),
        (httpx2.ReadTimeout("slow"), "silence"),
        (httpx2.ConnectError("down"), "unreachable"),
        (httpx2.RemoteProtocolError("half"), "cut_off"),
        (ModelBehaviorError("It did something strange"), "behaviour"),
        (DatabaseBusy(), "not_saved"),
        (OperationalError("INSERT", {}, Exception("disk full")), "not_saved"),
        (RuntimeError("sk-secret"), "unexpected"),
        (ValueError("sk-secret"), "unexpected"),
        (KeyError("x"), "unexpected"),
        (asyncio.CancelledError(), "unexpected"),
        (ExceptionGroup("one", [ModelTimeoutError(3)]), "silence"),
        (ExceptionGroup("two", [ModelTimeoutError(3), KeyError("x")]), "unexpected"),
    ],
    ids=repr,
)
def test_every_other_exception_has_a_kind_and_a_sentence(error: BaseException, kind: str) -> None:
    fault = describe(error)
    assert fault.kind == kind
    assert fault.sentence.endswith(".")
    assert "sk-secret" not in fault.sentence


def test_every_code_that_is_known_has_a_sentence() -> None:
    assert set(CODES.values()) <= set(SENTENCES)
    assert all(len(kind) <= 64 for kind in SENTENCES)


def test_the_adder_adds(server: ModelServer, ask: Ask) -> None:
    server.script(call("add", a=1, b=2), say("Three."))
    assert ask(agent=Agent(name="A", tools=[add])).reply == "Three."
