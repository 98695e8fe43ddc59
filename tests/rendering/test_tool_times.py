"""How long a tool took."""

import pytest

from tests.factories import make_run
from tests.rendering.chats import CALL, OUTPUT, add, add_events, agent, parts_of, person
from webapp.models import AgentSession, RunStatus
from webapp.rendering.transcript import load_transcript
from webapp.runs.events import (
    ApprovalDecided,
    ApprovalRequested,
    Event,
    ToolFinished,
    ToolStarted,
)


@pytest.mark.parametrize("status", [RunStatus.RUNNING, RunStatus.FINISHED])
def test_the_time_of_a_tool_is_not_that_of_the_person_who_approved_it(
    chat: AgentSession, status: RunStatus
) -> None:
    run = make_run(chat.id, input=[person("Go")], status=status)
    add(chat, person("Go"), CALL, {**CALL, "call_id": "c2"}, run_id=run.id)
    add(chat, OUTPUT, {**OUTPUT, "call_id": "c2"}, agent("It is 3"), run_id=run.id)
    events: list[Event] = [ToolStarted(f"c{n}", "add", "{}", 10.0) for n in (1, 2)]
    events += [ApprovalRequested("c1"), ApprovalRequested("c2")]
    events += [ApprovalDecided("c2", is_approved=True, at=600.0)]
    events += [ApprovalDecided("c1", is_approved=True, at=3600.0)]
    add_events(run.id, *events, *[ToolFinished(f"c{n}", "3", 3600.5) for n in (1, 2)])
    [tools, *_] = parts_of(load_transcript(chat.id).turns[0])
    assert [call.seconds for call in tools.calls] == [0.5, 0.5]
