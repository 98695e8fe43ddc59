"""What Markdown looks like."""

import pytest

from tests.rendering.pieces import Inspector
from webapp.rendering.markdown import LONGEST, render_markdown


def test_headings_begin_below_the_agents_name_and_leave_no_level_out() -> None:
    html = render_markdown("### Deep\n\n# Top\n\n#### Sub\n\nSetext\n---\n")
    assert [html.count(f"<h{level} ") for level in (3, 4, 5)] == [2, 2, 0]


def test_emphasis_code_and_strikethrough_are_shown() -> None:
    html = render_markdown("*a* **b** `c < d` ~~e~~")
    assert html == (
        '<p dir="auto"><em>a</em> <strong>b</strong> <code>c &lt; d</code> <s>e</s></p>\n'
    )


def test_a_table_scrolls_in_a_box_with_a_name_and_is_aligned_by_classes() -> None:
    html = render_markdown("| Size | Left & right |\n|--:|:-:|\n| 4 | x |\n")
    assert (
        'class="scroll" tabindex="0" role="group" aria-label="Table: Size, Left &amp; right"'
        in html
    )
    assert '<th scope="col" class="to-right">Size</th>' in html
    assert '<td class="to-center">x</td>' in html
    assert "style" not in html


def test_code_has_its_language_a_copy_button_and_colours() -> None:
    html = render_markdown("```py\nif x: return 'a<b'  # why\n```\n")
    assert "<figcaption><span>Python</span><button" in html
    assert 'data-copy="code"' in html
    assert '<span class="k">if</span> x: <span class="k">return</span>' in html
    assert "<span class=\"s\">'a&lt;b'</span>" in html
    assert '<span class="c"># why</span>' in html


@pytest.mark.parametrize(
    ("info", "label"),
    [
        ("", "Text"),
        ("sh", "Shell"),
        ("c++", "C++"),
        ("JSON", "JSON"),
        ("my-lang {1}", "my-lang"),
        ('"><b>', "b"),
    ],
)
def test_code_is_labelled_with_what_people_call_the_language(info: str, label: str) -> None:
    html = render_markdown(f"```{info}\nx\n```\n")
    assert f"<figcaption><span>{label}</span>" in html


@pytest.mark.parametrize("code", ["x = 1\n" * 6_000, "x" * 2_001])
def test_code_beyond_the_bounds_stays_uncoloured_and_whole(code: str) -> None:
    html = render_markdown(f"```python\n{code}\n```\n")
    assert "<span class" not in html
    assert code in html


def test_tasks_are_boxes_with_names_that_nobody_can_press() -> None:
    html = render_markdown("- [ ] open\n- [x] *done*\n- [x]no\n\n1. [X] loose\n\n2. plain\n")
    assert html.count('<li class="task">') == 3
    assert html.count("checked") == 2
    assert html.count("disabled") == 3
    assert 'aria-label="To do"' in html
    assert "[x]no" in html


def test_a_link_says_where_it_leads_and_leaks_nothing() -> None:
    html = render_markdown('[here](https://user@Example.org:8080/a?b=1&c=2 "title")')
    assert html == (
        '<p dir="auto"><a href="https://user@Example.org:8080/a?b=1&amp;c=2" '
        'data-host="example.org" target="_blank" rel="noopener noreferrer nofollow ugc">here</a>'
        "</p>\n"
    )


def test_a_host_in_foreign_letters_is_told_by_its_real_name() -> None:
    assert 'data-host="xn--pple-43d.com"' in render_markdown("[apple.com](https://аpple.com)")  # noqa: RUF001


@pytest.mark.parametrize("href", ["/sign-out", "#top", "other.md", "//example.org/x", "?a=b"])
def test_a_link_into_parley_or_without_a_scheme_is_only_its_words(href: str) -> None:
    assert render_markdown(f"[words]({href})") == '<p dir="auto">words</p>\n'


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org/a_(b)_c.", "https://example.org/a_(b)_c"),
        ("(https://example.org/a)", "https://example.org/a"),
        ("**https://example.org/**", "https://example.org/"),
        ("HTTPS://EXAMPLE.ORG, then", "HTTPS://EXAMPLE.ORG"),
        ("<mailto:a@example.org>", "mailto:a@example.org"),
        ("https://example.org/?q=a&b=c'", "https://example.org/?q=a&amp;b=c"),
    ],
)
def test_an_address_in_the_text_becomes_a_link(text: str, address: str) -> None:
    assert f'<a href="{address}"' in render_markdown(text)


@pytest.mark.parametrize("text", ["main.py", "www.example.org", "a@example.org", "xhttps://a.b"])
def test_a_word_that_only_looks_like_an_address_stays_a_word(text: str) -> None:
    assert render_markdown(text) == f'<p dir="auto">{text}</p>\n'


def test_an_image_is_a_link_that_loads_nothing() -> None:
    html = render_markdown("![A cat](https://example.org/cat.png)")
    assert "<img" not in html
    assert ">Image: A cat (example.org)</a>" in html


def test_an_image_within_a_link_is_its_words() -> None:
    html = render_markdown("[![Build](https://a.org/b.svg)](https://c.org) ![x](data:image/png,1)")
    assert html.count("<a ") == 1
    assert ">Build</a> " in html


@pytest.mark.parametrize(
    "formula", [r"$a_1*b*c$", r"$$\frac{a}{b}\\ *c*$$", r"\(x_1 \* y\)", r"\[ \int_a^b *x* \]"]
)
def test_a_formula_stays_as_it_was_written(formula: str) -> None:
    assert render_markdown(f"so {formula} it is") == f'<p dir="auto">so {formula} it is</p>\n'


def test_prices_are_no_formulas() -> None:
    html = render_markdown("between $5 *and* $10, or $20 *at* $30")
    assert html.count("<em>") == 2


def test_html_is_shown_as_it_was_written() -> None:
    html = render_markdown("<b>bold</b> <!-- c -->\n\n<div>\n\n&lt;i&gt; &amp;copy;")
    words = " ".join(Inspector(html).words.split())
    assert words == "<b>bold</b> <!-- c --> <div> <i> &copy;"


def test_each_block_finds_its_own_direction_and_code_has_none() -> None:
    html = render_markdown("مرحبا\n\nhello\n\n```\nx\n```")
    assert html.count('<p dir="auto">') == 2
    assert '<pre tabindex="0" dir="ltr">' in html


def test_characters_that_are_none_are_replaced() -> None:
    html = render_markdown("a\0b\ud800c \ud83d\ude00")
    assert html == '<p dir="auto">a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c 😀</p>\n'


def test_nothing_is_lost_of_what_is_nested_too_deeply() -> None:
    quotes = render_markdown(f"{'> ' * 60}at the bottom")
    lists = render_markdown("".join(f"{'  ' * depth}- item {depth}\n" for depth in range(40)))
    assert "at the bottom" in quotes
    assert all(f"item {depth}" in lists for depth in range(40))


def test_nothing_is_lost_of_a_text_that_is_too_long() -> None:
    html = render_markdown("word " * (LONGEST // 5) + "<b>the end\ud800")
    assert "&lt;b&gt;the end\N{REPLACEMENT CHARACTER}" in html


def test_a_table_that_would_grow_too_large_is_text() -> None:
    wide = "|".join("a" * 300)
    html = render_markdown(f"{wide}\n{'-|' * 300}\n{wide}\n")
    assert "<table" not in html
