"""What the demonstration may do in one turn: say something, or call tools."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class Call:
    """A tool, or the hand-over to another agent, which is a tool to a model."""

    name: str
    arguments: Mapping[str, Any]


Answer = Say | tuple[Call, ...]
