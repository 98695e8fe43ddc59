"""A reply's text is heard at its model; what an agent inside a tool says is not the reply's."""

from agents import Agent, function_tool
from agents.testing import assistant_message, function_call

from tests.runs.conftest import send, text_of
from tests.runs.stage import Stage, completed, delta
from tests.runs.test_listening import streams
from webapp.models import AgentSession
from webapp.runs import Executor, decide_run
from webapp.runs.events import ApprovalRequested, TextDelta, ToolFinished

PIECES = [f"piece {number} " for number in range(50)]


def test_what_an_agent_inside_a_tool_says_is_not_taken_for_the_reply(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    inner = Agent(name="Inner").as_tool("ask", "Asks.", on_stream=lambda _: None)
    stage.play(
        [function_call("ask", {"input": "Count to 20"}, call_id="c1")], "Done.", tools=[inner]
    )
    run = send(chat)
    assert run.ended() == "finished"
    events = run.events()
    [output] = [event.output for event in events if isinstance(event, ToolFinished)]
    assert "17" in output
    assert text_of(events) == "Done."


def test_a_call_that_was_approved_inside_a_tool_has_its_result_before_the_reply_ends(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    @function_tool(needs_approval=True)
    def delete(number: int) -> str:
        return f"deleted {number}"

    inner = Agent(name="Inner", tools=[delete]).as_tool("ask", "Asks.")
    asks = function_call("ask", {"input": 'delete {"number": 7}'}, call_id="c1")
    stage.play([asks], "Done.", tools=[inner])
    run = send(chat)
    assert run.ended() == "paused"
    [asked] = [event.call_id for event in run.events() if isinstance(event, ApprovalRequested)]
    decide_run(run.id, asked, approve=True)
    assert run.ended() == "finished"
    results = [event for event in run.events() if isinstance(event, ToolFinished)]
    assert [result.call_id for result in results] == [asked, "c1"]
    assert results[0].output == "deleted 7"


def test_no_piece_overtakes_another(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    # All at once: the SDK has brought none of them when the last one is said.
    done = completed([assistant_message("".join(PIECES))])
    stage.play(streams(*map(delta, PIECES), done))
    run = send(chat)
    assert run.ended() == "finished"
    told = [event.text for event in run.events() if isinstance(event, TextDelta)]
    assert "".join(told) == "".join(PIECES)
