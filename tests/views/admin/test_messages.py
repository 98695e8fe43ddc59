"""The list of all messages: read with a reason, and never without one."""

import csv
import io
import json

import pytest
from flask import Flask

from tests.factories import make_run, make_user
from tests.services.chats import change, make_chat, messages_of, reply
from tests.support.apps import app_like
from tests.support.client import HTMX, PageClient
from webapp.models import User, UserRole
from webapp.services.facts import ReadingOff
from webapp.services.people import set_role
from webapp.services.reading import describe_readings, list_readings, open_chat
from webapp.services.session_deletion import delete_session

CALL = {"type": "function_call", "call_id": "c1", "name": "clock", "arguments": '{"zone": "UTC"}'}
HOSTILE = "</code></pre><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"


def give_list_reason(desk: PageClient, reason: str = "A fault was reported") -> None:
    page = desk.get("/admin/messages")
    assert desk.post_form(page, {"reason": reason}).status_code == 303


def readings_of(user: User) -> list[tuple[str, int, str]]:
    found = describe_readings(list_readings(user.id), user.id)
    return [(reading.action, reading.count, reading.reason) for reading in found]


def test_without_a_reason_the_list_shows_no_word_and_no_title(desk: PageClient, ada: User) -> None:
    make_chat(ada.id, "a secret of mine", session_name="My secret title")
    page = desk.get("/admin/messages").page
    assert "Ada Moreno" in page.text
    assert "secret" not in page.text
    assert "secret" not in desk.get("/admin/messages?words=secret").page.text
    assert readings_of(ada) == []


def test_without_a_reason_nothing_is_searched(desk: PageClient, ada: User) -> None:
    make_chat(ada.id, "a secret of mine")
    found = desk.get("/admin/messages?words=secret").page.text
    missed = desk.get("/admin/messages?words=nowhere").page.text
    assert found.replace("secret", "") == missed.replace("nowhere", "")


def test_a_reason_shows_the_words_and_the_person_sees_it(desk: PageClient, ada: User) -> None:
    make_chat(ada.id, "a secret of mine", reply("kept"))
    give_list_reason(desk)
    assert "a secret of mine" in desk.get("/admin/messages").page.text
    assert readings_of(ada) == [("reading.messages_listed", 2, "A fault was reported")]


def test_the_choices_survive_the_question_why(desk: PageClient, ada: User) -> None:
    make_chat(ada.id, "a secret of mine")
    page = desk.get("/admin/messages?words=secret&role=user")
    answer = desk.post_form(page, {"reason": "A fault"})
    assert answer.location == "/admin/messages?words=secret&role=user"


def test_a_row_opens_in_place_only_with_a_reason(desk: PageClient, ada: User) -> None:
    key = messages_of(make_chat(ada.id, "a secret of mine"))[0].id
    asked = desk.get(f"/admin/messages/{key}", headers=HTMX)
    assert "secret" not in asked.page.text
    assert "<html" not in asked.text
    opened = desk.post_form(asked, {"reason": "Looking closer"}, headers=HTMX)
    assert '"content": "a secret of mine"' in opened.page.text
    assert readings_of(ada) == [("reading.chat", 0, "Looking closer")]
    closed = desk.get(f"/admin/messages/{key}/row", headers=HTMX)
    assert "Item as stored" not in closed.page.text


def test_who_said_why_the_list_is_read_opens_its_rows_and_the_person_sees_it(
    desk: PageClient, ada: User
) -> None:
    chat = make_chat(ada.id, "a secret of mine", session_name="My secret title")
    give_list_reason(desk)
    opened = desk.get(f"/admin/messages/{messages_of(chat)[0].id}", headers=HTMX).page
    assert '"content": "a secret of mine"' in opened.text
    assert "My secret title" in opened.text
    assert readings_of(ada) == [("reading.messages_listed", 1, "A fault was reported")]
    assert "secret" not in desk.get(f"/admin/sessions/{chat.id}").page.text


def test_no_row_shows_words_that_the_person_does_not_see_were_read(
    desk: PageClient, ada: User
) -> None:
    chat = make_chat(ada.id, "a secret of mine")
    row = f"/admin/messages/{messages_of(chat)[0].id}/row"
    assert "secret" not in desk.get(row, headers=HTMX).page.text
    give_list_reason(desk)
    assert readings_of(ada) == []
    assert "secret" in desk.get(row, headers=HTMX).page.text
    assert readings_of(ada) == [("reading.messages_listed", 1, "A fault was reported")]
    delete_session(chat.id)
    assert desk.get(row, headers=HTMX).status_code == 404


def test_an_empty_or_long_reason_is_none(desk: PageClient, ada: User) -> None:
    key = messages_of(make_chat(ada.id, "a secret of mine"))[0].id
    page = desk.get(f"/admin/messages/{key}")
    for reason in ("", "  ", "x", "long " * 50):
        answer = desk.post_form(page, {"reason": reason})
        assert (answer.status_code, "secret" in answer.page.text) == (422, False)
        assert answer.page.wrongs["reason"]
    assert readings_of(ada) == []


def test_an_opened_message_shows_its_call_its_run_and_its_tokens(
    desk: PageClient, admin: User, ada: User
) -> None:
    chat = make_chat(ada.id, CALL)
    run = make_run(chat.id, input_tokens=1200, output_tokens=34)
    change(chat, 1, run_id=run.id)
    open_chat(admin.id, chat.id, "A fault")
    page = desk.get(f"/admin/messages/{messages_of(chat)[0].id}").page
    assert '{ "zone": "UTC" }' in page.text
    assert "1,234 tokens" in page.text
    assert f"/admin/runs/{run.id}" in {link.get("href") for link in page.every("a")}


def test_what_people_and_tools_say_is_inert(desk: PageClient, admin: User) -> None:
    mallory = make_user(display_name=HOSTILE[:100])
    item = {"type": "function_call", "name": HOSTILE, "arguments": HOSTILE, "call_id": "c"}
    chat = make_chat(mallory.id, HOSTILE, item, session_name=HOSTILE)
    open_chat(admin.id, chat.id, "A fault")
    give_list_reason(desk)
    paths = ["/admin/messages", "/admin/users", "/admin/sessions", f"/admin/sessions/{chat.id}"]
    paths += [f"/admin/messages/{message.id}" for message in messages_of(chat)]
    for path in paths:
        page = desk.get(path).page  # Checked for scripts and handlers on arrival.
        assert not page.every("img")
        assert "49" not in page.text.replace(str(chat.id.hex), "") or "{{ 7 * 7 }}" in page.text


def test_ones_own_messages_need_no_reason_to_be_opened(desk: PageClient, admin: User) -> None:
    key = messages_of(make_chat(admin.id, "my own words"))[0].id
    assert "my own words" in desk.get(f"/admin/messages/{key}").page.text
    assert readings_of(admin) == []


@pytest.mark.parametrize("query", ["since=yesterday", "role=king", "chat=x", f"words={'x' * 600}"])
def test_a_wrong_choice_is_told_and_shows_nothing(desk: PageClient, ada: User, query: str) -> None:
    make_chat(ada.id, "a secret of mine")
    answer = desk.get(f"/admin/messages?{query}")
    assert answer.status_code == 422
    assert answer.page.every("table") == []


def test_an_export_is_a_file_of_the_chosen_ones_and_is_told_to_the_people(
    desk: PageClient, ada: User
) -> None:
    make_chat(ada.id, "first", reply("second"))
    make_chat(make_user().id, "another's")
    page = desk.get("/admin/messages?person=ada@example.org")
    answer = desk.post_form(page, {"export-reason": "Asked by her", "export-kind": "jsonl"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["item"] for line in lines] == [
        reply("second"),
        {"role": "user", "content": "first"},
    ]
    assert {line["email"] for line in lines} == {"ada@example.org"}
    assert answer.headers["Content-Disposition"] == "attachment; filename=messages.jsonl"
    assert readings_of(ada) == [("reading.messages_exported", 0, "Asked by her")]


def test_an_export_breaks_off_when_the_admin_is_one_no_more(
    desk: PageClient, admin: User, ada: User
) -> None:
    make_chat(ada.id, *(f"message {number}" for number in range(450)))
    make_user(role=UserRole.ADMIN)
    page, asked = desk.get("/admin/messages"), {"export-reason": "Asked", "export-kind": "jsonl"}
    answer = desk.post_form(page, asked, buffered=False)
    lines = answer.iter_encoded()
    assert b"message 449" in next(lines)
    set_role(admin.id, UserRole.USER)
    with pytest.raises(ReadingOff):
        list(lines)
    answer.close()


def test_a_spreadsheet_takes_no_cell_for_a_formula(desk: PageClient, ada: User) -> None:
    make_chat(ada.id, '=HYPERLINK("http://evil.example")', "two\nlines", "+1", "@x")
    page = desk.get("/admin/messages")
    answer = desk.post_form(page, {"export-reason": "Asked by her", "export-kind": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    said = [row["content"] for row in rows]
    assert said == ["'@x", "'+1", "two\nlines", '\'=HYPERLINK("http://evil.example")']


def test_where_reading_is_off_nothing_is_read_and_counts_stay(app: Flask, ada: User) -> None:
    chat = make_chat(ada.id, "a secret of mine")
    admin, key = make_user(role=UserRole.ADMIN), messages_of(chat)[0].id
    open_chat(admin.id, chat.id, "From before")
    with app_like(app, admin_reading=False) as private:
        desk = PageClient(private)
        desk.sign_in(admin)
        paths = ("/admin/messages", f"/admin/messages/{key}", f"/admin/sessions/{chat.id}")
        for path in paths:
            answer = desk.get(path)
            assert (answer.status_code, "secret" in answer.text) == (403, False)
        page = desk.get("/admin")
        token = page.page.every("input")[0].get("value")
        for path in ("/export", "/reading", f"/{key}/reading"):
            data = {
                "csrf_token": token,
                "reason": "No",
                "export-reason": "No",
                "export-kind": "csv",
            }
            assert desk.post(f"/admin/messages{path}", data=data).status_code == 403
        assert (page.status_code, "/admin/messages" in page.text) == (200, False)
        assert desk.get("/admin/sessions").status_code == 200
