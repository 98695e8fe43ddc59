"""Structured output: a reply that is JSON, and nothing else, is shown as code."""

import json
import re

from markupsafe import Markup

from webapp.rendering.markdown import render_markdown

LONGEST = 100_000
"""Characters that are put in order."""
FENCE = "```json\n"

_BEGINS = re.compile(r'\s*\{\s*"')
_MAY_BEGIN = re.compile(r"\s*(?:\{\s*)?")


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
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return f"{FENCE}{json.dumps(value, indent=2, ensure_ascii=False)}\n```"
