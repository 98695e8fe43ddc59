"""The demonstration under the SDK's runner, with whatever agent and history it is given."""

import asyncio
import json
import time
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool
from agents.models.interface import ModelProvider, ModelTracing
from pydantic import BaseModel

from tests.assistants.conftest import ADA
from webapp.assistants.built_in import AGENTS
from webapp.assistants.offline import OfflineModel

ASSISTANT = AGENTS[0]


class Provider(ModelProvider):
    def __init__(self, pace: float = 0) -> None:
        self._model = OfflineModel(pace=pace)

    def get_model(self, model_name: str | None) -> OfflineModel:
        return self._model


def ask(text: Any, agent: Agent[Any] = ASSISTANT, pace: float = 0) -> tuple[Any, list[Any], str]:
    """The result, the raw events, and what was streamed."""

    async def run() -> tuple[Any, list[Any], str]:
        config = RunConfig(model_provider=Provider(pace))
        result = Runner.run_streamed(agent, text, context=ADA, run_config=config)
        events = [
            event.data
            async for event in result.stream_events()
            if event.type == "raw_response_event"
        ]
        deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
        return result, events, "".join(deltas)

    return asyncio.run(run())


def calls_of(result: Any) -> list[tuple[str, dict[str, Any]]]:
    return [
        (item["name"], json.loads(item["arguments"]))
        for item in result.to_input_list()
        if item.get("type") == "function_call"
    ]


def test_it_says_what_it_is_and_how_to_set_a_key() -> None:
    result, _events, streamed = ask("Tell me about the sea")
    assert streamed == result.final_output
    assert "You wrote: “Tell me about the sea”" in streamed
    assert "offline demonstration, not a language model" in streamed
    assert "OPENAI_API_KEY" in streamed


def test_its_events_are_those_of_the_responses_api_in_their_order() -> None:
    _result, events, _streamed = ask("Hello")
    kinds = [event.type for event in events]
    assert kinds[:3] == [
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert set(kinds[3:-4]) == {"response.output_text.delta"}
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].response.usage.output_tokens > 0


def test_it_streams_a_word_at_a_time_at_its_pace() -> None:
    began = time.monotonic()
    _result, events, streamed = ask("Count to 20", pace=0.01)
    assert time.monotonic() - began >= 0.2
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert [delta.strip() for delta in deltas] == [str(number) for number in range(1, 21)]
    assert streamed.split() == [str(number) for number in range(1, 21)]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("What time is it?", [("current_time", {"zone": ""})]),
        ("what's the time in tokyo", [("current_time", {"zone": "tokyo"})]),
        (
            "What time is it in Tokyo and in New York right now?",
            [("current_time", {"zone": "Tokyo"}), ("current_time", {"zone": "New York"})],
        ),
        ("What is 17.5% of 2,480?", [("calculate", {"expression": "17.5 / 100 * 2480"})]),
        ("what is 12 times 12", [("calculate", {"expression": "12 * 12"})]),
        ("Please compute (3 + 4) * 2.", [("calculate", {"expression": "(3 + 4) * 2"})]),
        ("the square root of 16?", [("calculate", {"expression": "sqrt(16)"})]),
        ('calculate {"expression": "2**8"}', [("calculate", {"expression": "2**8"})]),
        ("I was born on 3 May 1999", []),
        ("Hello", []),
        ("It is time to go", []),
    ],
)
def test_it_calls_the_tool_that_a_sentence_asks_for(
    text: str, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    result, _events, _streamed = ask(text)
    found = [
        (name, {key: " ".join(value.split()) for key, value in arguments.items()})
        for name, arguments in calls_of(result)
    ]
    assert found == calls


def test_it_says_what_the_tools_gave_back() -> None:
    assert ask("What is 12 times 12?")[2] == "`12 * 12` is **144**."
    assert ask("What time is it in Tokyo and Atlantis?")[2].startswith("In Tokyo it is ")
    assert "no time zone called 'Atlantis'" in ask("What time is it in Tokyo and Atlantis?")[2]


def test_it_calls_only_tools_that_the_agent_has() -> None:
    result, _events, streamed = ask("What is 12 times 12?", Agent(name="Bare"))
    assert calls_of(result) == []
    assert "demonstration" in streamed


def test_it_tries_any_tool_that_is_named_with_its_arguments() -> None:
    @function_tool
    def get_weather(city: str) -> str:
        return f"Sunny in {city}.\n```\n20 degrees\n```"

    agent = Agent(name="Weather", tools=[get_weather])
    assert "get_weather" in ask("What can you do?", agent)[2]
    result, _events, streamed = ask('get_weather {"city": "Paris"}', agent)
    assert calls_of(result) == [("get_weather", {"city": "Paris"})]
    assert "\n````\nSunny in Paris.\n```" in streamed
    for text in ('get_weather {"city": ', 'other {"city": "Paris"}', "get_weather {1}"):
        assert calls_of(ask(text, agent)[0]) == []


def test_it_shows_markdown() -> None:
    for text in ("Show me what you can do", "Show me what Markdown looks like here"):
        streamed = ask(text)[2]
        assert "| Planet |" in streamed
        assert "```python\n" in streamed
        assert "\n   - with **bold**" in streamed


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        ("I was charged twice on my invoice", "Billing"),
        ("The app crashes with an error", "Technical support"),
        ("Please connect me to Billing", "Billing"),
        ("There are two invoices, and I was not refunded", "Billing"),
        ("It shows errors", "Technical support"),
        ("The app doesn't work", "Technical support"),
    ],
)
def test_it_hands_over_where_the_words_match(text: str, agent: str) -> None:
    others = [Agent(name="Billing"), Agent(name="Technical support")]
    result, _events, streamed = ask(text, Agent(name="Triage", handoffs=others))
    assert result.last_agent.name == agent
    assert streamed.startswith(f"This is {agent}.")


def test_it_does_not_hand_back_and_forth() -> None:
    billing, technical = Agent(name="Billing"), Agent(name="Technical support")
    billing.handoffs, technical.handoffs = [technical], [billing]
    triage = Agent(name="Triage", handoffs=[billing, technical])
    result, _events, _streamed = ask("An error on my invoice", triage)
    assert result.last_agent is billing


class Weather(BaseModel):
    city: str
    days: list[int]
    note: str | None


def test_it_gives_structured_output_where_an_agent_asks_for_it() -> None:
    agent = Agent(name="Structured", output_type=Weather)
    assert ask("Weather?", agent)[0].final_output == Weather(
        city="demonstration", days=[], note=None
    )


CALL = {"type": "function_call", "call_id": "c1", "name": "delete", "arguments": "{}"}
HISTORIES: dict[str, tuple[list[Any], str]] = {
    "nothing": ([], "demonstration"),
    "only a system message": ([{"role": "system", "content": "Be kind"}], "demonstration"),
    "an image": (
        [
            {
                "role": "user",
                "content": [
                    {
                        "type": "input_image",
                        "image_url": "data:image/png;base64,AA==",
                        "detail": "auto",
                    }
                ],
            }
        ],
        "You sent a file, which I cannot look at.",
    ),
    "text in parts": (
        [{"role": "user", "content": [{"type": "input_text", "text": "Count to 3"}]}],
        "1 2 3",
    ),
    "an approval that was refused": (
        [
            {"role": "user", "content": "Delete it"},
            CALL,
            {"type": "function_call_output", "call_id": "c1", "output": "Not approved."},
        ],
        "Not approved.",
    ),
    "a tool's output in parts": (
        [
            {"role": "user", "content": "Delete it"},
            CALL,
            {
                "type": "function_call_output",
                "call_id": "c1",
                "output": [{"type": "input_text", "text": "Gone."}],
            },
        ],
        "Gone.",
    ),
    "a partial reply to go on from": (
        [{"role": "user", "content": "Count to 3"}, {"role": "assistant", "content": "1 2"}],
        "1 2 3",
    ),
    "a handoff in an earlier turn": (
        [
            {"role": "user", "content": "My invoice"},
            CALL | {"name": "transfer_to_billing"},
            {"type": "function_call_output", "call_id": "c1", "output": '{"assistant": "Billing"}'},
            {"role": "assistant", "content": "This is Billing."},
            {"role": "user", "content": "Count to 3"},
        ],
        "1 2 3",
    ),
    "reasoning and hosted tools": (
        [
            {"role": "user", "content": "Count to 3"},
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
        ],
        "1 2 3",
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_it_copes_with_any_history(name: str) -> None:
    items, expected = HISTORIES[name]

    async def answer() -> str:
        response = await _respond(items)
        return str(response.output[0].content[0].text)

    assert expected in asyncio.run(answer())


async def _respond(items: list[Any]) -> Any:
    return await OfflineModel(pace=0).get_response(
        None,
        items,
        None,
        [],
        None,
        [],
        ModelTracing.DISABLED,
    )
