"""A reply's text is heard at its model; what an agent inside a tool says is not the reply's."""

from agents import Agent
from agents.testing import assistant_message, function_call

from tests.runs.conftest import send, text_of
from tests.runs.stage import Stage, completed, delta
from tests.runs.test_listening import streams
from webapp.models import AgentSession
from webapp.runs import Executor
from webapp.runs.events import TextDelta, ToolFinished

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


def test_no_piece_overtakes_another(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    # All at once: the SDK has brought none of them when the last one is said.
    done = completed([assistant_message("".join(PIECES))])
    stage.play(streams(*map(delta, PIECES), done))
    run = send(chat)
    assert run.ended() == "finished"
    told = [event.text for event in run.events() if isinstance(event, TextDelta)]
    assert "".join(told) == "".join(PIECES)
