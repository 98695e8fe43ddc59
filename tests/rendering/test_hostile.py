"""Nothing that anybody writes does anything on a page, whole or as it comes."""

import pytest

from tests.rendering.pieces import Inspector, commonmark_examples, in_pieces
from webapp.rendering.incremental import IncrementalMarkdown
from webapp.rendering.markdown import render_markdown

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><use href=//evil.example/x>",
    "<iframe srcdoc='<script>1</script>'>",
    '<div hx-get="/x" hx-trigger="load" data-hx-post=/y hx-on:click="1">',
    "<style>@import '//evil.example'</style><link rel=stylesheet href=//evil.example>",
    "<math><mtext></table><mglyph><style><img src=x onerror=1>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<a href='javascript:alert(1)' onclick=1>x</a>",
    "</p></div></article><form action=//evil.example><input name=csrf_token>",
    "<template><script>1</script></template><plaintext>",
    "{{ 7*7 }} {% include 'x' %} ${7*7} <%= 7*7 %>",
]
LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java&#115;cript:alert(1)",
    "&#x6A;avascript&colon;alert(1)",
    "java\\nscript:alert(1)",
    "<java script:alert(1)>",
    "<\\x01javascript:alert(1)>",
    "vbscript:msgbox(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,<svg onload=1>",
    "file:///etc/passwd",
    "blob:https://a/b",
    "https:evil.example",
    "http://",
    "//evil.example",
    "https://[::1",
    'https://a.example/"onmouseover="alert(1)',
    "https://a.example/' onmouseover='1",
    "<https://a.example/><img src=x>",
    "https://a.example/&quot; onmouseover=1",
]
TEMPLATES = [
    "{}",
    "**{}**",
    "> {}",
    "- {}",
    "# {}",
    "| a |\n|---|\n| {} |",
    "`{}`",
    "```\n{}\n```",
    "```{}\ncode\n```",
    "    {}",
    "[x]({})",
    "[x]({} 'y')",
    "![x]({})",
    "![{}](https://a.example/b.png)",
    "<{}>",
    "[x][r]\n\n[r]: {}",
    "[{}](https://a.example)",
    "$${}$$",
    "- [ ] {}",
    'text "{}" text',
]
CORPUS = [template.replace("{}", text) for template in TEMPLATES for text in SCRIPTS + LINKS]


def test_every_trick_is_inert_in_every_place() -> None:
    for text in CORPUS:
        Inspector(render_markdown(text))


@pytest.mark.parametrize("text", SCRIPTS + LINKS)
def test_every_trick_is_inert_wherever_it_is_split(text: str) -> None:
    whole = f"before\n\n[x]({text})\n\n{text}\n\n```{text}\n{text}\n```\n"
    for at in range(len(whole)):
        markdown = IncrementalMarkdown()
        html = ""
        for piece in (whole[:at], whole[at:]):
            markdown.feed(piece)
            update = markdown.flush()
            Inspector(html + update.blocks + (update.tail or ""))
            html += update.blocks
        Inspector(html + markdown.finish())


def test_every_moment_of_a_hostile_text_is_inert() -> None:
    for text in CORPUS[::7]:
        markdown = IncrementalMarkdown()
        for piece in in_pieces(text, 1):
            markdown.feed(piece)
            update = markdown.flush()
            Inspector(update.blocks)
            Inspector(update.tail or "")


def test_the_examples_of_commonmark_are_inert() -> None:
    for text in commonmark_examples():
        Inspector(render_markdown(text))


def test_the_frame_of_code_cannot_be_forged() -> None:
    html = render_markdown('</code></pre></figure><pre data-language="x">\n\n`</pre>`\n')
    assert "<figure" not in html
    assert "<pre" not in html


def test_the_name_of_a_table_is_no_markup() -> None:
    html = render_markdown('| "><script> |\n|---|\n| x |\n')
    assert 'aria-label="Table: &#34;&gt;&lt;script&gt;"' in html
