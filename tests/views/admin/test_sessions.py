"""Another person's chat, read as they see it and touched nowhere."""

from tests.factories import make_run, make_user
from tests.rendering.chats import add
from tests.services.chats import make_chat, reply
from tests.support.client import PageClient
from webapp.models import RunStatus, User
from webapp.services.reading import open_chat


def test_a_chat_asks_why_and_then_shows_all_of_it(desk: PageClient, ada: User) -> None:
    chat = make_chat(ada.id, "a question", reply("an **answer**"), session_name="My title")
    asked = desk.get(f"/admin/sessions/{chat.id}")
    assert "My title" not in asked.page.text
    assert "question" not in asked.page.text
    answer = desk.post_form(asked, {"reason": "A fault was reported"})
    page = desk.get(answer.location).page
    assert page.heading == "My title"
    assert "a question" in page.text
    assert [strong.text for strong in page.every("strong")] == ["answer"]


def test_nothing_in_it_can_be_pressed_or_followed(desk: PageClient, admin: User, ada: User) -> None:
    item = {"role": "user", "content": "go on"}
    chat = make_chat(ada.id)
    failed = make_run(chat.id, status=RunStatus.FAILED, input=[item], error_message="No luck.")
    add(chat, item, run_id=failed.id)
    running = make_chat(ada.id)
    make_run(running.id, status=RunStatus.RUNNING, input=[item])
    for session in (chat, running):
        open_chat(admin.id, session.id, "A fault")
        page = desk.get(f"/admin/sessions/{session.id}").page
        log = next(element for element in page.every("div") if element.get("role") == "log")
        assert "go on" in log.text
        assert log.every("form", "a") == []
        assert {button.get("data-copy") for button in log.every("button")} <= {"message", "reply"}
        assert not any(element.get("data-follow") for element in log.every())


def test_earlier_messages_are_a_page_away(desk: PageClient, admin: User, ada: User) -> None:
    turns = [item for n in range(40) for item in (f"question {n}", reply(f"answer {n}"))]
    chat = make_chat(ada.id, *turns)
    open_chat(admin.id, chat.id, "A fault")
    newest = desk.get(f"/admin/sessions/{chat.id}").page
    assert "question 39" in newest.text
    assert "question 0" not in newest.text
    link = next(link for link in newest.every("a") if link.text == "Earlier messages")
    assert "question 20" in desk.get(link.get("href")).page.text


def test_a_place_that_no_chat_has_is_its_end(desk: PageClient, admin: User) -> None:
    chat = make_chat(admin.id, "my own words")
    page = desk.get(f"/admin/sessions/{chat.id}?before={10**30}")
    assert "my own words" in page.page.text


def test_the_list_says_whose_and_not_what(desk: PageClient, ada: User) -> None:
    make_chat(ada.id, "words", session_name="My title")
    make_chat(make_user(display_name="Kofi Mensah").id, is_active=False)
    page = desk.get("/admin/sessions").page
    assert "Ada Moreno" in page.text
    assert "My title" not in page.text
    assert "Ada Moreno" not in desk.get("/admin/sessions?active=no").page.text
    assert "Kofi Mensah" not in desk.get("/admin/sessions?person=ada").page.text


def test_a_person_sees_who_read_their_chats_and_nobody_elses(
    client: PageClient, admin: User, ada: User
) -> None:
    chat = make_chat(ada.id, session_name="Refund")
    open_chat(admin.id, chat.id, "A <b>fault</b> was reported")
    client.sign_in(ada)
    page = client.get("/settings/readings").page
    cells = [cell.text for cell in page.every("th", "td")]
    assert cells[4:7] == ["Jonas Weber", "Refund", "A <b>fault</b> was reported"]
    assert f"/sessions/{chat.id}" in {link.get("href") for link in page.every("a")}
    client.sign_in(make_user())
    assert "Nobody, so far." in client.get("/settings/readings").page.text
