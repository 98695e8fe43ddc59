"""JSON for people: indented, coloured, and never longer than a page can bear."""

import json

from markupsafe import Markup

from webapp.database_session.items import storable
from webapp.rendering.highlighting import highlight

LONGEST = 200_000
"""Characters; what is beyond them is counted, not shown."""


def show_json(text: str) -> Markup:
    """`text` as HTML: indented where it is JSON, as it is where it is none."""
    shown = _indented(text) if len(text) <= LONGEST else text
    cut = len(shown) - LONGEST
    if cut > 0:
        shown = f"{shown[:LONGEST]}\n… {cut:,} more characters"
    # What it makes of the text is escaped.
    return Markup(highlight(storable(shown), "json"))  # noqa: S704


def call_texts(item: str) -> tuple[Markup, Markup]:
    """The arguments of the call that an item makes, and the output that it brings; or nothing."""
    try:
        known = json.loads(item)
    except (ValueError, RecursionError):
        known = None
    if not isinstance(known, dict):
        return Markup(), Markup()
    arguments, output = known.get("arguments"), known.get("output")
    return _shown(arguments), _shown(output)


def _shown(value: object) -> Markup:
    if value is None or value == "":
        return Markup()
    return show_json(value if isinstance(value, str) else json.dumps(value))


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
