"""Finding what was said, in a person's own chats alone."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.factories import make_user
from tests.services.chats import add, make_chat, reply
from webapp.models import MessageRole, User
from webapp.services.search import MOST_TITLES, SearchHit, SearchPage, search


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def texts(page: SearchPage) -> list[str]:
    return ["".join(piece for piece, _ in hit.snippet or hit.title) for hit in page.hits]


def marked(hit: SearchHit) -> list[str]:
    return [piece for piece, is_match in hit.snippet or hit.title if is_match]


def found(person: User, query: str) -> list[str]:
    return texts(search(person.id, query))


def test_a_hit_says_where_and_when_it_was_said(ada: User) -> None:
    chat = make_chat(ada.id, "Hello", reply("The heron stands in the river"), session_name="Birds")
    (hit,) = search(ada.id, "heron").hits
    assert (hit.session_id, hit.title, hit.position) == (chat.id, (("Birds", False),), 2)
    assert (hit.role, hit.is_active) == (MessageRole.ASSISTANT, True)
    assert hit.snippet == (("The ", False), ("heron", True), (" stands in the river", False))
    assert abs((datetime.now(UTC) - hit.at).total_seconds()) < 60


def test_a_title_comes_first_and_has_no_message(ada: User) -> None:
    chat = make_chat(ada.id, "About a heron", session_name="Heron watching", is_active=False)
    title, message = search(ada.id, "heron").hits
    assert (title.session_id, title.position, title.role, title.snippet) == (
        chat.id,
        None,
        None,
        (),
    )
    assert title.title == (("Heron", True), (" watching", False))
    assert title.is_active is False
    assert message.position == 1


def test_nobody_finds_what_others_said(ada: User) -> None:
    stranger = make_user()
    make_chat(ada.id, "The heron stands", session_name="Heron")
    assert search(stranger.id, "heron").hits == ()


def test_only_what_people_and_agents_say_is_searched(ada: User) -> None:
    call = {"type": "function_call", "call_id": "c", "name": "heron", "arguments": "heron"}
    output = {"type": "function_call_output", "call_id": "c", "output": "heron"}
    make_chat(ada.id, call, output, {"role": "system", "content": "heron"}, reply("heron!"))
    assert found(ada, "heron") == ["heron!"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("river", ["A grey heron in the river"]),
        ("heron river", ["A grey heron in the river"]),
        ("river heron", ["A grey heron in the river"]),
        ("riv", ["A grey heron in the river"]),
        ("her riv", []),
        ('"grey heron"', ["A grey heron in the river"]),
        ('"heron grey"', []),
        ('"heron in the ri', ["A grey heron in the river"]),
        ('"heron in the ri"', []),
        ("“grey heron” river", ["A grey heron in the river"]),
        ("GREY", ["A grey heron in the river"]),
        ("heron eagle", []),
        ("a", ["A grey heron in the river"]),
        ("h", []),
    ],
)
def test_all_words_must_be_there_and_the_last_may_be_unfinished(
    ada: User, query: str, expected: list[str]
) -> None:
    make_chat(ada.id, "A grey heron in the river", "Something else", session_name=None)
    assert found(ada, query) == expected


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("Das Café am Ufer", "cafe"),
        ("Das Cafe am Ufer", "café"),
        ("Das Cafe\u0301 am Ufer", "CAFÉ"),
        ("Ångström und Łódź", "angstrom"),
        ("Ελληνικά", "ΕΛΛΗΝΙΚΆ"),
        ("Большой театр", "большой театр"),
        ("東京タワー", "東京"),
        ("서울특별시", "서울"),
        ("昨日、東京タワーへ行きました。", "タワー"),
        ("我今天去北京大学上课", "北京大学"),
        ("我用Python写程序", "python写"),
        ("ฉันไปกรุงเทพเมื่อวาน", "กรุงเทพ"),
        ("ฉันไปกรุงเทพเมื่อวาน", "เทพ"),
        ("ខ្ញុំរៀនភាសាខ្មែរ", "ភាសា"),
        ("我今天去北京大学 with Ada", "ada 北京"),
        ("read foo.bar/baz_qux.py now", "baz_qux"),
        ("read foo.bar/baz_qux.py now", "bar"),
        ("see https://example.org/heron?x=1", "heron"),
        ("<b>heron</b> and <heron>", "heron"),
        ("mail ada@example.org", "example"),
        ("version 3.14.1", "3.14"),
        ("100% sure", "100%"),
        ("a C++ question", "c++"),
        ("it's fine", "it's"),
        ("state-of-the-art", "state-of"),
    ],
)
def test_case_accents_and_punctuation_do_not_matter(ada: User, said: str, query: str) -> None:
    make_chat(ada.id, said)
    (hit,) = search(ada.id, query).hits
    assert marked(hit)


def test_every_match_in_the_snippet_is_marked_and_nothing_else(ada: User) -> None:
    make_chat(ada.id, "Élan, elan and élanvital, not melan")
    (hit,) = search(ada.id, "elan").hits
    assert marked(hit) == ["Élan", "elan", "élanvital"]


@pytest.mark.parametrize(
    ("said", "query", "expected"),
    [
        ("यह हिन्दी है", "हिन्दी", ["हिन्दी"]),
        ("বাংলা ভাষা", "বাংলা", ["বাংলা"]),
        ("தமிழ் மொழி", "தமிழ்", ["தமிழ்"]),
    ],
)
def test_a_mark_holds_whole_characters(
    ada: User, said: str, query: str, expected: list[str]
) -> None:
    make_chat(ada.id, said)
    (hit,) = search(ada.id, query).hits
    assert marked(hit) == expected


def test_a_snippet_without_spaces_is_cut_between_characters(ada: User) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    make_chat(ada.id, f"{family * 40}heron{family * 90}")
    (text,) = found(ada, "heron")
    assert text.strip("…").replace(family, "") == "heron"


def test_a_snippet_is_cut_between_words_around_the_first_match(ada: User) -> None:
    make_chat(ada.id, f"{'before ' * 400}the heron{' after' * 400}")
    (hit,) = search(ada.id, "heron").hits
    text = "".join(piece for piece, _ in hit.snippet)
    assert text.startswith("…before ")
    assert text.endswith(" after…")
    assert len(text) < 300
    assert marked(hit) == ["heron"]


def test_markup_in_a_message_stays_text(ada: User) -> None:
    make_chat(ada.id, "<script>alert(1)</script>")
    (hit,) = search(ada.id, "alert").hits
    assert hit.snippet == (("<script>", False), ("alert", True), ("(1)</script>", False))


SAID = """## A heron

A **grey heron** of 2**3, see [herons and more](https://a.example/b) and `heron()`:

| heron | egret |
|:--|--:|
- heron
> heron 2\\*3 \\`x\\` C:\\dir"""


def test_of_what_an_agent_wrote_the_words_are_shown_without_their_marks(ada: User) -> None:
    chat = make_chat(ada.id, reply(SAID))
    shown = "A heron A grey heron of 2**3, see herons and more and heron(): | heron | egret |"
    assert texts(search(ada.id, "heron")) == [f"{shown} heron heron 2*3 `x` C:\\dir"]
    # What was sought is seen where it stands, and a person's own words are as they were typed.
    assert "(https://a.example/b)" in texts(search(ada.id, "example"))[0]
    add(chat, "my **heron**")
    assert texts(search(ada.id, "my")) == ["my **heron**"]


def test_pages_follow_one_another_without_gap_or_repeat(ada: User) -> None:
    chats = [make_chat(ada.id, session_name=f"Heron {n}") for n in range(7)]
    for n in range(25):
        add(chats[n % 7], f"heron number {n}")
    first = search(ada.id, "heron", limit=10)
    assert [hit.position for hit in first.hits[:MOST_TITLES]] == [None] * MOST_TITLES
    seen = texts(first)[MOST_TITLES:]
    page = first
    while page.next_before:
        page = search(ada.id, "heron", limit=10, before=page.next_before)
        seen += texts(page)
    assert seen == [f"heron number {n}" for n in reversed(range(25))]


def test_words_that_are_everywhere_are_found_at_the_newest_and_at_the_oldest(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the newest are looked through first; here those are three."""
    monkeypatch.setattr("webapp.services.search.NEWEST", 3)
    make_chat(ada.id, "old heron", *["the river"] * 10)
    assert found(ada, "old") == ["old heron"]
    assert len(search(ada.id, "river", limit=2).hits) == 2
    assert len(search(ada.id, "river", limit=20).hits) == 10


def test_a_chat_of_another_is_not_found_by_its_owners_word(ada: User) -> None:
    """The index keeps whose a message is as a word of its own: typing it opens nothing."""
    stranger = make_user()
    make_chat(stranger.id, "The heron stands")
    make_chat(ada.id, "Something else")
    for query in (stranger.id.hex, f"\ue000{stranger.id.hex}", f"scope : {stranger.id.hex}"):
        assert search(ada.id, query).hits == ()


def test_without_spaces_words_are_found_and_marked_anywhere(ada: User) -> None:
    chat = make_chat(ada.id, "我去北京 and Rome", "我去北京", session_name="关于北京的事")
    title, *messages = search(ada.id, "北京").hits
    assert (title.session_id, title.position) == (chat.id, None)
    assert title.title == (("关于", False), ("北京", True), ("的事", False))
    assert [hit.position for hit in messages] == [2, 1]
    assert [hit.position for hit in search(ada.id, "rome 北京").hits] == [1]
    assert search(ada.id, "京北").hits == ()
    assert search(make_user().id, "北京").hits == ()


def test_pages_of_words_without_spaces_follow_one_another(ada: User) -> None:
    make_chat(ada.id, *[f"第{n}次去北京" for n in range(9)])
    first = search(ada.id, "北京", limit=5)
    second = search(ada.id, "北京", limit=5, before=first.next_before)
    assert [hit.position for hit in first.hits + second.hits] == list(range(9, 0, -1))
    assert second.next_before is None
