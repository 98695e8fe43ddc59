"""What an agents' module tells the SDK for all of its agents holds in Parley too."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from agents import (
    Agent,
    RunConfig,
    Runner,
    custom_span,
    set_default_openai_api,
    set_default_openai_client,
    set_default_openai_key,
    trace,
)

from tests.support.model_server import ModelServer
from tests.support.model_turns import call, say
from webapp.assistants import module_defaults
from webapp.assistants.catalogue import load_catalogue
from webapp.assistants.choice import model_notice
from webapp.assistants.models import ParleyProvider, provider
from webapp.config import Settings

MODULE = """
from agents import {function}
from openai import AsyncOpenAI
from agents import Agent
from webapp.assistants import offer

helper = offer(Agent(name="Helper", model="of-the-house"), description="Helps.")
{function}({given})
"""
OF_THEIR_OWN = """
from agents import Agent, GuardrailFunctionOutput, Runner, function_tool, input_guardrail

judge = Agent(name="Judge")
poet = Agent(name="Poet")

@input_guardrail(run_in_parallel=False)
async def judged(context, agent, said):
    result = await Runner.run(judge, said, context=context.context)
    return GuardrailFunctionOutput(None, tripwire_triggered=result.final_output != "Fair.")

@function_tool
async def write() -> str:
    return (await Runner.run(poet, "Write")).final_output

desk = Agent(name="Desk", input_guardrails=[judged], tools=[write])
"""
CLIENT = 'AsyncOpenAI(base_url="{url}", api_key="of-the-client"), False'


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    set_default_openai_client(None, use_for_tracing=False)  # type: ignore[arg-type]
    set_default_openai_key(None, use_for_tracing=False)  # type: ignore[arg-type]
    set_default_openai_api("responses")


def helper_of(folder: Path, settings: Settings, function: str, given: str) -> Agent:
    file = folder / "agents_of_the_house.py"
    file.write_text(MODULE.format(function=function, given=given))
    [entry] = load_catalogue(settings.model_copy(update={"agents": str(file)})).entries
    assert model_notice(settings, [entry.card]) is None
    return entry.agent


def said(agent: Agent, settings: Settings, asked: ParleyProvider | None = None) -> str:
    async def run() -> str:
        provider = asked or ParleyProvider(settings)
        result = await Runner.run(agent, "Hello", run_config=RunConfig(model_provider=provider))
        await provider.aclose()
        if client := module_defaults.client():
            await client.close()
        return str(result.final_output)

    return asyncio.run(run())


@pytest.mark.parametrize(
    "given", [{}, {"openai_api_key": "sk-another"}, {"openai_base_url": "http://127.0.0.1:9/v1"}]
)
def test_a_client_of_the_module_is_asked_whatever_the_settings_say(
    server: ModelServer, tmp_path: Path, given: dict[str, str]
) -> None:
    settings = Settings(**given)
    client = CLIENT.format(url=server.url)
    helper = helper_of(tmp_path, settings, "set_default_openai_client", client)
    assert said(helper, settings) == "Hello from the test model."
    [request] = server.requests
    assert request.path == "/v1/responses"
    assert request.headers["authorization"] == "Bearer of-the-client"
    assert request.body["model"] == "of-the-house"


def test_a_client_of_the_module_speaks_the_api_that_the_module_or_the_settings_name(
    server: ModelServer, tmp_path: Path
) -> None:
    set_default_openai_api("chat_completions")
    for settings in (Settings(), Settings(openai_api="responses")):
        client = CLIENT.format(url=server.url)
        helper = helper_of(tmp_path, settings, "set_default_openai_client", client)
        said(helper, settings)
    paths = [request.path for request in server.requests]
    assert paths == ["/v1/chat/completions", "/v1/responses"]


def test_a_key_of_the_module_goes_before_that_of_the_settings(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)  # Stands for OpenAI's own address.
    for settings in (Settings(), Settings(openai_api_key="sk-another")):
        helper = helper_of(tmp_path, settings, "set_default_openai_key", '"sk-module", False')
        said(helper, settings)
    keys = [request.headers["authorization"] for request in server.requests]
    assert keys == ["Bearer sk-module"] * 2


@pytest.mark.parametrize("given", [{}, {"openai_api_key": None}])
def test_runs_that_an_agent_begins_itself_ask_the_server_of_the_settings(
    server: ModelServer, settings: Settings, tmp_path: Path, given: dict[str, None]
) -> None:
    file = tmp_path / "runs_of_their_own.py"
    file.write_text(OF_THEIR_OWN)
    settings = settings.model_copy(update={"agents": f"{file}:desk", **given})
    [entry] = load_catalogue(settings).entries
    server.script(say("Fair."), call("write"), say("Roses."), say("I wrote: Roses."))
    assert said(entry.agent, settings, provider(settings)) == "I wrote: Roses."
    assert [item["content"] for item in server.requests[2].items] == ["Write"]
    [asked] = {(request.path, request.headers["authorization"]) for request in server.requests}
    path = "/v1/responses" if settings.openai_api == "responses" else "/v1/chat/completions"
    assert asked == (path, "Bearer not-needed" if given else "Bearer sk-secret-of-the-house")
    # That is not taken for a word of the module's.
    assert module_defaults.client() is None
    assert module_defaults.wants_responses()


def test_a_module_that_turns_tracing_off_leaves_it_to_be_known_what_has_failed(
    tmp_path: Path,
) -> None:
    helper_of(tmp_path, Settings(openai_api_key="sk-a"), "set_tracing_disabled", "True")
    with trace("A run"), custom_span("A step") as span:
        span.set_error({"message": "It failed.", "data": None})
    assert span.error
