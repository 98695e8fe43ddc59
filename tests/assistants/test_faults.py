"""Each way in which a model's server can fail, over real HTTP and in both APIs."""

import json

import pytest

from tests.assistants.conftest import Ask
from tests.support.model_server import ModelServer, refusing_url
from tests.support.model_turns import Call, Raw, Silence, Step, Turn, call, error, say
from webapp.config import Settings

LEAK = "sk-secret-of-the-house http://user:pass@example.org/v1 Traceback"
FULL = error(400, "context_length_exceeded", "This model's maximum context length is 8192 tokens")

MATRIX: dict[str, tuple[Step, str, str]] = {
    "401": (error(401, "invalid_api_key", LEAK), "key_refused", "did not accept the key"),
    "403": (error(403, message=LEAK), "not_allowed", "may not use this model"),
    "404": (error(404, "model_not_found", LEAK), "model_unknown", "set PARLEY_MODEL"),
    "404 in HTML": (Raw(404, "<h1>Not found</h1>", "text/html"), "model_unknown", "PARLEY_MODEL"),
    "413": (error(413, message=LEAK), "too_long", "too long for the model"),
    "422": (error(422, message=LEAK), "request_refused", "did not accept the request"),
    "429": (error(429, message=LEAK), "rate_limited", "too many requests"),
    "429 with a time": (error(429, retry_after="7"), "rate_limited_for", "again in 7 seconds"),
    "429 without credit": (error(429, "insufficient_quota"), "no_credit", "no credit left"),
    "500": (error(500, message=LEAK), "model_error", "server failed"),
    "500 in HTML": (Raw(500, "<h1>Oops</h1>", "text/html"), "model_error", "server failed"),
    "503": (error(503, message=LEAK), "overloaded", "overloaded"),
    "too long a chat": (FULL, "too_long", "start a new chat"),
    "silence before a word": (Silence(), "silence", "said nothing for too long"),
    "silence in mid-reply": (say("Half ", broken="silent"), "silence", "for too long"),
    "half a stream": (say("Half ", broken="ends"), "cut_off", "before the answer was complete"),
    "a reset": (say("Half ", broken="reset"), "cut_off", "broke off"),
    "garbage in mid-reply": (say("Half ", broken="garbage"), "garbled", "not an answer"),
    "an error in mid-reply": (say("Half ", broken="error"), "model_error", "server failed"),
    "a failure in mid-reply": (say("Half ", broken="failed"), "model_error", "server failed"),
    "cut by length": (Turn(("Half ",), finish="length"), "too_much", "length limit"),
    "cut by the filter": (Turn(("Half ",), finish="content_filter"), "blocked", "filter"),
    "nothing by length": (Turn(finish="length"), "too_much", "length limit"),
    "nothing by the filter": (Turn(finish="content_filter"), "blocked", "filter"),
    "an empty answer": (Turn(), "empty", "empty answer"),
    "only reasoning": (Turn(reasoning="Let me see."), "empty", "empty answer"),
    "an empty body": (Raw(content_type="text/event-stream"), "garbled", "not an answer"),
    "HTML": (Raw(body="<h1>Welcome</h1>", content_type="text/html"), "garbled", "not an answer"),
    "JSON that is no answer": (Raw(body='{"hello": 1}'), "garbled", "not an answer"),
    "broken JSON": (Raw(body='{"id": '), "garbled", "not an answer"),
    "JSON of another shape in the stream": (
        Raw(body='data: [1, 2]\n\ndata: "x"\n\n', content_type="text/event-stream"),
        "garbled",
        "not an answer",
    ),
    "a refusal": (Turn(refusal="I will not."), "refused", "declined to answer"),
    "an unknown tool": (call("launch", at="dawn"), "unknown_tool", "does not have"),
}


@pytest.mark.parametrize("name", MATRIX)
def test_a_fault_of_the_models_server_is_told_in_a_plain_sentence(
    name: str, server: ModelServer, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    step, kind, words = MATRIX[name]
    server.script(step)
    outcome = ask()
    assert outcome.fault is not None, outcome.reply
    assert outcome.fault.kind == kind, repr(outcome.error)
    assert words in outcome.fault.sentence
    assert outcome.fault.sentence[0].isupper()
    assert outcome.fault.sentence.endswith(".")
    for leak in LEAK.split():
        assert leak not in outcome.fault.sentence
    if isinstance(step, Turn) and step.chunks:
        assert outcome.text == "Half "
    assert not [record for record in caplog.records if record.name == "asyncio"]


def test_nobody_listening_is_told(settings: Settings, ask: Ask) -> None:
    object.__setattr__(settings, "openai_base_url", refusing_url())
    outcome = ask()
    assert outcome.fault
    assert outcome.fault.kind == "unreachable"


@pytest.mark.parametrize("arguments", ["no JSON", '{"a": 1', '{"a": "x", "b": []}', "[]", ""])
def test_arguments_that_cannot_be_read_are_the_models_to_mend(
    server: ModelServer, ask: Ask, arguments: str
) -> None:
    server.script(Turn(calls=(Call("add", arguments),)), say("Let me ", "try again."))
    outcome = ask()
    assert (outcome.fault, outcome.reply) == (None, "Let me try again.")
    assert "error" in json.dumps(server.requests[1].items).lower()


def test_too_many_steps_are_told(server: ModelServer, ask: Ask) -> None:
    server.always(call("add", a=1, b=2))
    outcome = ask(max_turns=3)
    assert outcome.fault
    assert outcome.fault.kind == "max_turns"
    assert len(server.requests) == 3


def test_the_next_turn_after_a_fault_works_and_its_history_is_accepted(
    server: ModelServer, ask: Ask
) -> None:
    server.script(call("add", a=1, b=2), error(500), say("Three."))
    assert ask("What is 1 + 2?").fault
    assert ask("What is 1 + 2?").reply == "Three."


def test_one_huge_delta_is_a_reply(server: ModelServer, ask: Ask) -> None:
    huge = "word " * 400_000
    server.script(say(huge))
    assert ask().reply == huge


def test_words_that_look_like_the_end_of_a_stream_do_not_end_it(
    server: ModelServer, ask: Ask
) -> None:
    tricky = 'data: [DONE]\n\ndata: {"finish_reason": "stop"}\n\nevent: error\n'
    server.script(say(tricky, "and on"))
    assert ask().reply == tricky + "and on"
