"""A person's chats, through the pages, without scripts."""

from uuid import uuid4

import pytest

from tests.factories import make_run, make_session, make_user
from tests.support.client import HTMX, PageClient
from webapp.database import read_tx
from webapp.models import AgentSession, RunStatus, User
from webapp.services.session_lists import list_sessions

MARKUP = "<img src=x onerror=alert(1)> {{ 7*7 }} </title><script>alert(1)</script>"


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user(display_name="Ada Moreno")
    client.sign_in(user)
    return user


def session_named(user: User, name: str) -> AgentSession:
    return make_session(user.id, session_name=name)


def stored(session: AgentSession) -> AgentSession | None:
    with read_tx() as tx:
        return tx.get(AgentSession, session.id)


def links_of(answer: object) -> list[str]:
    [sidebar] = answer.page.every("nav")  # type: ignore[attr-defined]
    return [link.text for link in sidebar.every("a") if "/sessions/" in link.get("href")]


@pytest.mark.usefixtures("ada")
def test_without_a_chat_the_first_page_offers_one(client: PageClient) -> None:
    answer = client.get("/", follow_redirects=True)
    assert answer.request.path == "/sessions/new"
    assert answer.page.by_id("composer-form").get("action") == "/sessions"


def test_the_first_page_leads_to_the_chat_used_last(client: PageClient, ada: User) -> None:
    session_named(ada, "Older")
    newest = session_named(ada, "Newer")
    assert client.get("/").location == f"/sessions/{newest.id}"


def test_a_chat_shows_its_name_and_agent_and_is_marked_in_the_list(
    client: PageClient, ada: User
) -> None:
    session = session_named(ada, "Planting garlic")
    session_named(ada, "Another")
    answer = client.get(f"/sessions/{session.id}")
    assert answer.page.title == "Planting garlic · Parley"
    assert answer.page.heading == "Planting garlic"
    marked = [link.text for link in answer.page.every("a") if link.get("aria-current")]
    assert marked == ["Planting garlic"]


def test_a_chat_without_a_name_is_called_new(client: PageClient, ada: User) -> None:
    session = make_session(ada.id, session_name=None)
    assert client.get(f"/sessions/{session.id}").page.heading == "New chat"


def test_a_chat_that_is_replying_is_marked(client: PageClient, ada: User) -> None:
    session = session_named(ada, "Busy")
    make_run(session.id, status=RunStatus.RUNNING)
    [sidebar] = client.get("/sessions").page.every("nav")
    assert "Busy, replying" in sidebar.text


def test_the_list_is_also_given_as_a_fragment(client: PageClient, ada: User) -> None:
    session = session_named(ada, "Here")
    answer = client.get(f"/sessions/sidebar?at={session.id}", headers=HTMX)
    assert not answer.page.is_whole
    assert [a.text for a in answer.page.every("a") if a.get("aria-current")] == ["Here"]
    assert client.get("/sessions/sidebar?at=nonsense", headers=HTMX).status_code == 200
    assert client.get("/sessions/sidebar").location == "/sessions"


def test_a_chat_is_renamed(client: PageClient, ada: User) -> None:
    session = session_named(ada, "Before")
    form = client.get(f"/sessions/{session.id}/rename")
    answer = client.post_form(form, {"name": "  After\n all "}, action="/rename")
    assert answer.location == f"/sessions/{session.id}"
    assert client.get(answer.location).page.heading == "After all"


def test_a_script_that_renames_gets_the_name_alone(client: PageClient, ada: User) -> None:
    session = session_named(ada, "Before")
    form = client.get(f"/sessions/{session.id}/rename")
    answer = client.post_form(form, {"name": MARKUP}, action="/rename", headers=HTMX)
    assert (answer.status_code, answer.page.text) == (200, MARKUP)
    assert [element.tag for element in answer.page.every()] == ["span"]


@pytest.mark.parametrize("name", ["", "   \n ", "\u200b \u3164", "x" * 201])
def test_a_name_has_some_characters_and_not_too_many(
    client: PageClient, ada: User, name: str
) -> None:
    session = session_named(ada, "Before")
    form = client.get(f"/sessions/{session.id}/rename")
    answer = client.post_form(form, {"name": name}, action="/rename")
    assert answer.status_code == 422
    assert list(answer.page.wrongs) == ["name"]
    again = client.post_form(form, {"name": name}, action="/rename", headers=HTMX)
    assert again.status_code == 422
    assert "name" in again.text
    assert stored(session).session_name == "Before"  # type: ignore[union-attr]


def test_a_chat_is_deactivated_and_activated_again(client: PageClient, ada: User) -> None:
    session = session_named(ada, "Old plans")
    page = client.get(f"/sessions/{session.id}")
    assert client.press(page, "Deactivate").location == f"/sessions/{session.id}"
    page = client.get(f"/sessions/{session.id}")
    assert "This chat is deactivated." in page.page.text
    assert "composer-form" not in page.text
    client.press(page, "Activate")
    assert client.get(f"/sessions/{session.id}").page.by_id("composer-form")


@pytest.mark.parametrize("outside", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_an_action_leads_back_to_pages_of_this_site_alone(
    client: PageClient, ada: User, outside: str
) -> None:
    session = session_named(ada, "Mine")
    fields = {"csrf_token": token(client.get("/sessions")), "next": outside}
    for action in ("deactivate", "activate", "delete"):
        answer = client.post(f"/sessions/{session.id}/{action}", data=fields)
        assert answer.location in {f"/sessions/{session.id}", "/"}


def token(answer: object) -> str:
    inputs = answer.page.every("input")  # type: ignore[attr-defined]
    return next(i.get("value") for i in inputs if i.get("name") == "csrf_token")


@pytest.mark.usefixtures("ada")
def test_an_empty_chat_is_begun_once(client: PageClient, ada: User) -> None:
    fields = {"csrf_token": token(client.get("/sessions"))}
    first = client.post("/sessions", data=fields | {"agent": "Assistant"})
    assert client.post("/sessions", data=fields | {"agent": "Nobody"}).location == first.location
    assert len(list_sessions(ada.id)) == 1
    assert client.get(first.location).page.by_id("composer-form")


GETS = ("", "/rename")
POSTS = ("/rename", "/pin", "/deactivate", "/activate", "/delete", "/restore", "/messages")


@pytest.mark.parametrize("path", GETS)
@pytest.mark.usefixtures("ada")
def test_a_stranger_reads_404_as_for_no_chat_at_all(client: PageClient, path: str) -> None:
    theirs = session_named(make_user(), "Secret plans")
    answers = [client.get(f"/sessions/{id_}{path}") for id_ in (theirs.id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Secret plans" not in answers[0].text


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.usefixtures("ada")
def test_a_stranger_changes_nothing(client: PageClient, path: str) -> None:
    theirs = session_named(make_user(), "Secret plans")
    fields = {
        "csrf_token": token(client.get("/sessions")),
        "name": "Taken",
        "text": "Hello",
        "key": "0123456789",
    }
    for id_ in (theirs.id, uuid4()):
        assert client.post(f"/sessions/{id_}{path}", data=fields).status_code == 404
        assert client.post(f"/sessions/{id_}{path}", data=fields, headers=HTMX).status_code == 404
    after = stored(theirs)
    assert after is not None
    assert (after.session_name, after.is_active) == ("Secret plans", True)


@pytest.mark.parametrize("path", ["/", "/sessions", "/sessions/new", "/sessions/sidebar"])
def test_nobody_reads_anything_without_signing_in(client: PageClient, path: str) -> None:
    assert client.get(path).location.startswith("/sign-in")
    answer = client.get(path, headers=HTMX)
    assert (answer.status_code, answer.text) == (401, "")


@pytest.mark.parametrize("path", GETS)
def test_a_chat_is_shown_to_nobody_who_has_not_signed_in(client: PageClient, path: str) -> None:
    session = session_named(make_user(), "Secret plans")
    address = f"/sessions/{session.id}{path}"
    assert client.get(address).location == f"/sign-in?next={address}"


def test_a_name_with_markup_is_inert_wherever_it_stands(client: PageClient, ada: User) -> None:
    session = session_named(ada, MARKUP)
    for path in (f"/sessions/{session.id}", "/sessions", f"/sessions/{session.id}/rename"):
        page = client.get(path).page
        assert not page.every("img")
        assert all(script.get("src") for script in page.every("script"))
        assert MARKUP in page.text
    shown = client.get(f"/sessions/{session.id}").page
    assert shown.title == f"{MARKUP} · Parley"
    assert shown.heading == MARKUP


@pytest.mark.parametrize("id_", ["1", "x" * 10_000, "00000000-0000-0000-0000-00000000000g"])
@pytest.mark.usefixtures("ada")
def test_an_id_that_is_none_finds_nothing(client: PageClient, id_: str) -> None:
    assert client.get(f"/sessions/{id_}").status_code == 404
