"""Structured output looks like what it is."""

import pytest

from webapp.rendering.markdown import render_markdown
from webapp.rendering.structured import render_reply


def test_json_is_indented_code_with_its_language() -> None:
    html = render_reply('{"city":"Zürich","days":[1,2],"note":"<b> ``` *x*"}\n')
    assert html == render_markdown(
        '```json\n{\n  "city": "Zürich",\n  "days": [\n    1,\n    2\n  ],\n'
        '  "note": "<b> ``` *x*"\n}\n```'
    )
    assert "<figcaption><span>JSON</span>" in html


@pytest.mark.parametrize("text", ['So: {"a": 1}', '{"a": 1', "{a}", "[a](https://b.example)", "42"])
def test_what_is_no_json_is_markdown(text: str) -> None:
    assert render_reply(text) == render_markdown(text)


def test_json_too_deep_to_be_read_is_shown_as_it_is() -> None:
    assert "[[[" in render_reply("[" * 5_000)


def test_json_that_indenting_would_make_a_hundred_of_is_shown_as_it_came() -> None:
    text = "[" * 300 + "1," * 20_000 + "1" + "]" * 300
    assert text in render_reply(text)
