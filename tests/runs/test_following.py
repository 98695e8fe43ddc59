"""Whoever follows a run sees all of it, in order and once, whenever they come and go."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from agents import Agent, handoff
from agents.extensions.handoff_filters import remove_all_tools
from agents.testing import ScriptedModel, assistant_message, function_call
from flask import Flask
from sqlalchemy import update

from tests.runs.conftest import LONG, elsewhere, follow, items_of, send, text_of
from tests.runs.stage import Gate, Stage, says, until
from webapp.config import Retention
from webapp.database import write_tx
from webapp.models import AgentRun, AgentSession
from webapp.rendering.transcript import load_transcript
from webapp.runs import Executor, continue_run, read_events, stop_run
from webapp.runs.events import AgentChanged, Numbered, RunEnded, TextDelta
from webapp.services.retention import EVENTS_KEPT, remove_old

WORDS = [f"word{number} " for number in range(300)]


def test_a_waiting_follower_is_woken_at_once(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says("One", gate, " two"))
    run = send(chat)
    assert gate.reached.wait(10)
    seen = read_events(run.id, 0, LONG)[-1].last
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(read_events, run.id, seen, LONG)
        began = time.monotonic()
        gate.open()
        (two, *_) = waiting.result(LONG)
        assert time.monotonic() - began < 0.2
    assert two.event == TextDelta(0, " two")


def test_who_is_left_alone_is_woken_by_the_end_and_not_by_words(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    first, second = Gate(), Gate()
    stage.play(says("One", first, " two", second, " three"))
    run = send(chat)
    assert first.reached.wait(10)
    seen = read_events(run.id, 0, LONG)[-1].last
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(read_events, run.id, seen, LONG, hold=LONG)
        first.open()
        assert second.reached.wait(10)
        began = time.monotonic()
        second.open()
        *words, end = waiting.result(LONG)
        assert time.monotonic() - began < LONG / 2
    assert text_of([piece.event for piece in words]) == " two three"
    assert isinstance(end.event, RunEnded)


def test_nothing_comes_from_a_silent_run_until_the_time_is_up(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says("One", gate))
    run = send(chat)
    assert gate.reached.wait(10)
    seen = read_events(run.id, 0, LONG)[-1].last
    assert read_events(run.id, seen, 0.05) == []
    with elsewhere():
        until(lambda: run.written_kinds)
        assert read_events(run.id, seen, 0.05) == []


def test_followers_that_come_and_go_read_what_is_stored(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    """Twenty people, each dropping and coming back at moments of their own."""
    gate = Gate()
    stage.play(says(*WORDS[:150], gate, *WORDS[150:]))
    run = send(chat)

    def drop_and_come_back(seed: int) -> str:
        chance = random.Random(seed)  # noqa: S311 - a choice, not a secret
        read: list[Numbered] = []
        while not read or not isinstance(read[-1].event, RunEnded):
            seen = read[-1].last if read else 0
            pieces = read_events(run.id, seen, LONG)
            read.extend(pieces[: chance.randrange(1, 1 + len(pieces))])
        assert [piece.first for piece in read[1:]] == [piece.last + 1 for piece in read[:-1]]
        return text_of([piece.event for piece in read])

    with ThreadPoolExecutor(20) as people:
        texts = people.map(drop_and_come_back, range(20))
        assert gate.reached.wait(10)
        gate.open()
        assert set(texts) == {"".join(WORDS)}
    assert run.items[-1]["content"][0]["text"] == "".join(WORDS)


def test_an_ended_run_is_read_from_its_rows_from_any_number_on(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(says(*WORDS))
    run = send(chat)
    live = follow(run.id)
    with elsewhere():
        for after in (0, 1, 7, 150, 299, 300):
            late = follow(run.id, after)
            assert text_of([piece.event for piece in late]) == "".join(WORDS[after:])
            assert late[-1] == live[-1]


def test_a_run_that_never_was_has_ended(app: Flask) -> None:
    assert [piece.event for piece in read_events(uuid4(), 0, LONG)] == [RunEnded("gone")]


def test_a_run_of_another_process_is_followed_by_its_rows(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says("One ", "two ", gate, "three"))
    run = send(chat)
    assert gate.reached.wait(10)
    with ThreadPoolExecutor(1) as thread, elsewhere():
        following = thread.submit(follow, run.id)
        gate.open()
        assert text_of([piece.event for piece in following.result(LONG)]) == "One two three"


def test_text_is_gathered_to_a_few_rows(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(says(*WORDS))
    run = send(chat)
    run.ended()
    assert 1 <= len(run.written_kinds) <= 10


def test_text_that_no_database_likes_survives(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(says("NUL \x00, ", "half \ud83d", " and whole 😀"))
    run = send(chat)
    run.ended()
    with elsewhere():
        assert text_of(run.events()) == "NUL \x00, half \ud83d and whole 😀"


def test_what_was_said_before_a_handoff_keeps_its_speaker_where_a_filter_leaves_that_out(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    billing = Agent(name="Billing", model=ScriptedModel([says("Paid.")]))
    transfer = function_call("transfer_to_billing", {}, call_id="c1")
    passing = [assistant_message("One moment."), transfer]
    stage.play(passing, handoffs=[handoff(billing, input_filter=remove_all_tools)])
    assert send(chat).ended() == "finished"
    reply = load_transcript(chat.id).turns[0].reply
    assert reply
    told = [(section.agent_name, section.is_handed_over) for section in reply.sections]
    assert told == [("Assistant", False), ("Billing", True)]


def test_a_handoff_is_told_and_each_item_names_who_spoke(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    billing = Agent(name="Billing", model=ScriptedModel([says("Your bill.")]))
    transfer = function_call("transfer_to_billing", {}, call_id="c1")
    stage.play([transfer], handoffs=[billing])
    run = send(chat)
    assert [event.name for event in run.events() if event.kind == "agent"] == ["Billing"]  # type: ignore[union-attr]
    assert run.speakers == ["Assistant", "Assistant", "Assistant", "Billing"]


def test_who_keeps_a_chat_is_told_from_the_first_word_and_after_a_stop(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    half = says("Half a ", gate, "reply")
    model = ScriptedModel([says("Your bill."), half, says("Whole."), says("Still here.")])
    billing = Agent(name="Billing", model=model)
    stage.play([function_call("transfer_to_billing", {}, call_id="c1")], handoffs=[billing])
    send(chat).ended()
    run = send(chat)
    assert gate.reached.wait(LONG)
    first, *_ = read_events(run.id, 0, LONG)
    assert first.event == AgentChanged("Billing", is_kept=True)
    stop_run(run.id)
    assert (run.ended(), run.speakers[-1]) == ("stopped", "Billing")
    continue_run(run.id)
    assert run.ended() == "finished"
    told = [event for event in run.events() if isinstance(event, AgentChanged)]
    assert told == [AgentChanged("Billing", is_kept=True)]
    last = send(chat)
    assert (last.ended(), text_of(last.events())) == ("finished", "Still here.")


def test_old_events_are_removed_and_the_reply_stays(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Old.", "New.")
    old, new = send(chat), None
    old.ended()
    new = send(chat)
    new.ended()
    with write_tx() as tx:
        past = old.row.ended_at - EVENTS_KEPT * 1.1  # type: ignore[operator]
        tx.execute(update(AgentRun).where(AgentRun.id == old.id).values(ended_at=past))
    remove_old(Retention())
    assert (old.written_kinds, new.written_kinds) == ([], ["text"])
    assert [type(event) for event in old.events()] == [RunEnded]
    assert len(items_of(chat.id)) == 4
