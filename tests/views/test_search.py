"""Finding what was said: the page, and the results alone, as they come while one types."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import make_session, make_user
from tests.services.chats import make_chat, reply
from tests.support.client import HTMX, PageClient
from webapp.models import User


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user(display_name="Ada Moreno")
    client.sign_in(user)
    return user


def links(page: Any) -> list[str]:
    return [a.get("href") for a in page.by_id("found").every("a")]


def marks(page: Any) -> list[str]:
    return [mark.text for mark in page.every("mark")]


def test_a_hit_shows_the_words_and_leads_to_the_message(client: PageClient, ada: User) -> None:
    said = [item for n in range(60) for item in (f"Question {n}", reply(f"Answer {n}"))]
    said[2] = "Where do I plant the Éléphant garlic?"
    chat = make_chat(ada.id, *said, session_name="Beds")
    page = client.get("/search?q=elephant gar").page
    assert page.title == "elephant gar · Search · Parley"
    assert marks(page) == ["Éléphant", "garlic"]
    [link] = links(page)
    assert link == f"/sessions/{chat.id}?at=3#at"
    assert "You: Where do I plant" in page.by_id("found").text
    there = client.get(link).page
    assert "Éléphant garlic" in there.by_id("at").parent.text
    assert "Question 59" not in there.by_id("main").text


def test_titles_come_first_and_others_chats_never(client: PageClient, ada: User) -> None:
    make_chat(ada.id, reply("Take the ferry at nine."), session_name="Ferry to Lisbon")
    aside = make_session(ada.id, session_name="An old ferry", is_active=False)
    make_chat(make_user().id, "A ferry of somebody else", session_name="Their ferry")
    page = client.get("/search?q=ferry").page.by_id("found")
    assert [h.text for h in page.every("h2")] == ["Chats", "Messages"]
    assert "3 results" in page.text
    assert "Assistant: Take the ferry" in page.text
    assert f"/sessions/{aside.id}" in [a.get("href") for a in page.every("a")]
    assert "Deactivated" in page.text
    assert "else" not in page.text
    assert "Their" not in page.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["by pages", "by scrolling"])
def test_many_results_are_read_one_page_after_another(
    client: PageClient, ada: User, headers: dict[str, str]
) -> None:
    make_chat(ada.id, *[f"garlic number {n}" for n in range(45)])
    path, seen = "/search?q=garlic", []
    while path:
        page = client.get(path, headers=headers).page
        seen += [a.get("href") for a in page.every("a") if "at=" in a.get("href")]
        path = next((a.get("href") for a in page.every("a") if a.text == "More results"), "")
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.usefixtures("ada")
def test_without_words_or_results_the_page_says_what_to_do(client: PageClient) -> None:
    assert "Type words" in client.get("/search").page.by_id("found").text
    assert "Nothing found" in client.get("/search?q=xyzzy").page.by_id("found").text


@pytest.mark.parametrize(
    "query",
    [
        *('"', "*", "a OR", "NEAR(", "%25", "_", "' OR 1=1 --", "%F0%9F%A6%8A", "x" * 5_000),
        *("\\", "( ) & | ! :*", "<script>", "%ED%A0%80", "{{ 7*7 }}", "q&before=-1", "q&before=x"),
    ],
)
@pytest.mark.usefixtures("ada")
def test_whatever_is_typed_is_a_search(client: PageClient, query: str) -> None:
    for headers in ({}, HTMX):
        assert client.get(f"/search?q={query}", headers=headers).status_code == 200


def test_markup_in_what_was_said_is_text(client: PageClient, ada: User) -> None:
    markup = "<img src=x onerror=alert(1)> garlic <mark>no</mark> {{ 7*7 }}"
    make_chat(ada.id, markup, session_name=f"Title {markup}")
    page = client.get("/search?q=garlic").page
    assert not page.every("img")
    assert marks(page) == ["garlic", "garlic", "garlic"]
    assert markup in page.by_id("found").text


def test_a_hit_has_the_persons_own_time(client: PageClient) -> None:
    kofi = make_user(time_zone="Asia/Tokyo")
    client.sign_in(kofi)
    at = datetime(2024, 3, 1, 20, 30, tzinfo=UTC)
    make_session(kofi.id, session_name="Garlic", last_activity_at=at)
    assert "2 Mar 2024, 05:30" in client.get("/search?q=garlic").page.by_id("found").text


def test_nobody_searches_without_signing_in(client: PageClient) -> None:
    assert client.get("/search?q=x").location.startswith("/sign-in")
