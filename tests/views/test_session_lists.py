"""The lists of a person's chats, which grow as one reads on, without scripts too."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from tests.factories import make_run, make_session, make_user
from tests.rendering.test_windows import counted_queries
from tests.support.client import HTMX, PageClient
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, RunStatus, User
from webapp.rendering.session_lists import MOST, PAGE

NOW = datetime.now(UTC)
CHAT = re.compile(r"^/sessions/[0-9a-f-]{36}$")


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user(display_name="Ada Moreno")
    client.sign_in(user)
    return user


def make_many(user: User, count: int, **given: Any) -> None:
    """Chat 1 is the newest; two of a pair were used in the same moment."""
    rows = [
        {
            "session_id": f"{given.get('is_active', True)}{number}",
            "user_id": user.id,
            "session_name": f"Chat {number}.",
            "last_activity_at": NOW - timedelta(minutes=number // 2),
            "is_active": True,
        }
        | given
        for number in range(1, count + 1)
    ]
    with write_tx() as tx:
        tx.execute(insert(AgentSession), rows)


def names(place: Any) -> list[str]:
    return [link.text for link in links(place)]


def links(place: Any) -> list[Any]:
    """To the chats themselves, and not to what can be done with them."""
    return [link for link in place.every("a") if CHAT.search(link.get("href"))]


def more(place: Any) -> Any:
    return next((a for a in place.every("a") if "more" in a.get("class").split()), None)


def read_through(client: PageClient, path: str, headers: dict[str, str]) -> list[str]:
    """Every chat that is shown from `path` on, following the way to more."""
    shown: list[str] = []
    attribute = "hx-get" if headers else "href"
    while path:
        page = client.get(path, headers=headers).page
        main = page.by_id("main") if page.is_whole else page
        shown += names(main)
        link = more(main)
        path = link.get(attribute) if link else ""
    return shown


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["by pages", "by scrolling"])
def test_each_chat_is_read_once_to_the_last(
    client: PageClient, ada: User, headers: dict[str, str]
) -> None:
    make_many(ada, 2 * PAGE + 5)
    make_session(make_user().id, session_name="Chat of another")
    shown = read_through(client, "/sessions", headers)
    assert len(shown) == 2 * PAGE + 5
    assert {int(name[5:-1]) for name in shown} == set(range(1, 2 * PAGE + 6))


def test_the_list_is_grouped_by_the_persons_days(client: PageClient) -> None:
    ada = make_user(time_zone="Pacific/Kiritimati")  # 14 hours ahead.
    client.sign_in(ada)
    make_session(ada.id, session_name="Of today", last_activity_at=NOW)
    make_session(ada.id, session_name="Of old", last_activity_at=NOW - timedelta(days=3))
    make_session(ada.id, session_name="Kept", pinned_at=NOW, last_activity_at=NOW)
    make_session(make_user().id, session_name="Of another")
    text = client.get("/sessions").page.by_id("main").text
    assert "Pinned Kept" in text
    assert "Today Of today" in text
    assert "Previous 7 days Of old" in text
    assert text.count("Kept") == 1, "it stands among the pinned alone"
    assert "Of another" not in text


def test_a_group_that_goes_on_has_one_heading(client: PageClient, ada: User) -> None:
    make_many(ada, PAGE + 1, last_activity_at=NOW - timedelta(days=20))
    first = client.get("/sessions", headers=HTMX).page
    assert [h.text for h in first.every("h2")] == ["Previous 30 days"]
    then = client.get(more(first).get("hx-get"), headers=HTMX).page
    assert not then.every("h2")
    assert [ul.get("aria-label") for ul in then.every("ul")] == ["Previous 30 days, continued"]
    alone = client.get(more(first).get("href")).page.by_id("main")
    assert [h.text for h in alone.every("h2")] == ["Previous 30 days"]


def test_the_deactivated_are_folded_and_loaded_when_opened(client: PageClient, ada: User) -> None:
    make_many(ada, PAGE + 2, is_active=False)
    folded = client.get("/sessions").page.by_id("main")
    assert f"Deactivated ({PAGE + 2})" in folded.text
    assert names(folded) == []
    assert len(read_through(client, more(folded).get("hx-get"), HTMX)) == PAGE + 2
    assert len(read_through(client, more(folded).get("href"), {})) == PAGE + 2


def test_at_a_deactivated_chat_they_are_open(client: PageClient, ada: User) -> None:
    chat = make_session(ada.id, session_name="Chat aside", is_active=False)
    [sidebar] = client.get(f"/sessions/{chat.id}").page.every("nav")
    assert names(sidebar) == ["Chat aside"]
    assert "open" in sidebar.every("details")[0].attributes


def test_brought_up_to_date_a_list_reaches_as_far_as_it_was_read(
    client: PageClient, ada: User
) -> None:
    make_many(ada, 2 * PAGE + 5)
    link = more(client.get("/sessions", headers=HTMX).page).get("hx-get")
    second = client.get(link, headers=HTMX).page
    until = "&".join(f"{i.get('name')}={i.get('value')}" for i in second.every("input"))
    make_session(ada.id, session_name="Chat new.")
    again = client.get(f"/sessions/sidebar?{until}", headers=HTMX).page
    assert len(names(again)) == 2 * PAGE + 1
    assert "Chat new." in names(again)
    rest = read_through(client, more(again).get("hx-get"), HTMX)
    assert len({*names(again), *rest}) == 2 * PAGE + 6


def test_thousands_of_chats_weigh_no_more_than_sixty(client: PageClient) -> None:
    sizes, counts = [], []
    for others in (60, 2_000):
        person = make_user()
        make_many(person, others)
        client.sign_in(person)
        with counted_queries(client.application) as seen:
            sizes.append(len(client.get("/sessions").text))
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert abs(sizes[1] - sizes[0]) < 200
    assert len(names(client.get(_until_the_end(person), headers=HTMX).page)) == MOST


def _until_the_end(user: User) -> str:
    return f"/sessions/sidebar?until-recent=1-{user.id.hex}"


@pytest.mark.parametrize(
    "query",
    ["after=nonsense", "after=1-1", f"after={'9' * 30}-{'0' * 32}", "shelf=none", "until-recent=x"],
)
@pytest.mark.usefixtures("ada")
def test_a_place_that_is_none_is_the_beginning(client: PageClient, query: str) -> None:
    assert client.get(f"/sessions?{query}").status_code == 200
    assert client.get(f"/sessions/sidebar?{query}", headers=HTMX).status_code == 200


def test_a_place_at_the_end_of_time_is_none_in_any_zone(client: PageClient) -> None:
    client.sign_in(make_user(time_zone="Asia/Tokyo"))
    last = f"after={253_402_300_799_999_999}-{'0' * 32}"
    assert client.get(f"/sessions?{last}").status_code == 200


def test_a_chat_is_pinned_and_unpinned(client: PageClient, ada: User) -> None:
    chat = make_session(ada.id, session_name="Weekly numbers")
    page = client.get(f"/sessions/{chat.id}")
    assert client.press(page, "Pin").location == f"/sessions/{chat.id}"
    page = client.get(f"/sessions/{chat.id}")
    assert "Pinned Weekly numbers" in page.page.every("nav")[0].text
    client.press(page, "Unpin")
    assert "Pinned" not in client.get("/sessions").page.text


def dots(client: PageClient, path: str) -> list[str]:
    [sidebar] = client.get(path).page.every("nav")
    return [a.text.partition(", ")[2] for a in links(sidebar)]


def test_a_reply_that_nobody_has_seen_is_unread_until_somebody_looks(
    client: PageClient, ada: User
) -> None:
    chat = make_session(ada.id, session_name="Chat one", last_activity_at=NOW)
    assert dots(client, "/sessions/new") == [""], "nobody was there before, so nothing waits"
    with write_tx() as tx:
        tx.execute(update(AgentSession).values(seen_at=NOW - timedelta(hours=1)))
    before = stored(chat)
    assert dots(client, "/sessions/new") == ["unread"]
    assert dots(client, f"/sessions/{chat.id}") == [""]
    assert dots(client, "/sessions/new") == [""]
    after = stored(chat)
    assert after.seen_at is not None
    assert after.seen_at >= NOW
    assert after.updated_at == before.updated_at


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (RunStatus.QUEUED, "replying"),
        (RunStatus.RUNNING, "replying"),
        (RunStatus.PAUSED, "waits for you"),
        (RunStatus.FAILED, ""),
    ],
)
def test_a_chat_says_what_it_does(
    client: PageClient, ada: User, status: RunStatus, says: str
) -> None:
    make_run(make_session(ada.id, session_name="Chat one").id, status=status)
    assert dots(client, "/sessions/new") == [says]


def test_a_deactivated_chat_waits_for_nobody(client: PageClient, ada: User) -> None:
    chat = make_session(ada.id, session_name="Chat one", is_active=False)
    make_run(chat.id, status=RunStatus.PAUSED)
    assert dots(client, f"/sessions/{chat.id}") == [""]


def stored(chat: AgentSession) -> AgentSession:
    with read_tx() as tx:
        return tx.get_one(AgentSession, chat.id)
