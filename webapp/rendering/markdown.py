"""Markdown, whole: what a finished reply looks like."""

from functools import lru_cache

from markupsafe import Markup, escape

from webapp.database_session.items import storable
from webapp.rendering.dialect import make_parser, render_tokens
from webapp.rendering.sanitising import sanitise

LONGEST = 200_000
"""Characters rendered as Markdown; what a text has beyond them is shown as it is."""
_LONGEST_KEPT = 16_000

_parser = make_parser(colours=True)


def render_markdown(text: str) -> Markup:
    """Safe HTML of `text`, which anybody may have written."""
    text = storable(text)  # Lone surrogates are no characters, and cannot be sent.
    if len(text) <= _LONGEST_KEPT:
        return _kept(text)
    if len(text) <= LONGEST:
        return _render(text)
    return _render(text[:LONGEST]) + Markup("<pre>{}</pre>").format(escape(text[LONGEST:]))


def _render(text: str) -> Markup:
    env: dict[str, object] = {}
    tokens = _parser.parse(text, env)
    return sanitise(render_tokens(_parser, tokens, env))


# A chat is opened again and again; its finished replies never change.
_kept = lru_cache(maxsize=1024)(_render)
