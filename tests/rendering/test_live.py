"""A reply as it is written: the frames bring a page to where the events are."""

import random
from collections.abc import Iterator
from json import dumps

import pytest
from flask import Flask, render_template

from tests.rendering.pieces import in_pieces
from tests.support.events import Follower, Heard, parse
from webapp.rendering.draft import Draft
from webapp.rendering.live import LiveReply
from webapp.rendering.view_models import under_way
from webapp.runs.events import (
    AgentChanged,
    ApprovalRequested,
    Event,
    ReasoningDelta,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from webapp.web.sse import encode

PIECES = ["Hello **wor", "ld**\n\n", "```py\nx = 1\n", "y = 2\n```\n", "- a\n", "| a |\n|-|\n", "."]


@pytest.fixture
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def live_reply() -> LiveReply:
    return LiveReply("reply-1", "Assistant", render_template)


def hear(reply: LiveReply, follower: Follower) -> list[Heard]:
    """Let a page hear what is new, by way of the stream."""
    heard = list(parse(encode(frame).encode() for frame in reply.frames()))
    for one in heard:
        follower.hear(one)
    return heard


def whole(events: list[Event]) -> str:
    """What a page shows that has all events at once."""
    draft = Draft("reply-1", "Assistant")
    for happened in events:
        draft.apply(happened)
    reply = under_way("reply-1", draft.shown(is_active=True))
    return Follower(render_template("messages/_sections.html", reply=reply)).words


def some_events(chance: random.Random) -> list[Event]:
    events: list[Event] = []
    message = 0
    for number in range(chance.randint(1, 14)):
        match chance.choice(["text", "text", "text", "tool", "end", "think", "hand", "next"]):
            case "text":
                events.append(TextDelta(message, chance.choice(PIECES)))
            case "tool":
                message += chance.choice([0, 1])
                events.append(ToolStarted(f"c{number}", "add", '{"a": 1}', 1.0))
            case "end":
                started = [one.call_id for one in events if isinstance(one, ToolStarted)]
                events.append(ToolFinished(chance.choice([*started, "none"]), "3", 2.0))
            case "think":
                events.append(ReasoningDelta(chance.choice([0, 1]), "Hm & so. "))
            case "hand":
                events.append(AgentChanged(chance.choice(["Billing", "Assistant"])))
            case "next":
                message += 1
    return events


@pytest.mark.parametrize("seed", range(40))
def test_a_page_that_hears_the_frames_shows_what_a_fresh_one_shows(
    request_context: None, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    events = some_events(chance)
    reply, follower = live_reply(), Follower()
    for number, happened in enumerate(events, 1):
        reply.apply(happened)
        if chance.random() < 0.6 or number == len(events):
            hear(reply, follower)
            mended = whole(events[:number]).replace("**wor", "wor")
            assert follower.words.replace("**wor", "wor") == mended


def test_first_comes_all_that_is_known_in_one_frame(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    for happened in (ToolStarted("c", "add", "{}", 1.0), TextDelta(0, "One\n\nTwo")):
        reply.apply(happened)
    assert [heard.kind for heard in hear(reply, follower)] == ["reset"]
    assert "One Two" in follower.words


def test_text_grows_by_blocks_and_an_open_end(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    kinds = []
    for text in ("One", " is", " here\n\nTwo", "\n\n```\ncode\n", "more\n", "```\n", "Three"):
        reply.apply(TextDelta(0, text))
        kinds.append(" ".join(heard.kind for heard in hear(reply, follower)))
    assert kinds == ["part", "tail", "block tail", "block tail", "code", "block tail", "tail"]
    assert follower.words.endswith("One is here Two Text Copy code more Three")


LONG = {
    "list": "".join(f"- item {n} with **some** words\n" for n in range(300)),
    "loose": "".join(f"1. Step\n\n   ```py\n   x = {n}\n   ```\n\n" for n in range(200)),
    "loosened": "".join(f"* item {n}\n" for n in range(150)) + "\n* more\n* and more\n",
    "table": "| a | b |\n|--:|---|\n" + "".join(f"| {n} | row \u2028 |\n" for n in range(300)),
    "nested": "".join(f"- item {n}\n  - a\n  - b\n" for n in range(150)),
    "prose": "It *costs* `nothing`, and [says](https://a.b/c) so;\nor 2 * 3 of snake_case. " * 99,
    "quotation": "> Some **words** here.\n>\n> - a point\n> - and `another`\n>\n" * 60,
    "quoted prose": "> It *costs* `nothing`, and [says](https://a.b/c) so.\n" * 99,
    "item": "- First:\n\n" + "  It *costs* `nothing` here.\n\n  > Or less\n\n" * 90,
    "items": ("- **Point** " + "which *goes* on for long. " * 60 + "\n") * 4,
    "item's code": "1. Run:\n\n   ```text\n" + "   and so on, and on\n" * 240,
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_block_grows_by_its_end_alone(request_context: None, kind: str) -> None:
    text = f"So:\n\n{LONG[kind]}\n\nAnd *after* it.\n"
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    told = 0
    for piece in in_pieces(text, 40):
        reply.apply(TextDelta(0, piece))
        told += sum(len(heard.data) for heard in hear(reply, follower))
    assert {"items" if kind != "item's code" else "code", "block"} <= set(follower.kinds)
    assert follower.words == whole([TextDelta(0, text)])
    # Shown whole at each look, it would be told over forty times.
    assert told < 16 * len(follower.html)


@pytest.mark.parametrize("kind", LONG)
def test_a_growing_block_looks_as_it_will(request_context: None, kind: str) -> None:
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    text = ""
    for line in LONG[kind].rstrip().splitlines(keepends=True)[:250]:
        text += line
        reply.apply(TextDelta(0, line))
        hear(reply, follower)
    assert follower.kinds[-1] in {"item", "code"}
    assert follower.words == whole([TextDelta(0, text)])


@pytest.mark.parametrize(
    "text",
    ['{"city": "Lisbon", "days": [1, 2]}', '[{"day": 1}]', '{"cut": "of', "{ no JSON", "[1] says"],
)
def test_json_comes_as_code_from_its_beginning(request_context: None, text: str) -> None:
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    for piece in text:
        reply.apply(TextDelta(0, piece))
        hear(reply, follower)
    assert ("<figure" in follower.html) == ('"' in text)
    reply.apply(ToolStarted("c1", "add", "{}", 1.0))
    hear(reply, follower)
    told = [TextDelta(0, text), ToolStarted("c1", "add", "{}", 1.0)]
    assert follower.words == whole(list(told))


def test_nothing_new_costs_no_frame(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    assert hear(reply, follower) == []
    reply.apply(TextDelta(0, "x"))
    assert hear(reply, follower)
    assert not reply.is_overdue


def test_frames_wait_longer_where_they_cost_more(request_context: None) -> None:
    reply = live_reply()
    reply.apply(TextDelta(0, "x"))
    reply.frames()
    assert 0 < reply.wait <= 1
    dear = live_reply()
    dear.apply(TextDelta(0, "- item **x** `y`\n" * 3_000))
    dear.frames()
    assert dear.wait > 0.5


def test_the_first_words_after_an_empty_beginning_do_not_wait(request_context: None) -> None:
    reply = LiveReply("reply-1", "Assistant", render_template)
    assert [frame.kind for frame in reply.frames()] == ["reset"]
    assert reply.wait == 0
    reply.apply(TextDelta(0, "First"))
    assert reply.frames()
    assert reply.wait > 0


def test_frames_wait_longer_the_more_streams_there_are(request_context: None) -> None:
    reply = LiveReply("reply-1", "Assistant", render_template, lambda: 180)
    reply.frames()
    reply.apply(TextDelta(0, "x"))
    reply.frames()
    assert 0.5 < reply.wait <= 0.6


def test_a_call_is_told_when_it_begins_waits_and_ends(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    for happened, kind, word in (
        (ToolStarted("c1", "add", "{}", 1.0), "part", "running"),
        (ToolStarted("c2", "add", "{}", 1.0), "tool", "running"),
        (ApprovalRequested("c1"), "tool", "waits for approval"),
        (ToolFinished("c1", "No such day.", 2.5, is_failed=True), "tool", "failed"),
        (ToolFinished("c2", "3", 2.5), "tool", "1.5 s done"),
    ):
        reply.apply(happened)
        assert [heard.kind for heard in hear(reply, follower)] == [kind]
        assert word in follower.words
    assert follower.html.count('<div class="tools">') == 1
    assert follower.html.count("<details") == 2


def test_a_handoff_lays_the_reply_out_anew(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    reply.apply(TextDelta(0, "One moment."))
    hear(reply, follower)
    reply.apply(AgentChanged("Billing"))
    reply.apply(TextDelta(1, "Paid"))
    assert [heard.kind for heard in hear(reply, follower)] == ["reset"]
    assert "One moment. Handed to Billing B Billing" in follower.words


def test_whom_an_earlier_turn_handed_to_speaks_without_a_line(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    reply.apply(AgentChanged("Billing", is_kept=True))
    reply.apply(TextDelta(0, "Paid"))
    assert [heard.kind for heard in hear(reply, follower)] == ["reset"]
    assert follower.words.startswith("B Billing")
    reply.apply(AgentChanged("Technical support"))
    hear(reply, follower)
    assert "Paid Handed to Technical support" in follower.words


def test_hostile_names_arguments_and_outputs_are_words(request_context: None) -> None:
    bad = "</code></pre><script>alert(1)</script>"
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    for happened in (
        ReasoningDelta(0, bad),
        ToolStarted("c1", bad, bad, 1.0),
        ToolFinished("c1", bad, 2.0),
        AgentChanged(bad),
        TextDelta(0, bad),
    ):
        reply.apply(happened)
        hear(reply, follower)
        assert "<script" not in follower.html


def test_what_is_no_character_is_replaced(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    for happened in (
        ReasoningDelta(0, "Hm"),
        ReasoningDelta(0, " \ud83d"),
        ToolStarted("c1", "note", '{"mood": "\\ud83d"}', 1.0),
        ToolFinished("c1", "read \udcff", 2.0),
        TextDelta(0, "Yes \ud83d."),
    ):
        reply.apply(happened)
        hear(reply, follower)
    for words in ("Hm \ufffd", "mood: \ufffd", "read \ufffd", "Yes \ufffd."):
        assert words in follower.words


def test_a_picture_that_a_tool_gave_is_named(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    hear(reply, follower)
    parts = [{"type": "input_text", "text": "A chart"}, {"type": "input_image", "image_url": "x"}]
    for happened in (ToolStarted("c1", "draw", "{}", 1.0), ToolFinished("c1", dumps(parts), 1.0)):
        reply.apply(happened)
        hear(reply, follower)
    assert "Output A chart [Image]" in follower.words
    assert "input_" not in follower.words


def test_json_that_only_looks_like_parts_is_shown_as_it_is(request_context: None) -> None:
    reply, follower = live_reply(), Follower()
    columns = dumps([{"name": "input_rows", "type": ["string", "null"]}])
    for happened in (ToolStarted("c1", "columns", "{}", 1.0), ToolFinished("c1", columns, 1.0)):
        reply.apply(happened)
        hear(reply, follower)
    assert "input_rows" in follower.words
