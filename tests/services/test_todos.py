"""A person's todos: kept, found, changed; and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.factories import make_user
from webapp.services import todo_deletion, todos
from webapp.services.facts import TodoAmbiguous, TodoExists, TodoGone, TodoRefused, TooManyTodos
from webapp.services.todos import Todo, create_todo, find_todo, list_todos, search_todos

FRIDAY = date(2026, 11, 27)
SUNDAY = date(2026, 11, 29)


@pytest.fixture
def ada(app: Flask) -> UUID:
    return make_user().id


@pytest.fixture
def bob(app: Flask) -> UUID:
    return make_user().id


def _titles(found: list[Todo]) -> list[str]:
    return [todo.title for todo in found]


def test_a_todo_is_kept_as_it_was_given(ada: UUID) -> None:
    made = create_todo(
        ada, "  Buy  milk ", notes="2 litres\n", due_on=FRIDAY, tags=["#Home", "home", "To Do"]
    )
    assert list_todos(ada) == [made]
    assert (made.title, made.notes, made.due_on) == ("Buy milk", "2 litres", FRIDAY)
    assert made.tags == ("home", "to-do")
    assert made.done_at is None


def test_todos_come_by_their_day_and_the_done_ones_last(ada: UUID) -> None:
    for title, due_on in [("Some day", None), ("Sunday", SUNDAY), ("Friday", FRIDAY)]:
        create_todo(ada, title, due_on=due_on)
    todos.complete_todo(ada, create_todo(ada, "Done", due_on=FRIDAY).id)
    assert _titles(list_todos(ada)) == ["Friday", "Sunday", "Some day", "Done"]
    assert _titles(list_todos(ada, is_done=False, due_by=FRIDAY)) == ["Friday"]
    assert _titles(list_todos(ada, is_done=True)) == ["Done"]


def test_words_are_found_in_titles_notes_and_tags_whatever_their_case(ada: UUID) -> None:
    create_todo(ada, "Straße fegen", notes="with the broom")
    create_todo(ada, "Call Ada", tags=["Café"])
    assert _titles(search_todos(ada, "STRASSE broom")) == ["Straße fegen"]
    assert _titles(search_todos(ada, "#café")) == ["Call Ada"]
    assert search_todos(ada, "100%_") == []


def test_a_tag_is_found_whole(ada: UUID) -> None:
    create_todo(ada, "Homework", tags=["homeless"])
    create_todo(ada, "Paint", tags=["home"])
    assert _titles(search_todos(ada, "#home")) == ["Paint"]
    assert _titles(search_todos(ada, "home")) == ["Homework", "Paint"]


def test_a_todo_is_found_by_its_title_or_a_part_of_it(ada: UUID) -> None:
    milk, bread = create_todo(ada, "Buy milk"), create_todo(ada, "Buy bread")
    create_todo(ada, "Buy milk for Bob")
    assert find_todo(ada, "buy MILK") == milk
    assert find_todo(ada, "bread") == bread
    with pytest.raises(TodoAmbiguous) as raised:
        find_todo(ada, "buy")
    assert raised.value.titles == ["Buy milk", "Buy bread", "Buy milk for Bob"]
    for words in ("cheese", "", "  "):
        with pytest.raises(TodoGone):
            find_todo(ada, words)


def test_an_open_todo_is_found_before_a_done_one(ada: UUID) -> None:
    todos.complete_todo(ada, create_todo(ada, "Buy milk").id)
    again = create_todo(ada, "Buy milk")
    assert find_todo(ada, "milk") == again
    todos.complete_todo(ada, again.id)
    # Done twice under one title: the last is meant, for nobody could tell them apart.
    assert find_todo(ada, "milk").id == again.id


def test_only_what_is_given_is_changed(ada: UUID) -> None:
    made = create_todo(ada, "Buy milk", notes="2 litres", due_on=FRIDAY, tags=["home"])
    changed = todos.change_todo(ada, made.id, title="Buy oat milk")
    assert (changed.title, changed.notes) == ("Buy oat milk", "2 litres")
    assert (changed.due_on, changed.tags) == (FRIDAY, ("home",))
    changed = todos.change_todo(ada, made.id, due_on=None, notes="", tags=[])
    assert (changed.due_on, changed.notes, changed.tags) == (None, "", ())
    assert list_todos(ada) == [changed]


def test_a_todo_is_completed_opened_again_and_deleted(ada: UUID) -> None:
    made = create_todo(ada, "Buy milk")
    todos.complete_todo(ada, made.id)
    (done,) = list_todos(ada)
    assert done.done_at is not None
    todos.complete_todo(ada, made.id)
    assert list_todos(ada) == [done]
    todos.reopen_todo(ada, made.id)
    assert list_todos(ada) == [made]
    todo_deletion.delete_todo(ada, made.id)
    assert list_todos(ada) == []
    with pytest.raises(TodoGone):
        todo_deletion.delete_todo(ada, made.id)


def test_a_title_belongs_to_one_open_todo(ada: UUID) -> None:
    done = create_todo(ada, "Buy milk")
    todos.complete_todo(ada, done.id)
    create_todo(ada, "Buy milk")
    other = create_todo(ada, "Buy bread")
    for again in (
        lambda: create_todo(ada, "BUY MILK"),
        lambda: todos.change_todo(ada, other.id, title="buy milk"),
        lambda: todos.reopen_todo(ada, done.id),
    ):
        with pytest.raises(TodoExists):
            again()
    todos.change_todo(ada, other.id, title="buy bread")


def test_of_equal_todos_at_once_one_is_made(ada: UUID) -> None:
    together = Barrier(4)

    def create(title: str) -> bool:
        together.wait()
        try:
            create_todo(ada, title)
        except TodoExists:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        for number in range(20):
            assert sum(pool.map(create, [f"Todo {number}"] * 4)) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"title": " \n"},
        {"title": "\x00"},
        {"title": "\u200b"},
        {"title": "x" * 201},
        {"title": "x", "notes": "x" * 10_001},
        {"title": "x", "tags": ["x" * 41]},
        {"title": "x", "tags": [str(number) for number in range(11)]},
    ],
    ids=str,
)
def test_what_is_empty_or_too_long_is_refused_in_a_sentence(ada: UUID, given: Any) -> None:
    with pytest.raises(TodoRefused) as raised:
        create_todo(ada, **given)
    assert str(raised.value).endswith(".")
    assert list_todos(ada) == []


def test_characters_that_a_database_cannot_hold_are_left_out(ada: UUID) -> None:
    made = create_todo(ada, "a\x00b\ud800c", notes="\x00", tags=["\udc00x"])
    assert (made.title, made.notes, made.tags) == ("abc", "", ("x",))


def test_a_person_has_so_many_todos_and_no_more(ada: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todos, "MAX_TODOS", 2)
    create_todo(ada, "One")
    create_todo(ada, "Two")
    with pytest.raises(TooManyTodos):
        create_todo(ada, "Three")


def test_nobody_reaches_another_persons_todos(ada: UUID, bob: UUID) -> None:
    made = create_todo(ada, "Buy milk")
    assert list_todos(bob) == []
    assert search_todos(bob, "milk") == []
    for act in (
        lambda: find_todo(bob, "Buy milk"),
        lambda: todos.change_todo(bob, made.id, title="Mine"),
        lambda: todos.complete_todo(bob, made.id),
        lambda: todos.reopen_todo(bob, made.id),
        lambda: todo_deletion.delete_todo(bob, made.id),
        lambda: todo_deletion.delete_todo(bob, uuid4()),
    ):
        with pytest.raises(TodoGone):
            act()
    assert list_todos(ada) == [made]
    create_todo(bob, "Buy milk")
