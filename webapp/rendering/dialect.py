"""The Markdown that replies are written in: CommonMark with tables, strikethrough and tasks.

What a model may write in HTML is text. What a person reads is put in order: headings begin below
the agent's name, tables and code carry what their frames need.
"""

from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import escape

from webapp.rendering.bounds import bound
from webapp.rendering.highlighting import highlight, language_label
from webapp.rendering.links import Addresses, find_address, show_where_links_lead
from webapp.rendering.math import keep_formula
from webapp.rendering.mending import IS_OPEN, mend_end

TOP_HEADING = 3
"""A page's title is h1, an agent's name h2."""
LOWEST_HEADING = 6

Env = MutableMapping[str, Any]

_TASKS = {"[ ] ": False, "[x] ": True, "[X] ": True}
_WITH_DIRECTION = frozenset(
    {
        "paragraph_open",
        "heading_open",
        "bullet_list_open",
        "ordered_list_open",
        "blockquote_open",
        "table_open",
    }
)


def make_parser(*, colours: bool) -> MarkdownIt:
    """A parser and renderer; without `colours` for text that will be rendered again soon."""
    md = MarkdownIt(
        "commonmark",
        {"html": False, "linkify": True, "xhtmlOut": False},
    )
    md.enable(["table", "strikethrough", "linkify"])
    bound(md)
    md.linkify = Addresses()
    md.inline.ruler.at("linkify", find_address)
    md.inline.ruler.before("escape", "formula", keep_formula)
    md.core.ruler.before("inline", "mending", mend_end)
    md.core.ruler.before("inline", "wordless", _drop_wordless_headings)
    md.core.ruler.push("destinations", show_where_links_lead)
    md.core.ruler.push("tasks", _mark_tasks)
    md.core.ruler.push("directions", _set_directions)
    md.options["colours"] = colours
    for name, rule in {"fence": _code, "code_block": _code, "th_open": _cell}.items():
        md.add_render_rule(name, rule)
    md.add_render_rule("td_open", _cell)
    return md


def render_tokens(md: MarkdownIt, tokens: Sequence[Token], env: Env) -> str:
    """HTML, not yet sanitised. `env` remembers the headings so far, for a reply in pieces."""
    _order_headings(tokens, env.setdefault("headings", []))
    html: str = md.renderer.render(tokens, md.options, env)
    return html


def fork(env: Env) -> Env:
    """A copy for text that goes on, and is not yet certain."""
    return {
        "references": dict(env.get("references", {})),
        "headings": list(env.get("headings", [])),
        "cells": env.get("cells", 0),
        IS_OPEN: True,
    }


def _order_headings(tokens: Sequence[Token], above: list[int]) -> None:
    """Number headings by their place in the outline, so that no level is skipped."""
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.markup.count("#") or 1 + (token.markup == "-"))
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(TOP_HEADING + len(above) - 1, LOWEST_HEADING)}"


def _drop_wordless_headings(state: StateCore) -> None:
    """A heading without words says nothing, and halts those who go from heading to heading."""
    starts = [at for at, token in enumerate(state.tokens) if token.type == "heading_open"]
    for start in reversed(starts):
        if not state.tokens[start + 1].content.strip():
            del state.tokens[start : start + 3]


def _mark_tasks(state: StateCore) -> None:
    """Turn `[ ]` and `[x]` at the start of a list's item into boxes that nobody can press."""
    tokens = state.tokens
    for index, token in enumerate(tokens[2:], 2):
        if (
            token.type == "inline"
            and tokens[index - 2].type == "list_item_open"
            and token.content[:4] in _TASKS
            and token.children
            and token.children[0].type == "text"
        ):
            first = token.children[0]
            first.content = first.content[4:]
            is_done = _TASKS[token.content[:4]]
            box = Token("task", "input", 0, attrs={"type": "checkbox", "disabled": ""})
            box.attrSet("aria-label", "Done" if is_done else "To do")
            if is_done:
                box.attrSet("checked", "")
            token.children[:1] = [box, Token("text", "", 0, content=" "), first]
            tokens[index - 2].attrSet("class", "task")


def _set_directions(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in _WITH_DIRECTION:
            token.attrSet("dir", "auto")


def _code(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env
) -> str:
    token = tokens[idx]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    coloured = options["colours"]
    code = highlight(token.content, language) if coloured else str(escape(token.content))
    label = escape(language_label(language))
    return f'<pre data-language="{label}"><code>{code}</code></pre>\n'


def _cell(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env
) -> str:
    token = tokens[idx]
    # A style attribute is forbidden by the content security policy.
    style = str(token.attrs.pop("style", ""))
    token.attrs |= {"scope": "col"} if token.tag == "th" else {}
    token.attrs |= {"class": style.replace("text-align:", "to-")} if style else {}
    html: str = self.renderToken(tokens, idx, options, env)
    return html
