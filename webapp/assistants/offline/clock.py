"""Sentences that ask for the time."""

import re

from webapp.assistants.offline.answer import Call

_ASKED = re.compile(
    r"\b(what(?:'s| is)? (?:the )?time|current time|time (?:is it |now )?in)\b", re.IGNORECASE
)
_PLACES = re.compile(r"\b(?:in|at|for)\s+(.+)", re.IGNORECASE | re.DOTALL)
_BETWEEN = re.compile(r"\s*(?:,|\band\b|&)\s*(?:in\s+)?", re.IGNORECASE)
MAX_PLACES = 5


def calls(text: str) -> tuple[Call, ...]:
    """One call for each place that is named; for none, the person's own zone."""
    asked = _ASKED.search(text)
    if not asked:
        return ()
    named = _PLACES.search(text, asked.start())
    places = _BETWEEN.split(named[1].strip()) if named else [""]
    cleaned = [re.sub(r"[?.!]+.*|\b(right now|now|please|today)\b", "", p).strip() for p in places]
    found = [place for place in cleaned if place][:MAX_PLACES] or [""]
    return tuple(Call("current_time", {"zone": place}) for place in found)
