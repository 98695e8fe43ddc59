"""Markdown while it comes ends as the whole, and costs little on the way."""

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.rendering.pieces import blocks_of, commonmark_examples, in_pieces, rendered_in
from webapp.rendering.incremental import IncrementalMarkdown
from webapp.rendering.markdown import render_markdown

PARTS = [
    *("- a", "1. ", "2. ", "* ", "> ", "    ", "  ", "\t", "# h", "x", "b c", "\n", "\n\n", "\r\n"),
    *("```", "```\n", "~~~", "`", "---", "===", "|a|b|\n|-|-|\n", "|x", "*x*", "**", "\\", "$y$"),
    *("[ ] ", "[a](", "](b)", "<b>", "&amp;", "\r", "\0", "é", "😀", "https://a.b/c", "!["),
]
_BLOCKS = re.compile(r"<(h\d|p|ol|ul|li|input|table|tr|th|td|figure|blockquote|hr)\b")
PROSE = ["Ab", "é", "1", " ", ". ", ":", "(", "'", '"', "-", "…", "w/", "\xa0", "&", "\u0301", "²"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=16).map("".join) | st.text(max_size=60)
MIXED = """## How the move goes

Half a minute rules out dump and restore for 42 GB. **Logical replication**, or `pg_upgrade` with
hard links; the second *cannot* be undone. See [the manual](https://example.org/docs/18/).

1. Create the schema on the new server with `pg_dump`.
2. Publish on the old server, **subscribe** on the new one.
   - nested item one
   - nested item two

```sql
CREATE PUBLICATION move_out FOR ALL TABLES; -- note
SELECT 'x', 1 FROM t WHERE a = 2;
```

| Database | Size | Pause |
|---|--:|--:|
| shop | 41.9 GB | 4 s |

> A table without a primary key needs `REPLICA IDENTITY FULL`, or its updates will fail.

- [ ] open
- [x] done

"""


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.integers(1, 9))
@example("a\n|x\n---b", 1)
@example("a\r\n\r\nb", 2)
@example("```\nx\n``\n```\ny", 1)
def test_any_text_in_any_pieces_ends_as_the_whole(text: str, size: int) -> None:
    # A definition that comes later changes what came before; the reply's end mends that.
    assume("]:" not in text)
    assert rendered_in(in_pieces(text, size)) == render_markdown(text)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from([*PROSE, *PARTS]) | st.text(max_size=3), max_size=12).map("".join))
@example("A b: (c) - 'd' \"e\" ")
@example("1. a")
def test_the_open_end_looks_as_it_will_when_it_is_finished(text: str) -> None:
    assume(not set(text) & set("*_~`[]!"))  # Marks that may be half: they are mended.
    text = f"{text}x"  # A word in the last line, or it may not be known what it is,
    assume("|" not in re.split(r"[\r\n]", text)[-1])  # or whether it is the head of a table.
    markdown = IncrementalMarkdown()
    markdown.feed(text)
    update = markdown.flush()
    assert update.blocks + (update.tail or "") == render_markdown(text)


@pytest.mark.parametrize("size", [1, 3, 40])
def test_the_examples_of_commonmark_end_as_the_whole(size: int) -> None:
    later = "[foo]\n\n> [foo]: /url\n"  # The one whose definition comes too late.
    for text in commonmark_examples():
        if text != later:
            assert rendered_in(in_pieces(text, size)) == render_markdown(text), text


def test_a_definition_is_known_to_what_follows_it() -> None:
    text = "[a]: https://a.example\n\nsee [a]\n\nand [a] again\n"
    assert rendered_in(in_pieces(text, 1)) == render_markdown(text)


def test_a_definition_may_yet_take_the_next_line_for_its_title() -> None:
    text = "so\n\n[a]: https://a.example\n'title\nmore'\n\nsee [a]\n"
    assert rendered_in(in_pieces(text, 1)) == render_markdown(text)


def test_halves_of_characters_and_line_breaks_are_waited_for() -> None:
    text = "a\r\nb \ud83d\ude00\r\n\r\nc"
    assert rendered_in(in_pieces(text, 1)) == render_markdown("a\nb 😀\n\nc")


def test_what_is_finished_never_changes() -> None:
    text = MIXED * 2
    finished = "".join(list(blocks_of(in_pieces(text, 7)))[:-1])
    assert render_markdown(text).startswith(finished)
    assert len(finished) > len(render_markdown(MIXED))


def test_ten_thousand_characters_are_parsed_few_times() -> None:
    text = (MIXED * 20)[:10_000]
    markdown = IncrementalMarkdown()
    for piece in in_pieces(text, 40):
        markdown.feed(piece)
        markdown.flush()
    markdown.finish()
    # A whole rendering at each of the 250 looks would parse over a million.
    assert markdown.parsed < 8 * len(text)


WORDS = "The quick **fox** jumps over `it`, and [so](https://a.example/b) on. "


@pytest.mark.parametrize(
    "text",
    [
        "- item with `code` and *words*\n" * 900,
        "| a | b |\n|---|---|\n" + "| a cell | and *another* |\n" * 900,
        WORDS * 500,
        WORDS + "An * open _mark and a lone `tick. " + WORDS * 500,
        "> " + WORDS * 500,
        f"> {WORDS}\n>\n" * 400,
        "> - quoted *item*\n" * 1_500,
        "- " + WORDS * 500,
        f"- {WORDS}\n" + f"\n  {WORDS}\n" * 400,
        ("1. " + WORDS * 30 + "\n") * 8,
    ],
    ids=lambda text: text[:14],
)
def test_one_block_of_any_length_is_parsed_few_times(text: str) -> None:
    markdown = IncrementalMarkdown()
    for piece in in_pieces(text, 40):
        markdown.feed(piece)
        markdown.flush()
    assert markdown.finish() == render_markdown(text)
    # A whole rendering at each of the 900 looks would parse nearly five hundred times as much.
    assert markdown.parsed < 16 * len(text)


def test_growing_code_is_not_parsed_at_all() -> None:
    markdown = IncrementalMarkdown()
    markdown.feed("```python\nx = 1\n")
    shown = str(markdown.flush().tail)
    parsed = markdown.parsed
    code = "".join(f"line({number})\n" for number in range(5_000))
    more = ""
    for piece in in_pieces(code, 40):
        markdown.feed(piece)
        update = markdown.flush()
        assert update.tail is None
        more += update.code
    assert markdown.parsed == parsed
    assert more == code
    assert "x = 1" in shown


def test_code_is_coloured_once_its_fence_is_closed() -> None:
    markdown = IncrementalMarkdown()
    markdown.feed("```python\nreturn 1\n")
    assert "<span class" not in str(markdown.flush().tail)
    markdown.feed("```\n")
    assert '<span class="k">return</span>' in markdown.flush().blocks


def test_open_code_is_given_whole_to_who_comes_later() -> None:
    markdown = IncrementalMarkdown()
    markdown.feed("```\none\n")
    markdown.flush()
    markdown.feed("two\n")
    markdown.flush()
    assert "one\ntwo\n" in str(markdown.flush(afresh=True).tail)
    markdown.feed("three")
    assert markdown.flush().code == "three"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a **bo", "a <strong>bo</strong>"),
        ("a **", "a "),
        ("run `ma", "run <code>ma</code>"),
        ("see [the list](https://exa", "see the list"),
        ("![A cat](https://exa", "A cat"),
        ("2 * 3", "2 * 3"),
    ],
)
def test_marks_that_are_half_written_are_not_shown(text: str, shown: str) -> None:
    markdown = IncrementalMarkdown()
    markdown.feed(text)
    assert markdown.flush().tail == f'<p dir="auto">{shown}</p>\n'
    assert markdown.finish() == render_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        MIXED,
        "Steps:\n- one\n- two\n  - inner\n\n---\n\n* [ ] a\n* [x] b\n",
        "Years\n2024 and\n2025. Then\n\n1. one\n2. two\n",
        "> Note:\n> - one\n> - two\n\n__a__ and ***b***\n",
        "- Rows:\n\n  | a |\n  |---|\n  | b |\n",
        "Sums\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n| 3 | 4 |\n\n| no table\nat all\n",
    ],
    ids=lambda text: text[:8],
)
def test_what_is_shown_is_never_one_thing_and_then_another(text: str) -> None:
    markdown, finished, looks = IncrementalMarkdown(), "", []
    for letter in text:
        markdown.feed(letter)
        update = markdown.flush(afresh=True)
        finished += update.blocks
        looks.append(_BLOCKS.findall(finished + (update.tail or "")))
    whole = _BLOCKS.findall(render_markdown(text))
    assert [look for look in looks if look != whole[: len(look)]] == []


@pytest.mark.parametrize("before", ["| ", "- Rows:\n  > | ", "```\n| ", "```\n~~~ "])
def test_a_long_line_is_read_while_it_comes(before: str) -> None:
    markdown = IncrementalMarkdown()
    text = before + "- many words " * 50
    for piece in in_pieces(text, 7):
        markdown.feed(piece)
        update = markdown.flush(afresh=True)
    assert str(update.tail).count("many words") > 40
    assert markdown.finish() == render_markdown(text)


def test_the_language_of_code_is_known_from_the_first_look() -> None:
    markdown = IncrementalMarkdown()
    labels = []
    for letter in "```python\nx":
        markdown.feed(letter)
        labels += re.findall("<figcaption><span>(.*?)<", str(markdown.flush(afresh=True).tail))
    assert set(labels) == {"Python"}


def test_headings_keep_their_order_across_blocks() -> None:
    text = "## A\n\n### B\n\ntext\n\n## C\n\n#### D\n"
    assert rendered_in(in_pieces(text, 3)) == render_markdown(text)
