import asyncio
import threading
import time
from uuid import uuid4

from agents import ToolOutputImage, ToolOutputText, function_tool
from agents.testing import function_call
from sqlalchemy import delete, update

from tests.runs.conftest import Start, Watched, elsewhere, send, shape, text_of
from tests.runs.stage import Gate, Stage, says, until
from webapp.database import write_tx
from webapp.models import AgentRun, AgentSession, RunStatus, User
from webapp.runs import Executor, stop_run

AT_ONCE = 0.3


def ended_at_once(run: Watched) -> str:
    """Stop the run; give its status, which must come within the time that a person notices."""
    began = time.monotonic()
    stop_run(run.id)
    status = run.ended()
    assert time.monotonic() - began < AT_ONCE
    return status


def test_a_stopped_reply_keeps_its_text(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    model = stage.play(says("Half ", "a reply", gate, " and more."), "Next.")
    run = send(chat)
    assert gate.reached.wait(10)
    assert ended_at_once(run) == "stopped"
    assert run.items[1:] == [{"role": "assistant", "content": "Half a reply"}]
    assert text_of(run.events()) == "Half a reply"
    send(chat, "Go on").ended()
    assert model.last_call is not None
    assert [item["role"] for item in model.last_call.input] == ["user", "assistant", "user"]


def test_a_reply_stopped_before_its_first_word_leaves_the_message(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says(gate, "Late."))
    run = send(chat)
    assert gate.reached.wait(10)
    assert ended_at_once(run) == "stopped"
    assert shape(run.items) == "user"


def test_a_hanging_tool_does_not_keep_a_run_from_being_stopped(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    begun = threading.Event()

    @function_tool
    async def wait_for_ever() -> str:
        begun.set()
        await asyncio.Event().wait()
        return "never"

    stage.play([function_call("wait_for_ever", {}, call_id="c1")], tools=[wait_for_ever])
    run = send(chat)
    assert begun.wait(10)
    assert ended_at_once(run) == "stopped"
    assert shape(run.items) == "user"


def test_a_tool_that_blocks_its_thread_does_not_either(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    begun, release = threading.Event(), threading.Event()

    @function_tool
    def block() -> str:
        begun.set()
        release.wait(20)
        return "at last"

    stage.play([function_call("block", {}, call_id="c1")], "Next.", tools=[block])
    run = send(chat)
    assert begun.wait(10)
    assert ended_at_once(run) == "stopped"
    release.set()
    assert send(chat).ended() == "finished"
    assert shape(run.items) == "user"


def test_a_finished_tools_result_outlives_the_stop(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()

    @function_tool
    def add(a: int, b: int) -> str:
        return str(a + b)

    @function_tool
    async def wait() -> str:
        await gate.wait()
        return "never"

    calls = [
        function_call("wait", {}, call_id="c1"),
        function_call("add", {"a": 1, "b": 2}, call_id="c2"),
    ]
    model = stage.play(calls, "Next.", tools=[add, wait])
    run = send(chat)
    until(lambda: "tool_finished" in run.written_kinds)
    assert ended_at_once(run) == "stopped"
    assert shape(run.items) == "user function_call function_call_output"
    assert run.items[2] == {"type": "function_call_output", "call_id": "c2", "output": "3"}
    send(chat, "And?").ended()
    assert model.last_call is not None
    assert shape(model.last_call.input) == "user function_call function_call_output user"


def test_a_picture_that_a_tool_gave_outlives_the_stop_as_a_picture(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()

    @function_tool
    def draw() -> list[ToolOutputText | ToolOutputImage]:
        return [ToolOutputText(text="A chart"), ToolOutputImage(image_url="data:image/png;x")]

    @function_tool
    async def wait() -> str:
        await gate.wait()
        return "never"

    calls = [function_call("wait", {}, call_id="c1"), function_call("draw", {}, call_id="c2")]
    stage.play(calls, tools=[draw, wait])
    run = send(chat)
    until(lambda: "tool_finished" in run.written_kinds)
    assert ended_at_once(run) == "stopped"
    text, picture = run.items[2]["output"]
    assert (text["text"], picture["image_url"]) == ("A chart", "data:image/png;x")


def test_a_run_that_nobody_has_begun_is_stopped_where_it_is(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    run = send(chat)
    stop_run(run.id)
    assert run.ended() == "stopped"
    assert shape(run.items) == "user"
    model = stage.play("Late.", "Next.")
    start()
    send(chat, "Next").ended()
    assert len(model.calls) == 1


def test_stopping_in_the_moment_of_starting(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(*[says(gate, "Late.")] * 20)
    for _ in range(20):
        run = send(chat)
        stop_run(run.id)
        assert run.ended() == "stopped"
        assert shape(run.items) == "user"


def test_stopping_twice_or_too_late_changes_nothing(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says("Half", gate), "Whole.")
    run = send(chat)
    assert gate.reached.wait(10)
    stop_run(run.id)
    stop_run(run.id)
    assert run.ended() == "stopped"
    whole = send(chat)
    assert whole.ended() == "finished"
    stop_run(whole.id)
    assert whole.row.status is RunStatus.FINISHED
    stop_run(uuid4())


def test_a_run_that_was_ended_elsewhere_writes_nothing_more(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says("Half", gate, " and more."))
    run = send(chat)
    assert gate.reached.wait(10)
    with write_tx() as tx:
        tx.execute(update(AgentRun).values(status=RunStatus.STOPPED))
    assert run.ended() == "stopped"
    assert shape(run.items) == "user"


def test_a_run_of_another_process_is_stopped_with_what_its_rows_tell(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    """The same process, without its executor: nobody here holds the run."""
    gate = Gate()
    start()
    stage.play(says("Half", gate, " and more."))
    run = send(chat)
    assert gate.reached.wait(10)
    until(lambda: "text" in run.written_kinds)
    with elsewhere():
        stop_run(run.id)
    assert run.ended() == "stopped"
    assert run.items[1:] == [{"role": "assistant", "content": "Half"}]


def test_a_deleted_chat_ends_its_run(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    gate = Gate()
    stage.play(says("Half", gate))
    run = send(chat)
    assert gate.reached.wait(10)
    with write_tx() as tx:
        tx.execute(delete(AgentSession))
    assert run.ended() == "gone"


def test_a_disabled_persons_runs_are_stopped(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says("Half", gate))
    run = send(chat)
    assert gate.reached.wait(10)
    with write_tx() as tx:
        tx.execute(update(User).values(is_active=False))
    began = time.monotonic()
    assert run.ended() == "stopped"
    assert time.monotonic() - began < 5
    assert run.items[1:] == [{"role": "assistant", "content": "Half"}]
