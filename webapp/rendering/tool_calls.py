"""A tool's call in words for people: its arguments in short and in full, how it went."""

import json
import re
from dataclasses import dataclass
from typing import Any

from webapp.database_session.items import storable
from webapp.graphemes import cut
from webapp.rendering.view_models import Approval, ToolCall, ToolState
from webapp.runs.decisions import REJECTED
from webapp.runs.dismissing import STOPPED, WROTE_INSTEAD
from webapp.runs.ending import NO_RESULT

LONGEST_GIST = 120
LONGEST_SHOWN = 20_000
"""Characters of arguments or output on a page; a tool may return megabytes."""
_UNCALLED: dict[str, ToolState] = {
    WROTE_INSTEAD: "rejected",
    STOPPED: "stopped",
    NO_RESULT: "stopped",
}
"""What stands for the output of a tool that was never called, and how it went."""
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows."""


@dataclass
class DraftCall:
    """A call as far as it is known."""

    call_id: str
    name: str
    arguments: str
    dom_id: str
    started_at: float | None = None
    ended_at: float | None = None
    output: str | None = None
    is_failed: bool = False
    is_waiting: bool = False
    was_asked: bool = False
    """Whether a person was asked to approve it."""

    def finish(self, output: str, at: float | None, *, is_failed: bool = False) -> None:
        self.output = output
        self.ended_at = at
        self.is_failed = is_failed
        self.is_waiting = False

    def shown(self, *, is_active: bool) -> ToolCall:
        seconds = None
        if self.started_at is not None and self.ended_at is not None:
            seconds = max(self.ended_at - self.started_at, 0.0)
        return ToolCall(
            dom_id=self.dom_id,
            name=storable(self.name),
            gist=_gist(self.arguments),
            arguments=_pretty(self.arguments),
            output=None if self.output is None else _pretty(self.output),
            seconds=seconds,
            state=self._state(is_active=is_active),
        )

    def asked(self) -> Approval:
        value = _parse(self.arguments) if len(self.arguments) <= LONGEST_SHOWN else None
        named = value.items() if isinstance(value, dict) else [("", value or self.arguments)]
        facts = tuple((_in_order(name), _in_order(_pretty(_brief(given)))) for name, given in named)
        return Approval(self.call_id, f"{self.dom_id}-approval", _in_order(self.name), facts)

    def _state(self, *, is_active: bool) -> ToolState:
        if self.output is not None:
            if self.output.startswith(REJECTED):
                return "rejected"
            if self.output in _UNCALLED:
                return _UNCALLED[self.output]
            return "failed" if self.is_failed else "done"
        if self.is_waiting:
            return "waiting"
        return "running" if is_active else "stopped"


def _in_order(text: str) -> str:
    """`text` as it was written: whoever decides must not read `exe.txt` where `txt.exe` stands."""
    return _TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", storable(text))


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _pretty(text: str) -> str:
    """`text` as a page can show it; escapes in JSON can stand for what is no character."""
    if not text.strip() or text.strip() == "{}":
        return ""
    value = _parse(text) if len(text) <= LONGEST_SHOWN else None
    if isinstance(value, dict | list):
        text = json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) <= LONGEST_SHOWN:
        return storable(text)
    return f"{storable(text[:LONGEST_SHOWN])}\n… {len(text) - LONGEST_SHOWN:,} more characters"


def _gist(arguments: str) -> str:
    value = _parse(arguments) if len(arguments) <= LONGEST_SHOWN else None
    if isinstance(value, dict):
        words = ", ".join(f"{name}: {_brief(given)}" for name, given in value.items())
    else:
        words = arguments
    words = " ".join(storable(words[: 4 * LONGEST_GIST]).split())
    return words if len(words) <= LONGEST_GIST else f"{cut(words, LONGEST_GIST - 1)}…"


def _brief(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
