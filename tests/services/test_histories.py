"""What is left out of a long history, and that what stays is a history."""

from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.chats import reply, user
from webapp.services.histories import TOKENS_OF_A_FILE, estimate_tokens, fit_history

Items = list[dict[str, Any]]


def call(name: str) -> dict[str, Any]:
    return {"type": "function_call", "call_id": name, "name": "look", "arguments": "{}"}


def output(name: str) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": name, "output": "a heron"}


REASONING = {"type": "reasoning", "id": "r", "summary": []}


@st.composite
def turn(draw: st.DrawFn) -> Items:
    """A turn as a runner stores it: questions, thoughts, calls side by side, a reply."""
    items = [user("a") for _ in range(draw(st.integers(1, 2)))]
    for _ in range(draw(st.integers(0, 3))):
        # Some servers count from one in every answer.
        names = [f"c{n}" for n in range(draw(st.integers(1, 3)))]
        if draw(st.booleans()):
            items.append(REASONING)
        if draw(st.booleans()):
            items += [call(name) for name in names]
            items += [output(name) for name in draw(st.permutations(names))]
        else:
            calls = [{"id": name, "type": "function", "function": {}} for name in names]
            items.append({"role": "assistant", "content": "", "tool_calls": calls})
            items += [{"role": "tool", "tool_call_id": name, "content": "x"} for name in names]
    if draw(st.booleans()):
        items.append(REASONING)
    return [*items, reply("b" * draw(st.integers(0, 60)))]


histories = st.lists(turn(), max_size=5).map(lambda turns: list(chain(*turns)))
limits = st.none() | st.integers(1, 12)


def assert_whole(items: Items) -> None:
    """Nothing is answered that was not asked, and no thought leads nowhere."""
    asked: list[str] = []
    for before, item in zip([None, *items], items, strict=False):
        if item.get("type") == "function_call":
            asked.append(item["call_id"])
        asked += [one["id"] for one in item.get("tool_calls", [])]
        for name in ("call_id", "tool_call_id"):
            if "output" in item or item.get("role") == "tool":
                assert item.get(name) is None or item[name] in asked
        if before is REASONING:
            assert item.get("role") != "user"
    assert not items or items[-1] is not REASONING


@given(items=histories, most=limits, tokens=st.none() | st.integers(1, 400))
def test_what_stays_is_a_history_that_ends_alike(
    items: Items, most: int | None, tokens: int | None
) -> None:
    kept, left_out = fit_history(items, max_items=most, max_tokens=tokens)
    assert left_out == len(items) - len(kept)
    assert kept[-1:] == items[-1:]
    assert_whole(kept)
    rest = iter(items)
    assert all(any(item is other for other in rest) for item in kept)


@given(items=histories, most=st.integers(1, 12))
def test_what_is_beyond_a_limit_could_not_be_parted(items: Items, most: int) -> None:
    kept, _ = fit_history(items, max_items=most)
    if len(kept) > most:
        questions = sum(item.get("role") == "user" for item in kept)
        assert questions <= 2
        again, more = fit_history(kept, max_items=1)
        assert (again, more) == (kept, 0)


@given(items=histories, most=st.integers(1, 12))
def test_a_larger_limit_never_keeps_less(items: Items, most: int) -> None:
    fewer, _ = fit_history(items, max_items=most)
    more, _ = fit_history(items, max_items=most + 1)
    assert len(fewer) <= len(more)
    assert fit_history(fewer, max_items=most)[0] == fewer


def test_whole_turns_go_first() -> None:
    items = [user("a"), reply("b"), user("c"), call("1"), output("1"), reply("d")]
    assert fit_history(items, max_items=5) == (items[2:], 2)
    assert fit_history(items, max_items=6) == (items, 0)
    assert fit_history(items) == (items, 0)


def test_the_question_stays_where_its_turn_is_too_long() -> None:
    items = [user("a"), reply("b"), user("c"), call("1"), output("1"), call("2"), output("2")]
    assert fit_history(items, max_items=4) == ([user("c"), call("2"), output("2")], 4)
    assert fit_history(items, max_items=1) == ([user("c"), call("2"), output("2")], 4)


def test_calls_side_by_side_are_not_parted() -> None:
    group = [REASONING, call("1"), call("2"), output("2"), output("1")]
    items = [user("a"), reply("b"), user("c"), *group, reply("d")]
    assert fit_history(items, max_items=5) == ([user("c"), reply("d")], 7)
    assert fit_history(items, max_items=7) == (items[2:], 2)


def test_a_thought_is_not_parted_from_what_it_led_to() -> None:
    rest = [REASONING, call("1"), output("1"), REASONING, call("2"), output("2"), reply("d")]
    items = [user("c"), *rest]
    assert fit_history(items, max_items=4) == ([user("c"), reply("d")], 6)
    assert fit_history(items, max_items=5) == ([user("c"), *rest[3:]], 3)


def test_an_output_whose_call_was_never_there_holds_nothing_back() -> None:
    items = [user("a"), output("lost"), reply("b"), user("c"), reply("d")]
    assert fit_history(items, max_items=2) == ([user("c"), reply("d")], 3)


def test_a_history_without_a_person_is_cut_too() -> None:
    items = [reply(str(n)) for n in range(10)]
    assert fit_history(items, max_items=3) == (items[7:], 7)
    assert fit_history([], max_items=3) == ([], 0)


def test_tokens_are_counted_in_bytes_and_files_apart() -> None:
    items = [user("x" * 4000), reply("y" * 400)]
    assert 1000 < estimate_tokens(items[0]) < 1050
    assert fit_history(items, max_tokens=1200) == (items, 0)
    assert fit_history([user("a"), *items], max_tokens=2000)[1] == 0
    image = {"role": "user", "content": [{"image_url": "data:image/png;base64," + "A" * 10**6}]}
    assert TOKENS_OF_A_FILE < estimate_tokens(image) < TOKENS_OF_A_FILE + 50
    assert estimate_tokens({"a": "\ud800" * 8}) > 0


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(limit: int) -> None:
    for name in ("max_items", "max_tokens"):
        with pytest.raises(ValueError, match="at least 1"):
            fit_history([user("a")], **{name: limit})
