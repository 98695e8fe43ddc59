"""Structured output: a reply that is JSON, and nothing else, is shown as code."""

import json
import re

from markupsafe import Markup

from webapp.rendering.markdown import render_markdown

LONGEST = 100_000
"""Characters that are put in order, before and after: what is nested deeply, indenting makes a
hundred of."""
FENCE = "```json\n"

# Of lists, those of objects: in prose, a reply begins with [1] or [words](to follow).
_BEGINS = re.compile(r'\s*(?:\[\s*)?\{\s*"')
_MAY_BEGIN = re.compile(r"\s*(?:\[\s*)?(?:\{\s*)?")


def begins_as_json(text: str) -> bool | None:
    """Whether a text that begins so is on its way to be JSON; None: it is too short to tell."""
    return None if _MAY_BEGIN.fullmatch(text) else bool(_BEGINS.match(text))


def render_reply(text: str) -> Markup:
    """A whole message of an agent."""
    return render_markdown(_as_code(text) or text)


def _as_code(text: str) -> str | None:
    if not text.lstrip().startswith(("{", "[")) or len(text) > LONGEST:
        return None
    try:
        indented = _indented(json.loads(text))
    except (ValueError, RecursionError):
        return None
    return f"{FENCE}{indented or text.strip()}\n```"


def _indented(value: object) -> str | None:
    """None where it is too long."""
    parts: list[str] = []
    length = 0
    for part in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value):
        length += len(part)
        if length > LONGEST:
            return None
        parts.append(part)
    return "".join(parts)
