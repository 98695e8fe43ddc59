import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from tests.factories import make_session, make_user
from tests.runs.conftest import Start, send, shape, text_of
from tests.runs.stage import Gate, Stage, says
from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, AgentSession
from webapp.runs import Executor, start_run
from webapp.services.facts import RunAlreadyActive, SessionGone, SessionInactive, TooManyRuns


def test_a_message_is_answered(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    stage.play(says("Good ", "day."))
    run = send(chat, "Hello")
    assert text_of(run.events()) == "Good day."
    assert run.ended() == "finished"
    assert shape(run.items) == "user assistant"
    assert run.items[0] == {"role": "user", "content": "Hello"}


def test_the_row_tells_who_answered_how_fast_and_at_what_cost(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(says("Good day."))
    run = send(chat)
    run.ended()
    row = run.row
    assert (row.agent_name, row.model) == ("Assistant", "scripted-1")
    assert (row.requests, row.input_tokens, row.cached_tokens) == (1, 70, 20)
    assert (row.output_tokens, row.reasoning_tokens) == (30, 10)
    times = [row.queued_at, row.started_at, row.first_token_at, row.ended_at]
    assert times == sorted(time for time in times if time is not None)


def test_the_next_message_is_answered_with_the_history(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    model = stage.play("One.", "Two.")
    send(chat, "First").ended()
    send(chat, "Second").ended()
    assert model.last_call is not None
    assert [item["role"] for item in model.last_call.input] == ["user", "assistant", "user"]


def test_the_chats_instructions_follow_the_agents_own(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    with write_tx() as tx:
        tx.execute(update(AgentSession).values(agent_instructions="Answer in Latin."))
    model = stage.play("Salve.", instructions="Be brief.")
    send(chat).ended()
    assert model.last_call is not None
    assert model.last_call.system_instructions == "Be brief.\n\nAnswer in Latin."


def test_an_agent_that_is_gone_is_told_in_a_sentence(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Hello.", name="Another")
    run = send(chat)
    assert run.ended() == "failed"
    assert run.row.error_kind == "agent_gone"
    assert shape(run.items) == "user"


def test_a_message_moves_its_chat_to_the_top(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Hello.")
    send(chat).ended()
    with read_tx() as tx:
        assert tx.get_one(AgentSession, chat.id).last_activity_at > chat.last_activity_at


def at_once(times: int, do: Callable[[int], Any]) -> list[Any]:
    """Do it in as many threads, all beginning together; errors are results."""
    together = threading.Barrier(times)

    def one(number: int) -> Any:
        together.wait(10)
        try:
            return do(number)
        except Exception as error:  # noqa: BLE001 - what it is, the test looks at
            return error

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


def test_the_same_sending_many_times_at_once_is_one_run(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Hello.")
    results = at_once(20, lambda _: start_run(chat.id, "Hello", "the-key"))
    assert len(set(results)) == 1
    with read_tx() as tx:
        assert tx.scalar(select(func.count()).select_from(AgentRun)) == 1


def test_of_two_messages_at_once_one_is_refused(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says(gate, "Hello."))
    results = at_once(2, lambda number: start_run(chat.id, f"Hello {number}", uuid4().hex))
    gate.open()
    assert sorted(type(result).__name__ for result in results) == ["RunAlreadyActive", "UUID"]


def test_while_a_run_is_active_another_message_is_refused(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says(gate, "Hello."), "Again.")
    first = send(chat)
    with pytest.raises(RunAlreadyActive):
        send(chat)
    gate.open()
    first.ended()
    assert send(chat).ended() == "finished"


def test_the_same_sending_is_known_after_the_run_has_ended(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Hello.")
    run = send(chat, key="once")
    run.ended()
    assert send(chat, key="once") == run


def test_a_deactivated_chat_takes_no_message(executor: Executor, chat: AgentSession) -> None:
    with write_tx() as tx:
        tx.execute(update(AgentSession).values(is_active=False))
    with pytest.raises(SessionInactive):
        send(chat)


def test_a_deleted_chat_takes_no_message(executor: Executor) -> None:
    with pytest.raises(SessionGone):
        start_run(uuid4(), "Hello", "key")


@pytest.mark.parametrize("limit", [{"max_runs_per_person": 1}, {"max_runs": 1}], ids=str)
def test_beyond_the_limit_a_message_waits_for_nobody(
    start: Start, stage: Stage, chat: AgentSession, limit: dict[str, int]
) -> None:
    start(**limit)
    gate = Gate()
    stage.play(says(gate, "Hello."), "Now.")
    first = send(chat)
    other = make_session(chat.user_id if "max_runs_per_person" in limit else make_user().id)
    with pytest.raises(TooManyRuns):
        send(other)
    gate.open()
    first.ended()
    assert send(other).ended() == "finished"


def test_of_a_persons_messages_at_once_no_more_are_taken_than_they_may_have(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    start(max_runs_per_person=1)
    gate = Gate()
    stage.play(says(gate, "Hello."))
    chats = [chat, *(make_session(chat.user_id) for _ in range(7))]
    results = at_once(8, lambda number: start_run(chats[number].id, "Hello", uuid4().hex))
    gate.open()
    assert sorted(type(result).__name__ for result in results) == ["TooManyRuns"] * 7 + ["UUID"]
