"""A person's todos on their page."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import update

from tests.factories import make_user
from tests.support.accounts import csrf_token
from tests.support.client import HTMX, PageClient
from tests.support.database import snapshot
from tests.support.pages import Page
from webapp.config import Retention
from webapp.database import write_tx
from webapp.models import TodoItem, User
from webapp.services.retention import remove_old
from webapp.services.todos import complete_todo, create_todo, list_todos

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user(time_zone="Asia/Tokyo")
    client.sign_in(user)
    return user


def lines(page: Page, name: str) -> list[str]:
    """The todos of the list `name`, as they are read."""
    found = [one for one in page.every("ul") if one.get("aria-label") == name]
    return [item.text for one in found for item in one.every("li")]


def is_done(user: User, todo_id: UUID) -> bool:
    return next(todo.done_at is not None for todo in list_todos(user.id) if todo.id == todo_id)


@time_machine.travel(datetime(2026, 3, 1, 22, 30, tzinfo=UTC), tick=True)
def test_todos_are_shown_with_their_days_in_the_persons_own_zone(
    client: PageClient, ada: User
) -> None:
    client.sign_in(ada)  # A cookie of a later day would be none.
    create_todo(make_user().id, "of another")
    create_todo(ada.id, "Someday", tags=["home"])
    create_todo(ada.id, HOSTILE, notes=HOSTILE, due_on=date(2026, 3, 2))
    create_todo(ada.id, "Passport", due_on=date(2026, 3, 1))
    create_todo(ada.id, "Flight", due_on=date(2027, 1, 9))
    create_todo(ada.id, "Shopping", due_on=date(2026, 3, 3))
    create_todo(ada.id, "Call", due_on=date(2026, 3, 6))
    done = create_todo(ada.id, "Water the plants", due_on=date(2026, 1, 1))
    complete_todo(ada.id, done.id)
    page = client.get("/todos").page
    assert lines(page, "Open") == [
        "Passport Late: Yesterday",
        f"{HOSTILE} {HOSTILE} Today",
        "Shopping Tomorrow",
        "Call Friday",
        "Flight Sat, 9 Jan 2027",
        "Someday #home",
    ]
    (told,) = lines(page, "Done")
    assert told.startswith("Water the plants Done ")
    assert "of another" not in page.text


def test_a_todo_is_completed_reopened_and_deleted_without_a_script(
    client: PageClient, ada: User
) -> None:
    todo = create_todo(ada.id, "Water the plants")
    answer = client.press(client.get("/todos"), "Complete Water the plants")
    assert (answer.status_code, answer.location) == (303, "/todos")
    assert is_done(ada, todo.id)
    page = client.get("/todos")
    assert "Everything is done." in page.page.text
    client.press(page, "Reopen Water the plants")
    assert not is_done(ada, todo.id)
    client.press(client.get("/todos"), "Delete Water the plants")
    assert list_todos(ada.id) == []
    assert "Nothing to do" in client.get("/todos").page.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["by pages", "by a script"])
def test_a_deletion_is_undone(client: PageClient, ada: User, headers: dict[str, str]) -> None:
    todo = create_todo(ada.id, "Water the plants", notes="Twice", tags=["home"])
    answer = client.press(client.get("/todos"), "Delete Water the plants", headers=headers)
    assert list_todos(ada.id) == []
    if headers:
        assert "Deleted: Water the plants" in answer.page.text
    page = client.get("/todos")
    assert "Deleted: Water the plants" in page.page.text
    assert client.press(page, "Undo").status_code == 303
    assert list_todos(ada.id) == [todo]
    assert "Undo" not in client.get("/todos").page.text
    client.press(client.get("/todos"), "Delete Water the plants")
    again = create_todo(ada.id, "water the plants")
    assert client.press(client.get("/todos"), "Undo").status_code == 409
    assert list_todos(ada.id) == [again]


def test_a_deletion_that_is_not_undone_is_for_good(client: PageClient, ada: User) -> None:
    create_todo(ada.id, "Water the plants")
    client.press(client.get("/todos"), "Delete Water the plants")
    page = client.get("/todos")
    assert remove_old(Retention()).deleted_todos == 0
    with write_tx() as tx:
        tx.execute(update(TodoItem).values(deleted_at=datetime.now(UTC) - timedelta(minutes=1)))
    assert client.press(page, "Undo").status_code == 404
    assert "Undo" not in client.get("/todos").page.text
    assert remove_old(Retention()).deleted_todos == 1
    assert snapshot()["todo_item"] == []


def test_a_script_gets_the_lists_alone(client: PageClient, ada: User) -> None:
    todo = create_todo(ada.id, "Water the plants")
    data = {"csrf_token": csrf_token(client)}
    answer = client.post(f"/todos/{todo.id}/complete", data=data, headers=HTMX)
    assert (answer.status_code, answer.page.is_whole) == (200, False)
    assert len(lines(answer.page, "Done")) == 1
    client.post(f"/todos/{todo.id}/delete", data=data)
    gone = client.post(f"/todos/{todo.id}/complete", data=data, headers=HTMX)
    assert gone.status_code == 404
    assert "There is no such todo" in gone.page.text
    assert "Nothing to do" in gone.page.text


def test_a_done_one_whose_title_is_open_again_stays_done(client: PageClient, ada: User) -> None:
    old = create_todo(ada.id, "Water the plants")
    complete_todo(ada.id, old.id)
    create_todo(ada.id, "Water the plants")
    answer = client.press(client.get("/todos"), "Reopen Water the plants")
    assert answer.status_code == 409
    assert "There is an open todo of this title" in answer.page.text
    assert is_done(ada, old.id)


def test_anothers_todo_is_404_and_stays(client: PageClient, ada: User) -> None:
    todo = create_todo(make_user().id, "of another")
    token = csrf_token(client)
    before = snapshot()
    for action in ("complete", "reopen", "delete", "restore"):
        for key in (todo.id, uuid4()):
            answer = client.post(f"/todos/{key}/{action}", data={"csrf_token": token})
            assert answer.status_code == 404
    assert snapshot() == before
