"""Chats as files, through the pages."""

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header

from tests.factories import make_user
from tests.services.chats import make_chat, reply
from tests.support.apps import app_like
from tests.support.client import HTMX, PageClient
from tests.support.pages import Page
from webapp.models import User
from webapp.services.exports import list_chats, read_messages
from webapp.web.packing import counted, find_packing

HOSTILE = '</style><script>alert(1)</script><img src="http://e.org/x">'


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user()
    client.sign_in(user)
    return user


def fetch(client: PageClient, path: str) -> Any:
    """As `client.get`, without what holds for pages: a file is none, and has a style inside."""
    return FlaskClient.open(client, path, base_url=client.base_url)


def upload(client: PageClient, data: bytes, name: str = "chat.json") -> Any:
    page = client.get("/settings/data").page
    token = next(f.get("value") for f in page.every("input") if f.get("name") == "csrf_token")
    head = "--cut\r\nContent-Disposition: form-data; name="
    body = f'{head}"csrf_token"\r\n\r\n{token}\r\n{head}"file"; filename="{name}"\r\n\r\n'
    # Made here: werkzeug leaves the file open in which it makes a large one.
    whole = body.encode() + data + b"\r\n--cut--\r\n"
    kind = "multipart/form-data; boundary=cut"
    return client.post("/sessions/import", data=whole, content_type=kind)


@pytest.mark.parametrize("kind", ["md", "json", "html"])
def test_a_chat_is_sent_as_a_file_to_keep(client: PageClient, ada: User, kind: str) -> None:
    name = "Vögel / 鳥 1 - हिन्दी"
    chat = make_chat(ada.id, "Wo steht der Reiher?", reply("Im *Fluss*."), session_name=name)
    answer = fetch(client, f"/sessions/{chat.id}/export.{kind}")
    assert answer.status_code == 200
    disposition = answer.headers["Content-Disposition"]
    # A server refuses to send a header that is more than Latin-1.
    assert disposition.isascii()
    how, told = parse_options_header(disposition)
    assert how == "attachment"
    assert "Vögel 鳥 1 हिन्दी" in told["filename"]
    assert told["filename"].endswith(f".{kind}")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Wo steht der Reiher?" in answer.text
    assert "Fluss" in answer.text


def test_the_chats_menu_and_its_settings_lead_to_its_files(client: PageClient, ada: User) -> None:
    chat = make_chat(ada.id, "hello")
    menu = client.get(f"/sessions/{chat.id}").page.by_id("chat-menu")
    settings = client.get(f"/sessions/{chat.id}/settings").page.by_id("main")
    for place in (menu, settings):
        addresses = {link.get("href") for link in place.every("a")}
        files = {f"/sessions/{chat.id}/export.{kind}" for kind in ("md", "json", "html")}
        assert files <= addresses


@pytest.mark.parametrize("kind", ["md", "json", "html"])
def test_nobody_takes_anothers_chat_away(client: PageClient, ada: User, kind: str) -> None:
    chat = make_chat(make_user().id, "secret")
    theirs = client.get(f"/sessions/{chat.id}/export.{kind}")
    none = client.get(f"/sessions/{uuid4()}/export.{kind}")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert "secret" not in theirs.text
    assert client.get(f"/sessions/{chat.id}/export.exe").status_code == 404


def test_the_html_file_is_whole_and_inert(client: PageClient, ada: User) -> None:
    call = {"type": "function_call", "call_id": "c", "name": HOSTILE, "arguments": HOSTILE}
    output = {"type": "function_call_output", "call_id": "c", "output": HOSTILE}
    code = f"```html\n{HOSTILE}\n```\n\n![x](http://e.org/x.png)"
    chat = make_chat(
        ada.id, HOSTILE, call, output, reply(HOSTILE + "\n\n" + code), session_name=HOSTILE
    )
    page = Page(fetch(client, f"/sessions/{chat.id}/export.html").text)
    assert page.every("script", "img", "link", "button", "form", "iframe") == []
    [policy] = [meta for meta in page.every("meta") if meta.get("http-equiv")]
    assert policy.get("content").startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert page.heading == HOSTILE
    assert len(page.every("style")) == 1


def test_all_chats_are_sent_as_one_archive(client: PageClient, ada: User) -> None:
    make_chat(make_user().id, "of another")
    chats = [make_chat(ada.id, f"message {n}", session_name=f"A/{n}\u202e..") for n in range(3)]
    answer = client.get("/export")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        told = [json.loads(archive.read(name)) for name in names if name.endswith(".json")]
    assert len(names) == 2 * len(chats)
    assert all(name.count("/") == 1 and ".." not in name for name in names)
    assert [file["messages"][0]["item"]["content"] for file in told] == [
        f"message {n}" for n in range(3)
    ]


def test_a_page_tells_how_far_its_archive_is(client: PageClient, ada: User) -> None:
    for number in range(3):
        make_chat(ada.id, f"hello {number}")
    page = client.get("/settings/data").page
    (link,) = [a.get("href") for a in page.every("a") if "data-packs" in a.attributes]
    asked = page.by_id("packing").get("hx-get")
    assert "Packing your chats" in client.get(asked, headers=HTMX).page.text
    download = iter(fetch(client, link).response)
    next(download)
    told = client.get(asked, headers=HTMX).page
    assert "0 of 3 chats packed" in told.text
    assert "0 of 3 chats packed" in client.get(next_look(told), headers=HTMX).page.text
    stranger = PageClient(client.application)
    stranger.sign_in(make_user())
    assert "of 3" not in stranger.get(asked, headers=HTMX).text
    assert len(list(download)) > 3, "it is sent as it is made"
    over = client.get(asked, headers=HTMX).page
    assert "Packed: 3 of 3." in over.text
    assert next_look(over) == ""
    broken_off = fetch(client, link)
    next(iter(broken_off.response))
    broken_off.close()
    assert "Stopped after 0 of 3 chats" in client.get(asked, headers=HTMX).page.text


def next_look(page: Page) -> str:
    return next((span.get("hx-get") for span in page.every("span") if span.get("hx-get")), "")


def test_an_archive_that_nobody_here_packs_is_not_asked_for_without_end(
    client: PageClient, ada: User
) -> None:
    make_chat(ada.id, "hello")
    path, looks = client.get("/settings/data").page.by_id("packing").get("hx-get"), 0
    while path:
        page = client.get(path, headers=HTMX).page
        path = next_look(page)
        looks += 1
    assert 5 < looks < 50
    assert "Your browser shows how far the download is" in page.text


def test_a_chat_is_brought_in_and_led_to(client: PageClient, ada: User) -> None:
    chat = make_chat(ada.id, "hello", session_name="Birds")
    data = client.get(f"/sessions/{chat.id}/export.json").data
    answer = upload(client, data)
    assert answer.status_code == 200
    [link] = [link for link in answer.page.by_id("main").every("a") if link.text == "Birds"]
    copy = next(key for key in list_chats(ada.id) if key != chat.id)
    assert link.get("href") == f"/sessions/{copy}"
    assert [message.item for message in read_messages(copy)] == [
        {"role": "user", "content": "hello"}
    ]


def test_a_chat_from_before_all_clocks_can_be_read_anywhere(client: PageClient) -> None:
    ada = make_user(time_zone="America/New_York")
    client.sign_in(ada)
    never = "0001-01-01T00:00:00Z"  # What other programs write for no time at all.
    session = {"session_id": "a", "created_at": never, "last_activity_at": never}
    messages = [{"at": never, "item": {"role": "user", "content": "hello"}}]
    chat = {"format": "parley-chat", "version": 1, "session": session, "messages": messages}
    assert upload(client, json.dumps(chat).encode()).status_code == 200
    [key] = list_chats(ada.id)
    assert "hello" in client.get(f"/sessions/{key}").page.text
    assert fetch(client, "/export").status_code == 200


def test_a_file_that_is_none_is_told(client: PageClient, ada: User) -> None:
    answer = upload(client, b"[", "<b>odd</b>.json")
    assert answer.status_code == 422
    assert "<b>odd</b>.json was left out: it is not JSON" in answer.page.by_id("main").text
    nothing = upload(client, b"", "")
    assert nothing.status_code == 422
    assert "Choose a file." in nothing.page.by_id("main").text
    assert list_chats(ada.id) == []


def test_a_file_larger_than_a_form_is_taken_up_to_the_limit(client: PageClient, ada: User) -> None:
    make_chat(ada.id, "x" * 3_000_000)
    [key] = list_chats(ada.id)
    data = client.get(f"/sessions/{key}/export.json").data
    assert upload(client, data).status_code == 200
    with app_like(client.application, max_import=1000) as small:
        other = PageClient(small)
        other.sign_in(ada)
        refused = upload(other, data)
        assert refused.status_code == 413
        assert "The file is too large." in refused.page.wrongs["file"]
    assert len(list_chats(ada.id)) == 2


def test_bringing_in_needs_a_sign_in_and_a_token(client: PageClient, ada: User) -> None:
    fields = {"file": (io.BytesIO(b"[]"), "a.json")}
    assert client.post("/sessions/import", data=fields).status_code == 400
    client.delete_cookie("parley")
    for path in ("/export", "/settings/data"):
        assert client.get(path).location.startswith("/sign-in")


def test_what_is_no_character_is_replaced_on_the_page_and_in_the_files(
    client: PageClient, ada: User
) -> None:
    # A model that writes half of an emoji's escape means no harm; nor does a tool that reads bytes.
    call = {"type": "function_call", "call_id": "c1", "name": "note\ud83d"}
    arguments = {"arguments": '{"mood\\ud83d": "\\ud83d and \\u0000"}'}
    output = {"type": "function_call_output", "call_id": "c1", "output": "read \udcff\0"}
    thought = {"type": "reasoning", "id": "r", "summary": [{"type": "x", "text": "Hm \ud83d"}]}
    said = ("Noted \ud83d?", thought, call | arguments, output, reply("Yes \ud83d."))
    chat = make_chat(ada.id, *said)
    page = client.get(f"/sessions/{chat.id}").page.text
    for words in (
        "Noted \ufffd?",
        "Hm \ufffd",
        "mood\ufffd: \ufffd and \ufffd",
        "read \ufffd\ufffd",
    ):
        assert words in page
    for kind in ("md", "json", "html"):
        assert fetch(client, f"/sessions/{chat.id}/export.{kind}").status_code == 200


def test_archives_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.web.packing.REMEMBERED", 2)
    user_id, tokens = uuid4(), [uuid4() for _ in range(3)]
    for token in tokens:
        assert list(counted(user_id, token, [])) == []
    assert [find_packing(user_id, token) is None for token in tokens] == [True, False, False]
