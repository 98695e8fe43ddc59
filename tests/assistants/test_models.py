"""Which model answers, and how it is asked."""

import asyncio
import threading
import time
from typing import Any

import pytest
from agents import Agent, ModelSettings, RunConfig, Runner
from agents.testing import ScriptedModel, assistant_message
from agents.tracing import get_trace_provider
from openai import APIConnectionError
from openai.types.shared import Reasoning

from tests.assistants.conftest import Ask
from tests.support.model_server import ModelServer
from tests.support.model_turns import Call, Gate, Silence, Turn, call, error, say
from webapp.assistants.cards import BUILT_IN
from webapp.assistants.choice import is_offline, model_notice
from webapp.assistants.clients import Clients
from webapp.assistants.models import ParleyProvider, run_config
from webapp.assistants.offering import card_of, offer
from webapp.assistants.offline import OfflineModel
from webapp.config import Settings


def test_a_reply_is_streamed_as_it_comes(settings: Settings, server: ModelServer) -> None:
    gate = Gate()
    server.script(say("One ", "two ", "three.", gate=gate))

    async def read() -> str:
        provider = ParleyProvider(settings)
        config = RunConfig(model_provider=provider)
        run = Runner.run_streamed(Agent(name="A"), "Count", run_config=config)
        text = ""
        gate.release()
        async for event in run.stream_events():
            if event.type == "raw_response_event" and event.data.type.endswith("text.delta"):
                text += event.data.delta
                gate.release()  # Only now may the next chunk come.
        await provider.aclose()
        return text

    assert asyncio.run(read()) == "One two three."


def test_what_was_streamed_before_a_fault_is_heard_however_late(
    settings: Settings, server: ModelServer
) -> None:
    server.script(say("One ", "two ", "three.", broken="reset"))

    async def read() -> str:
        provider = ParleyProvider(settings)
        run = Runner.run_streamed(
            Agent(name="A"), "Count", run_config=RunConfig(model_provider=provider)
        )
        assert run.run_loop_task
        await asyncio.wait({run.run_loop_task})
        heard: list[str] = []
        with pytest.raises(APIConnectionError):
            await _listen(run, heard)
        await provider.aclose()
        return "".join(heard)

    assert asyncio.run(read()) == "One two three."


async def _listen(run: Any, heard: list[str]) -> None:
    async for event in run.stream_events():
        if event.type == "raw_response_event" and event.data.type.endswith("text.delta"):
            heard.append(event.data.delta)  # noqa: PERF401 - what came before the error counts


def test_tools_are_called_side_by_side_and_their_outputs_sent_back(
    server: ModelServer, ask: Ask
) -> None:
    calls = (Call("add", {"a": 1, "b": 2}), Call("add", {"a": 3, "b": 4}))
    server.script(Turn(calls=calls), say("Three and seven."))
    assert ask("Add").reply == "Three and seven."
    sent = str(server.requests[1].items)
    assert "'3'" in sent
    assert "'7'" in sent


def test_tokens_are_counted_in_both_apis(server: ModelServer, ask: Ask) -> None:
    server.script(call("add", a=1, b=2), say("Three."))
    usage = ask().usage
    assert (usage.requests, usage.input_tokens, usage.output_tokens) == (2, 22, 14)
    assert usage.input_tokens_details.cached_tokens == 6
    assert usage.output_tokens_details.reasoning_tokens == 4


def test_a_summary_of_the_reasoning_is_streamed(server: ModelServer, ask: Ask) -> None:
    server.script(Turn(("Forty-two.",), reasoning="The question is hard."))
    outcome = ask()
    assert (outcome.reasoning, outcome.text) == ("The question is hard.", "Forty-two.")


def test_the_key_and_the_models_name_are_sent(server: ModelServer, ask: Ask) -> None:
    ask()
    (request,) = server.requests
    assert request.headers["authorization"] == "Bearer sk-secret-of-the-house"
    assert request.body["model"] == "test-model"


def test_an_agents_own_model_name_is_used_as_it_is(server: ModelServer, ask: Ask) -> None:
    ask(agent=Agent(name="Named", model="Qwen/Qwen3-8B"))
    assert server.requests[0].body["model"] == "Qwen/Qwen3-8B"


def test_an_agent_that_brings_its_own_model_keeps_it(server: ModelServer, ask: Ask) -> None:
    model = ScriptedModel([[assistant_message("From my own.")]])
    assert ask(agent=Agent(name="Own", model=model)).reply == "From my own."
    assert server.requests == []


def test_settings_that_only_openais_default_model_knows_are_not_sent(
    server: ModelServer, ask: Ask
) -> None:
    ask()
    sent = server.requests[0].body.keys()
    assert not {"reasoning", "reasoning_effort", "verbosity", "text"} & sent


def test_an_agents_own_settings_are_sent(server: ModelServer, ask: Ask) -> None:
    given = ModelSettings(temperature=0.5, reasoning=Reasoning(effort="low"))
    ask(agent=Agent(name="Set", model_settings=given))
    body = server.requests[0].body
    assert body["temperature"] == 0.5
    assert (body.get("reasoning") or {"effort": body.get("reasoning_effort")})["effort"] == "low"


def test_other_servers_are_asked_in_chat_completions_and_without_a_key(server: ModelServer) -> None:
    settings = Settings(openai_base_url=server.url, model="llama")

    async def run() -> Any:
        provider = ParleyProvider(settings)
        result = await Runner.run(
            Agent(name="A"), "Hello", run_config=RunConfig(model_provider=provider)
        )
        await provider.aclose()
        return result.final_output

    assert asyncio.run(run()) == "Hello from the test model."
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].headers["authorization"] == "Bearer not-needed"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_tried_again_unseen(server: ModelServer, ask: Ask, status: int) -> None:
    server.script(error(status, retry_after="0"), say("There."))
    assert ask(retries=1).reply == "There."


def test_who_is_told_to_wait_long_hears_so_at_once(server: ModelServer, ask: Ask) -> None:
    server.script(error(429, retry_after="30"))
    began = time.monotonic()
    outcome = ask(retries=2)
    assert outcome.fault
    assert outcome.fault.sentence.endswith("Try again in 30 seconds.")
    assert time.monotonic() - began < 5
    assert len(server.requests) == 1


def test_a_silent_server_is_not_asked_again(server: ModelServer, ask: Ask) -> None:
    server.script(Silence())
    outcome = ask(retries=2)
    assert outcome.fault
    assert outcome.fault.kind == "silence"
    assert len(server.requests) == 1


def test_a_reply_that_broke_off_is_not_asked_for_again(server: ModelServer, ask: Ask) -> None:
    server.script(say("Half ", broken="reset"))
    outcome = ask(retries=2)
    assert outcome.text == "Half "
    assert len(server.requests) == 1


def test_each_loop_has_connections_of_its_own(settings: Settings, server: ModelServer) -> None:
    clients = Clients(settings)
    provider = ParleyProvider(settings, clients)
    replies: list[str] = []

    async def run() -> None:
        for _ in range(2):
            result = await Runner.run(
                Agent(name="A"), "Hello", run_config=RunConfig(model_provider=provider)
            )
            replies.append(result.final_output)
        assert clients.current() is clients.current()
        await provider.aclose()

    threads = [threading.Thread(target=asyncio.run, args=(run(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == ["Hello from the test model."] * 6


KEYED = {"openai_api_key": "sk-of-openai"}
SERVED = {"openai_base_url": "http://127.0.0.1:9/v1"}


@pytest.mark.parametrize("given", [KEYED, SERVED, KEYED | SERVED])
def test_what_is_configured_is_never_replaced_by_the_demonstration(given: dict[str, str]) -> None:
    settings = Settings(**given)
    assert not is_offline(settings)
    assert model_notice(settings, BUILT_IN) is None

    async def chosen() -> Any:
        provider = ParleyProvider(settings)
        model = provider.get_model(None)
        await provider.aclose()
        return model

    assert not isinstance(asyncio.run(chosen()), OfflineModel)


def test_without_a_key_or_a_server_the_demonstration_answers_and_the_page_says_so() -> None:
    settings = Settings()
    assert isinstance(run_config(settings).model_provider.get_model("gpt-4.1"), OfflineModel)
    assert "OPENAI_API_KEY" in (model_notice(settings, BUILT_IN) or "")


def test_an_agent_that_brings_its_own_model_is_no_demonstration() -> None:
    own = card_of(Agent(name="Own", model=OfflineModel()))
    other = card_of(offer(Agent(name="Other", model="gpt-4.1"), title="Another"))
    assert model_notice(Settings(), [own]) is None
    assert model_notice(Settings(), [other]) is not None
    assert model_notice(Settings(), [own, other]) is not None


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (KEYED, "/v1/responses"),
        (KEYED | {"openai_api": "chat_completions"}, "/v1/chat/completions"),
        (SERVED, "/v1/chat/completions"),
        (SERVED | {"openai_api": "responses"}, "/v1/responses"),
    ],
)
def test_the_api_follows_the_server_unless_it_is_set(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], path: str
) -> None:
    has_server = "openai_base_url" in given
    settings = Settings(**given | ({"openai_base_url": server.url} if has_server else {}))
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)  # Stands for OpenAI's own address.

    async def run() -> None:
        provider = ParleyProvider(settings)
        await Runner.run(Agent(name="A"), "Hi", run_config=RunConfig(model_provider=provider))
        await provider.aclose()

    asyncio.run(run())
    assert server.requests[0].path == path


def test_nothing_is_traced_to_the_outside(ask: Ask, server: ModelServer) -> None:
    assert run_config(Settings()).trace_include_sensitive_data is False
    ask()
    # The SDK's own provider holds the exporter that sends; there is no public way to look.
    assert get_trace_provider()._multi_processor._processors == ()
    assert len(server.requests) == 1
