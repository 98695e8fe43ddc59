"""What goes out as JSON comes in again equal; anything else is refused with a word."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.database_session.test_properties import item
from tests.factories import make_user
from tests.services.chats import change, make_chat, messages_of, reply
from webapp.database import read_tx
from webapp.database_session import load_item
from webapp.models import AgentSession, User
from webapp.rendering.exports.archive import archive
from webapp.rendering.exports.json_file import json_file
from webapp.services.chat_file import ChatRefused
from webapp.services.exports import list_chats, load_chat, read_messages
from webapp.services.imports import import_chat, import_file
from webapp.services.search import search

OLD = datetime(2021, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def exported(session: AgentSession) -> bytes:
    return "".join(json_file(load_chat(session.id), read_messages(session.id))).encode()


def items_of(session_id: Any) -> list[Any]:
    return [message.item for message in read_messages(session_id)]


def row(session_id: Any) -> AgentSession:
    with read_tx() as tx:
        return tx.scalars(select(AgentSession).where(AgentSession.id == session_id)).one()


def a_file(**changes: Any) -> dict[str, Any]:
    said = {"at": OLD.isoformat(), "agent_name": "Guide", "item": reply("a heron")}
    whole = {
        "format": "parley-chat",
        "version": 1,
        "session": {"session_id": "birds"},
        "messages": [said],
    }
    return whole | changes


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(items=st.lists(item, max_size=5))
def test_any_items_come_in_again_equal(ada: User, items: list[dict[str, Any]]) -> None:
    chat = make_chat(ada.id, *items)
    imported = import_chat(ada.id, exported(chat))
    # As text: == would take 1.0 for 1, and any order of keys.
    assert json.dumps(items_of(imported.id)) == json.dumps(items)
    assert imported.message_count == len(items)


def test_all_that_is_said_of_a_chat_comes_in_again(ada: User) -> None:
    told = {
        "session_id": "birds",
        "session_name": "Vögel",
        "description": "d",
        "agent_name": "Guide",
        "agent_instructions": "Be brief.",
        "is_active": False,
        "created_at": OLD,
        "last_activity_at": OLD + timedelta(days=1),
    }
    chat = make_chat(ada.id, "hello", **told)
    with_last = {"last_activity_at": row(chat.id).last_activity_at}
    change(chat, 1, created_at=OLD, agent_name="Second")
    other = make_user()
    imported = row(import_chat(other.id, exported(chat)).id)
    assert {name: getattr(imported, name) for name in told} == told | with_last
    assert (imported.user_id, imported.next_position) == (other.id, 2)
    (message,) = messages_of(imported)
    assert (message.created_at, message.agent_name, message.position) == (OLD, "Second", 1)


def test_a_chat_that_is_there_already_comes_in_beside_it(ada: User) -> None:
    chat = make_chat(ada.id, "hello", session_id="birds")
    copy = row(import_chat(ada.id, exported(chat)).id)
    assert copy.id != chat.id
    assert copy.session_id != "birds"
    assert len(list_chats(ada.id)) == 2


def test_only_what_is_current_is_taken_along(ada: User) -> None:
    chat = make_chat(ada.id, "first", "second")
    change(chat, 1, superseded_at=OLD)
    change(chat, 2, extra_data="{broken")
    assert items_of(chat.id) == []


def test_numbers_that_json_does_not_have_leave_the_file_valid(ada: User) -> None:
    odd = {"a": float("inf"), "b": -float("inf"), "c": float("nan"), "d": 'NaN "Infinity" \\'}
    chat = make_chat(ada.id, odd)
    data = exported(chat)
    assert b"Infinity," not in data
    (back,) = items_of(import_chat(ada.id, data).id)
    assert back == odd | {"c": None}


def test_what_stands_in_a_text_makes_no_values(ada: User) -> None:
    """As the table that a tool gave."""
    table = reply('1,2,"[{\\' * 250_000)
    (item,) = items_of(
        import_chat(ada.id, json.dumps(a_file(messages=[{"item": table}])).encode()).id
    )
    assert item == table


def test_what_came_in_is_found(ada: User) -> None:
    import_chat(ada.id, json.dumps(a_file()).encode())
    (hit,) = search(ada.id, "heron").hits
    assert hit.at == OLD


def test_what_is_said_to_be_in_the_future_is_now(ada: User) -> None:
    later = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    session = {"session_id": "a", "last_activity_at": later, "created_at": later}
    chat = row(import_chat(ada.id, json.dumps(a_file(session=session)).encode()).id)
    assert max(chat.last_activity_at, chat.created_at) <= datetime.now(UTC)


BAD: dict[str, tuple[Any, str]] = {
    "empty": (b"", "not JSON"),
    "text": (b"hello", "not JSON"),
    "half": (b'{"format": "parley-chat", "ver', "not JSON"),
    "latin": ('{"a": "é"}'.encode("latin-1"), "UTF-8"),
    "utf-16": (json.dumps(a_file()).encode("utf-16"), "UTF-8"),
    "nan": (json.dumps(a_file(x=float("nan"))).encode(), "NaN"),
    "infinity": (json.dumps(a_file(x=-float("inf"))).encode(), "-Infinity"),
    "twice": (b'{"format": "parley-chat", "format": "parley-chat"}', "twice"),
    "deep lists": (b"[" * 100_000, "too deeply"),
    "deep dicts": (b'{"a":' * 100_000, "too deeply"),
    "deep item": (
        a_file(messages=[{"item": {"a": json.loads("[" * 99 + "]" * 99)}}]),
        "too deeply",
    ),
    "many": (b"[" + b"0," * 1_000_001 + b"0]", "too much"),
    "broken off": (b'"' + b'\\",' * 1_000_001 + b"\\", "not JSON"),
    "huge number": (b'{"a": 1' + b"0" * 5000 + b"}", "not JSON"),
    "list": ([], "no chat"),
    "string": ("hello", "no chat"),
    "other format": (a_file(format="other"), "no chat"),
    "no format": ({"version": 1}, "no chat"),
    "new version": (a_file(version=2), "another version"),
    "true version": (a_file(version=True), "another version"),
    "no session": (a_file(session=None), "no session"),
    "messages": (a_file(messages={"a": 1}), "no messages"),
    "no id": (a_file(session={}), "session_id"),
    "long id": (a_file(session={"session_id": "x" * 256}), "session_id"),
    "number id": (a_file(session={"session_id": 7}), "session_id"),
    "long name": (a_file(session={"session_id": "a", "session_name": "x" * 201}), "session_name"),
    "list name": (a_file(session={"session_id": "a", "session_name": []}), "session_name"),
    "active": (a_file(session={"session_id": "a", "is_active": 1}), "is_active"),
    "time": (a_file(session={"session_id": "a", "created_at": "soon"}), "created_at"),
    "early": (a_file(messages=[{"item": {}, "at": "0001-01-01T00:00:00+14:00"}]), "message 1"),
    "number time": (a_file(messages=[{"item": {}, "at": 7}]), "message 1"),
    "no item": (a_file(messages=[{"item": {}}, {"item": "x"}]), "message 2"),
    "text item": (a_file(messages=["x"]), "message 1"),
    "agent": (a_file(messages=[{"item": {}, "agent_name": {}}]), "message 1"),
    "too many messages": (a_file(messages=[{"item": {}}] * 50_001), "more than 50,000"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_refused_with_a_word_and_leaves_nothing(ada: User, name: str) -> None:
    value, expected = BAD[name]
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    with pytest.raises(ChatRefused, match=expected):
        import_chat(ada.id, data)
    assert list_chats(ada.id) == []


def test_too_large_a_chat_is_refused_unread(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.services.imports.MAX_CHAT", 100)
    report = import_file(ada.id, "a.json", io.BytesIO(json.dumps(a_file()).encode()))
    assert [(file.name, file.reason) for file in report.refused] == [("a.json", "it is too large")]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.fixed_dictionaries(
                {"format": st.just("parley-chat"), "version": st.just(1)},
                optional={"session": inner, "messages": st.lists(inner, max_size=3)},
            )
            | st.fixed_dictionaries(
                {}, optional={"session_id": inner, "item": inner, "at": inner, "agent_name": inner}
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_comes_in_or_is_refused(ada: User, value: Any) -> None:
    report = import_file(ada.id, "a.json", io.BytesIO(json.dumps(value).encode()))
    assert len(report.imported) + len(report.refused) == 1
    for imported in report.imported:
        assert len(messages_of(row(imported.id))) == imported.message_count


def zipped(how: int = zipfile.ZIP_DEFLATED, **files: bytes) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as file:
        for name, data in files.items():
            file.writestr(name, data)
    made.seek(0)
    return made


def test_an_archive_comes_in_chat_by_chat_with_a_report(ada: User) -> None:
    good = json.dumps(a_file()).encode()
    archive_file = zipped(**{"a.json": good, "b.json": b"[", "notes.txt": b"x", "c/d.json": good})
    report = import_file(ada.id, "all.zip", archive_file)
    assert len(report.imported) == len(list_chats(ada.id)) == 2
    assert [(file.name, file.reason[:11]) for file in report.refused] == [("b.json", "it is not J")]


def test_what_is_taken_away_as_an_archive_comes_in_again(ada: User) -> None:
    chats = [make_chat(ada.id, f"heron {n}", session_name=f"Chat/{n}") for n in range(3)]
    data = io.BytesIO(b"".join(archive(list_chats(ada.id))))
    other = make_user()
    assert len(import_file(other.id, "all.zip", data).imported) == 3
    assert [items_of(key) for key in list_chats(other.id)] == [items_of(chat.id) for chat in chats]


DAMAGES = {"cut": 0, "flipped": 2, "repacked": 2, "newer": 0, "moved": 0, "bomb": 0, "crowd": 1}
"""How many chats come in all the same."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_or_overfull_archive_is_refused(
    ada: User, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = json.dumps(a_file()).encode()
    data = zipped(**{f"{n}.json": good + b" " * 2000 for n in range(3)}).getvalue()
    if damage == "cut":
        data = data[:-30]
    if damage == "flipped":
        data = data[:60] + bytes(255 - byte for byte in data[60:90]) + data[90:]
    if damage == "repacked":
        data = zipped(zipfile.ZIP_LZMA, **{f"{n}.json": good for n in range(3)}).getvalue()
        data = data[:60] + bytes(255 - byte for byte in data[60:90]) + data[90:]
    if damage == "newer":
        at = data.index(b"PK\1\2") + len("PK\1\2--")
        data = data[:at] + b"\x63" + data[at + 1 :]
    if damage == "moved":
        at = data.rindex(b"PK\5\6") + 16
        data = data[:at] + (data.index(b"PK\1\2") + 50).to_bytes(4, "little") + data[at + 4 :]
    if damage == "bomb":
        monkeypatch.setattr("webapp.services.imports.MAX_CHAT", 1000)
    if damage == "crowd":
        monkeypatch.setattr("webapp.services.imports.MAX_CHATS", 1)
    report = import_file(ada.id, "all.zip", io.BytesIO(data))
    assert report.refused
    assert len(report.imported) == DAMAGES[damage]


def test_a_row_written_by_hand_goes_out_as_its_item(ada: User) -> None:
    chat = make_chat(ada.id, "hello")
    change(chat, 1, extra_data=None)
    (message,) = messages_of(chat)
    assert items_of(chat.id) == [load_item(message)]
