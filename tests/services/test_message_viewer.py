"""All messages of everybody, by page and by choice."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert

from tests.factories import make_user
from tests.services.chats import change, make_chat, messages_of, reply
from tests.support.plans import plans_of, recorded, tell_planner
from webapp.database import db, write_tx
from webapp.models import AgentRun, AgentSession, MessageRole, RunStatus, SessionMessage, User
from webapp.models.columns import id_at
from webapp.services import message_viewer
from webapp.services.message_filters import MessageFilters
from webapp.services.message_viewer import MessagePage, find_message, list_messages

pytestmark = pytest.mark.usefixtures("app")
CALL = {"type": "function_call", "call_id": "c1", "name": "clock", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "noon"}


@pytest.fixture
def ada() -> User:
    return make_user(display_name="Ada Moreno", email="ada@example.org")


def found(**given: Any) -> list[str]:
    return [row.excerpt or row.tool_name for row in list_messages(MessageFilters(**given)).rows]


def make_run(session: AgentSession, status: RunStatus) -> UUID:
    run = AgentRun(session_id=session.id, status=status, idempotency_key=uuid4().hex, input=[])
    with write_tx() as tx:
        tx.add(run)
    return run.id


def add_rows(session: AgentSession, count: int, start: datetime, **given: Any) -> None:
    """Many messages, a second apart."""
    values = {"session_id": session.id, "role": MessageRole.USER, "content": "much"} | given
    with write_tx() as tx:
        chat = tx.get_one(AgentSession, session.id)
        at = chat.next_position
        chat.next_position += count
        keys = [id_at(start + timedelta(seconds=n)) for n in range(count)]
        rows = [
            values | {"id": UUID(int=key.int | uuid4().int >> 80), "position": at + n}
            for n, key in enumerate(keys)
        ]
        tx.execute(insert(SessionMessage), rows)


def test_the_newest_of_everybody_come_first_with_whose_they_are(ada: User) -> None:
    kofi = make_user(display_name="Kofi Mensah")
    make_chat(ada.id, "first", reply("second"), session_name="Refund")
    make_chat(kofi.id, "third", is_active=False)
    rows = list_messages(MessageFilters()).rows
    assert [row.excerpt for row in rows] == ["third", "second", "first"]
    assert [row.person for row in rows] == ["Kofi Mensah", "Ada Moreno", "Ada Moreno"]
    assert (rows[1].session_name, rows[1].role, rows[1].position) == (
        "Refund",
        MessageRole.ASSISTANT,
        2,
    )
    assert [row.is_active for row in rows] == [False, True, True]


def test_pages_follow_one_another_without_a_gap_while_messages_come(ada: User) -> None:
    chat = make_chat(ada.id, *(f"message {n}" for n in range(7)))
    seen, page = [], MessagePage([], None, is_partial=False)
    while not seen or page.before:
        page = list_messages(MessageFilters(), page.before, limit=3)
        seen += [row.excerpt for row in page.rows]
        make_chat(ada.id, "new meanwhile")
    assert seen == [row.content for row in messages_of(chat)][::-1]


def test_each_choice_leaves_what_it_names(ada: User) -> None:
    kofi = make_user(display_name="Kofi Mensah")
    chat = make_chat(ada.id, "a question", CALL, OUTPUT, reply("an answer"))
    his = make_chat(kofi.id, "his question", reply("his answer"), is_active=False)
    change(chat, 4, run_id=make_run(chat, RunStatus.FINISHED), agent_name="Billing")
    change(his, 2, run_id=make_run(his, RunStatus.FAILED))
    assert found(person="ada@example.org", role=MessageRole.USER) == ["a question"]
    assert found(person="mensah") == ["his answer", "his question"]
    assert found(session_id=his.id) == ["his answer", "his question"]
    assert found(agent="Billing") == ["an answer"]
    assert found(role=MessageRole.ASSISTANT) == ["his answer", "an answer", "clock"]
    assert found(tool="clock") == ["clock"]
    assert found(status=RunStatus.FAILED) == ["his answer"]
    assert found(is_active=False) == ["his answer", "his question"]
    assert found(person="mensah", status=RunStatus.FINISHED) == []
    assert found(person="nobody") == found(session_id=uuid4()) == found(tool="no tool") == []


def test_days_are_days_of_a_zone_and_include_both_ends(ada: User) -> None:
    chat = make_chat(ada.id)
    for day in (1, 2, 3):
        add_rows(chat, 1, datetime(2030, 5, day, 23, 59, 59, tzinfo=UTC), content=f"day {day}")
        add_rows(chat, 1, datetime(2030, 5, day, tzinfo=UTC), content=f"dawn {day}", position=day)
    second = datetime(2030, 5, 2, tzinfo=UTC).date()
    assert found(since=second, until=second) == ["day 2", "dawn 2"]
    assert found(since=second) == ["day 3", "dawn 3", "day 2", "dawn 2"]
    assert found(until=second, person="ada") == ["day 2", "dawn 2", "day 1", "dawn 1"]
    assert found(since=second, until=second, time_zone="Asia/Tokyo") == ["dawn 2", "day 1"]
    assert len(found(since=date.min, until=date.max, time_zone="Asia/Tokyo")) == 6


def test_a_day_of_another_length_is_meant_whole(ada: User) -> None:
    chat = make_chat(ada.id)
    for hour in (0, 23, 24, 25):  # The first 25 hours are that day in Berlin.
        at = datetime(2030, 10, 26, 22, 30, tzinfo=UTC) + timedelta(hours=hour)
        add_rows(chat, 1, at, content=f"hour {hour}", position=hour + 1)
    day = date(2030, 10, 27)
    chosen = found(since=day, until=day, time_zone="Europe/Berlin")
    assert chosen == ["hour 24", "hour 23", "hour 0"]


def test_words_are_searched_with_every_other_choice(ada: User) -> None:
    kofi = make_user(display_name="Kofi Mensah")
    make_chat(ada.id, "the invoice is late", reply("Which invoice?"), session_name="invoice")
    make_chat(kofi.id, "my invoice", "a late train", is_active=False)
    assert found(words="invoice") == ["my invoice", "Which invoice?", "the invoice is late"]
    assert found(words="invoice", role=MessageRole.ASSISTANT) == ["Which invoice?"]
    assert found(words="invoice late") == ["the invoice is late"]
    assert found(words="late", person="mensah") == ["a late train"]
    assert found(words="invoice", is_active=False) == ["my invoice"]
    assert (
        found(words='" % _ *') == found(words="nowhere") == found(words="a", person="nobody") == []
    )


def test_a_search_goes_on_page_by_page(ada: User) -> None:
    make_chat(ada.id, *(f"invoice {n}" for n in range(7)))
    seen, before = [], None
    for _ in range(3):
        page = list_messages(MessageFilters(words="invoice"), before, limit=3)
        seen += [row.excerpt for row in page.rows]
        before = page.before
    assert seen == [f"invoice {n}" for n in range(6, -1, -1)]
    assert before is None


def test_a_search_that_has_looked_at_enough_says_where_to_look_on(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.message_search.MOST", 4)
    make_chat(ada.id, reply("the first invoice"), *(f"invoice {n}" for n in range(7)))
    chosen = MessageFilters(words="invoice", role=MessageRole.ASSISTANT)
    pages = [list_messages(chosen)]
    while pages[-1].before:
        pages.append(list_messages(chosen, pages[-1].before))
    assert [[row.excerpt for row in page.rows] for page in pages] == [[], ["the first invoice"], []]
    assert [page.is_partial for page in pages] == [True, True, False]


def test_a_page_that_took_its_time_says_where_to_look_on(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_viewer, "FIRST_WINDOW", 10)
    chat = make_chat(ada.id)
    add_rows(chat, 1, datetime(2030, 1, 1, tzinfo=UTC), content="seldom", agent_name="Seldom")
    add_rows(make_chat(ada.id), 35, datetime(2030, 1, 2, tzinfo=UTC))
    filters = MessageFilters(agent="Seldom")
    page = list_messages(filters, budget=0)
    assert (page.rows, page.is_partial) == ([], True)
    looks = 1
    while page.is_partial:
        page = list_messages(filters, page.before, budget=0)
        looks += 1
    assert [row.excerpt for row in page.rows] == ["seldom"]
    assert (page.before, looks) == (None, 4)
    assert [row.excerpt for row in list_messages(filters, budget=60).rows] == ["seldom"]


def test_a_long_text_is_shown_in_part_with_its_length(ada: User) -> None:
    make_chat(ada.id, "long " * 1000)
    (row,) = list_messages(MessageFilters()).rows
    assert (len(row.excerpt), row.length) == (200, 5000)


def test_a_message_is_found_by_its_key(ada: User) -> None:
    (message,) = messages_of(make_chat(ada.id, "here"))
    again = find_message(message.id)
    assert again is not None
    assert (again.row.excerpt, again.content, again.run) == ("here", "here", None)
    assert '"content":"here"' in again.item
    assert find_message(uuid4()) is None


def test_what_a_retry_replaced_is_marked(ada: User) -> None:
    chat = make_chat(ada.id, "old")
    change(chat, 1, superseded_at=datetime.now(UTC))
    assert [row.is_superseded for row in list_messages(MessageFilters()).rows] == [True]


FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"agent": "Nobody"},
    {"role": MessageRole.SYSTEM},
    {"tool": "clock"},
    {"status": RunStatus.FAILED},
    {"is_active": False},
    {"person": "ada@example.org"},
    {"words": "much"},
)


def test_no_page_reads_or_sorts_all_messages(
    app: Flask, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_viewer, "FIRST_WINDOW", 100)
    for person in [ada, *(make_user() for _ in range(9))]:
        for _ in range(5):
            add_rows(make_chat(person.id), 300, datetime.now(UTC) - timedelta(days=1))
    with app.app_context():
        engine = db.engine
    tell_planner()
    for filters in FILTERS:
        with recorded(engine) as ran:
            list_messages(MessageFilters(**filters), budget=0)
        assert len(ran) < 12, filters
        for plan in plans_of(engine, ran):
            whole = re.search(r"(?m)Seq Scan on session_message|SCAN session_message$", plan)
            assert not whole, (filters, plan)
