"""Rows that are unreadable, written by hand or superseded."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from tests.database_session.conftest import Run
from tests.database_session.rows import change, rows, said, the_row
from webapp.database import write_tx
from webapp.database_session import DatabaseSession
from webapp.models import MessageRole, SessionMessage


@pytest.mark.parametrize("broken", ["", "{", "[1]", "7", "null", '{"a":1},{"b":2}', '{"a":[1'])
def test_an_unreadable_row_is_skipped_and_does_not_count(
    chat: DatabaseSession, run: Run, broken: str
) -> None:
    run(chat.add_items(said(*range(6))))
    for position in (2, 5, 6):
        change(position, extra_data=broken)
    with capture_logs() as logs:
        assert run(chat.get_items()) == said(0, 2, 3)
        assert run(chat.get_items(limit=2)) == said(2, 3)
        assert run(chat.get_items(limit=3)) == said(0, 2, 3)
        assert run(chat.pop_item()) == said(3)[0]
    assert {entry["event"] for entry in logs} == {"session_item_unreadable"}
    assert run(chat.get_items(limit=5)) == said(0, 2)
    assert [row.position for row in rows()] == [1, 2, 3, 5, 6]


@pytest.mark.parametrize("two", ['{"b":1},{"c":2}', '{"b":1},0,{"c":2}'])
def test_one_item_over_two_rows_shifts_nothing(chat: DatabaseSession, run: Run, two: str) -> None:
    run(chat.add_items(said(*range(4))))
    change(1, extra_data='{"a":[1')
    change(2, extra_data="2]}")
    change(3, extra_data=two)
    assert run(chat.get_items()) == said(3)


def test_a_long_stretch_of_unreadable_rows_is_passed_over(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(said(*range(350))))
    with write_tx() as tx:
        tx.execute(
            update(SessionMessage).where(SessionMessage.position > 20).values(extra_data="{")
        )
    assert run(chat.get_items(limit=5)) == said(*range(15, 20))
    assert run(chat.pop_item()) == said(19)[0]


def test_a_row_written_by_hand_is_rebuilt_from_its_columns(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(said("a")))
    with write_tx() as tx:
        tx.add_all(
            [
                SessionMessage(
                    session_id=the_row().id, position=7, role=MessageRole.SYSTEM, content="Note"
                ),
                SessionMessage(
                    session_id=the_row().id,
                    position=8,
                    role=MessageRole.TOOL,
                    content="4",
                    tool_call_id="call_1",
                    tool_name="calculator",
                ),
            ]
        )
    by_hand = [
        {"role": "system", "content": "Note"},
        {"role": "tool", "content": "4", "tool_call_id": "call_1", "tool_name": "calculator"},
    ]
    assert run(chat.get_items()) == [*said("a"), *by_hand]
    assert json.dumps(run(chat.get_items(limit=1))) == json.dumps(by_hand[1:])
    assert run(chat.pop_item()) == by_hand[1]


def test_a_superseded_part_is_neither_read_nor_taken(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(said(*range(5))))
    for position in (2, 5):
        change(position, superseded_at=datetime.now(UTC))
    assert run(chat.get_items()) == said(0, 2, 3)
    assert run(chat.get_items(limit=2)) == said(2, 3)
    assert run(chat.pop_item()) == said(3)[0]
    assert [row.position for row in rows()] == [1, 2, 3, 5]
