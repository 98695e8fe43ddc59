"""Tools of a hosted MCP server that need approval: one line for the request and its call."""

from typing import Any
from uuid import uuid4

import pytest
from agents import HostedMCPTool, function_tool
from agents.testing import ModelStep, assistant_message, function_call
from openai.types.responses.response_output_item import McpApprovalRequest, McpCall

from tests.runs.conftest import Watched, items_of, send, shape
from tests.runs.stage import Gate, Stage, completed, delta, says
from tests.runs.test_listening import added_and_done, streams
from webapp.models import AgentSession
from webapp.rendering.draft import Draft
from webapp.rendering.transcript import load_turn
from webapp.rendering.view_models import Section, ToolsPart
from webapp.runs import Executor, continue_run, decide_run, regenerate_reply, stop_run
from webapp.runs.decisions import rejection
from webapp.runs.ending import NO_RESULT
from webapp.runs.events import ApprovalRequested, ToolStarted

Calls = list[tuple[str, str, str | None, str]]
TOLD = ("dice.roll", "sides: 6")
DONE = (*TOLD, "4", "done")
WHOLE = "user mcp_approval_request mcp_approval_response mcp_call assistant"


def dice(**given: Any) -> HostedMCPTool:
    config = {"type": "mcp", "server_label": "dice", "server_url": "https://dice.test"}
    return HostedMCPTool(tool_config={**config, "require_approval": "always"}, **given)


def asks(request_id: str = "r1") -> ModelStep:
    known = {"name": "roll", "server_label": "dice", "arguments": '{"sides": 6}'}
    request = McpApprovalRequest(id=request_id, type="mcp_approval_request", **known)
    return streams(*added_and_done(request), completed([request]))


def rolls(request_id: str = "r1") -> ModelStep:
    call = McpCall(
        id=f"m{request_id}",
        type="mcp_call",
        name="roll",
        server_label="dice",
        arguments='{"sides": 6}',
        output="4",
        approval_request_id=request_id,
    )
    said = assistant_message("A four.", item_id=f"msg_{uuid4().hex}")
    return streams(*added_and_done(call), delta("A four."), completed([call, said]))


def paused(chat: AgentSession) -> Watched:
    run = send(chat)
    assert run.ended() == "paused"
    assert [event for event in run.events() if isinstance(event, ApprovalRequested)] == [
        ApprovalRequested("r1")
    ]
    return run


def told(run: Watched) -> Calls:
    """What a page shows that has followed the run to its end."""
    draft = Draft("reply", "Assistant")
    for event in run.events():
        draft.apply(event)
    return _calls(draft.shown(is_active=False))


def stored(run: Watched) -> Calls:
    """What a page shows that is loaded afterwards."""
    turn = load_turn(run.id)
    assert turn is not None
    assert turn.reply is not None
    return _calls(turn.reply.sections)


def _calls(sections: tuple[Section, ...]) -> Calls:
    parts = [part for section in sections for part in section.parts]
    shown = [call for part in parts if isinstance(part, ToolsPart) for call in part.calls]
    return [(call.name, call.gist, call.output, call.state) for call in shown]


def test_an_approved_call_has_its_output_where_it_was_asked_for(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(asks(), rolls(), tools=[dice()])
    run = paused(chat)
    assert stored(run) == [(*TOLD, None, "waiting")]
    decide_run(run.id, "r1", approve=True)
    assert run.ended() == "finished"
    assert shape(run.items) == WHOLE
    assert told(run) == stored(run) == [DONE]


def test_a_rejected_call_says_so(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    stage.play(asks(), "I see.", tools=[dice()])
    run = paused(chat)
    decide_run(run.id, "r1", approve=False, reason="Not now.")
    assert run.ended() == "finished"
    assert told(run) == stored(run) == [(*TOLD, rejection("Not now."), "rejected")]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ({"approve": True}, DONE),
        ({"approve": False, "reason": "Not on Sundays."}, (*TOLD, "Not on Sundays.", "failed")),
        ({"approve": False}, (*TOLD, "Not approved.", "failed")),
    ],
    ids=["yes", "no, for a reason", "no"],
)
def test_an_agent_that_decides_by_itself_is_shown_the_same(
    executor: Executor, stage: Stage, chat: AgentSession, answer: Any, shown: Any
) -> None:
    tools = [dice(on_approval_request=lambda _: answer)]
    stage.play(asks(), rolls() if answer["approve"] else "No.", tools=tools)
    run = send(chat)
    assert run.ended() == "finished"
    assert told(run) == stored(run) == [shown]


def test_approval_for_the_chat_is_for_that_servers_tool(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    @function_tool(needs_approval=True)
    def roll() -> str:
        return "6"

    own = function_call("roll", {}, call_id="c1")
    stage.play(asks(), rolls(), asks("r2"), rolls("r2"), [own], tools=[dice(), roll])
    run = paused(chat)
    decide_run(run.id, "r1", approve=True, always=True)
    assert run.ended() == "finished"
    again = send(chat)
    assert again.ended() == "finished"
    assert told(again) == stored(again) == [DONE]
    assert send(chat).ended() == "paused"


@pytest.mark.parametrize("by", ["a message", "a stop"])
def test_a_request_that_is_dismissed_was_not_answered_with_yes(
    executor: Executor, stage: Stage, chat: AgentSession, by: str
) -> None:
    stage.play(asks(), "Something else.", tools=[dice()])
    run = paused(chat)
    if by == "a stop":
        stop_run(run.id)
    assert send(chat, "Never mind").ended() == "finished"
    response = run.items[-1]
    assert (response["type"], response["approve"]) == ("mcp_approval_response", False)
    state = "rejected" if by == "a message" else "stopped"
    assert stored(run) == [(*TOLD, response["reason"], state)]


def test_an_approval_does_not_outlast_a_stop_before_its_call(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    model = stage.play(asks(), says(gate), "Something else.", tools=[dice()])
    run = paused(chat)
    decide_run(run.id, "r1", approve=True)
    assert gate.reached.wait(10)
    stop_run(run.id)
    assert run.ended() == "stopped"
    assert stored(run) == [(*TOLD, NO_RESULT, "stopped")]
    assert send(chat, "Never mind").ended() == "finished"
    assert model.last_call is not None
    assert isinstance(model.last_call.input, list)
    answers = [item.get("approve") for item in model.last_call.input if "approve" in item]
    assert answers == [False]


def test_a_reply_that_goes_on_after_an_approval_tells_it_once(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(asks(), ModelStep.raise_error(OSError("gone")), rolls(), tools=[dice()])
    run = paused(chat)
    decide_run(run.id, "r1", approve=True)
    assert run.ended() == "failed"
    continue_run(run.id)
    assert run.ended() == "finished"
    assert [event.call_id for event in run.events() if isinstance(event, ToolStarted)] == ["r1"]
    assert told(run) == stored(run) == [DONE]


def test_a_reply_with_an_approval_is_made_anew_from_what_the_person_said(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    model = stage.play(asks(), rolls(), "Anew.", tools=[dice()])
    run = paused(chat)
    decide_run(run.id, "r1", approve=True)
    assert run.ended() == "finished"
    again = Watched(regenerate_reply(chat.id, 1))
    assert again.ended() == "finished"
    assert model.last_call is not None
    assert shape(model.last_call.input) == "user"
    assert shape(items_of(chat.id)) == "user assistant"
