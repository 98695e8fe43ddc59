"""A reply as it comes together, from the items of a session or from the events of a run."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeAlias

from markupsafe import Markup

from webapp.database_session.items import storable
from webapp.rendering.contents import output_text
from webapp.rendering.handoffs import handed_to
from webapp.rendering.mending import without_begun_item
from webapp.rendering.structured import render_reply
from webapp.rendering.tool_calls import DraftCall
from webapp.rendering.view_models import Part, Section, TextPart, ThoughtPart, ToolsPart
from webapp.runs.bounds import parts_of
from webapp.runs.events import (
    AgentChanged,
    ApprovalDecided,
    ApprovalRequested,
    Event,
    ReasoningDelta,
    TextDelta,
    ToolFinished,
    ToolStarted,
)

_FAILED = re.compile(r"An error occurred while |Tool '.*' timed out after [\d.e+-]+ seconds\.\Z")
"""What the SDK gives the model for a tool's result when the tool has raised, or took too long."""


@dataclass
class DraftText:
    message: int
    pieces: list[str] = field(default_factory=list)
    is_cut: bool = False
    """Whether it ended in the middle."""

    def shown(self) -> TextPart:
        source = "".join(self.pieces)
        words = without_begun_item(source) if self.is_cut else source
        return TextPart(render_reply(words), storable(source))

    def written(self) -> TextPart:
        """As Markdown alone: HTML costs more than all else that is done with a message."""
        return TextPart(Markup(), storable("".join(self.pieces)))


@dataclass
class DraftThought:
    number: int
    pieces: list[str] = field(default_factory=list)

    def shown(self) -> ThoughtPart:
        return ThoughtPart(storable("".join(self.pieces)))


DraftPart: TypeAlias = DraftText | DraftThought | list[DraftCall]
ShowText: TypeAlias = Callable[[DraftText], TextPart]


@dataclass
class DraftSection:
    agent_name: str
    is_handed_over: bool = False
    parts: list[DraftPart] = field(default_factory=list)


class Draft:
    """Takes what happens in the order in which it happens."""

    def __init__(
        self,
        dom_id: str,
        agent_name: str,
        failed_calls: Collection[str] | None = (),
        handoffs: Collection[str] = (),
    ) -> None:
        """`failed_calls` are known to have failed; None: nobody knows, and their words must do.

        `handoffs` are calls that only hand over: the line that says who took over is enough.
        """
        self.dom_id = dom_id
        self.sections = [DraftSection(agent_name)]
        self.calls: dict[str, DraftCall] = {}
        self._handoffs = handoffs
        self._failed_calls = failed_calls

    def apply(self, event: Event) -> None:
        match event:
            case TextDelta(message=message, text=text):
                self.say(message, text)
            case ReasoningDelta(part=part, text=text):
                self.think(part, text)
            case ToolStarted(call_id=call_id, name=name, arguments=arguments, at=at):
                self.call(call_id, name, arguments, at)
            case ToolFinished(call_id=call_id, output=output, at=at):
                parts = parts_of(output)
                text = output if parts is None else output_text(parts)
                self.answer(call_id, text, at, is_failed=event.is_failed)
                if event.arguments and call_id in self.calls:
                    self.calls[call_id].arguments = event.arguments
            case ApprovalRequested(call_id=call_id) if call_id in self.calls:
                self.calls[call_id].is_waiting = self.calls[call_id].was_asked = True
            case ApprovalDecided(call_id=call_id, at=at) if call_id in self.calls:
                self.calls[call_id].is_waiting = False
                self._began_after_all(at)
            case AgentChanged(name=name, is_kept=True):
                self.speak_as(name)
            case AgentChanged(name=name):
                self.hand_over(name)
            case _:
                pass

    def say(self, message: int, text: str) -> None:
        part = self._last
        if not isinstance(part, DraftText) or part.message != message:
            part = DraftText(message)
            self._parts.append(part)
        part.pieces.append(text)

    def think(self, number: int, text: str) -> None:
        part = self._last
        if not isinstance(part, DraftThought):
            part = DraftThought(number)
            self._parts.append(part)
        elif part.number != number:
            part.number = number
            part.pieces.append("\n\n")
        part.pieces.append(text)

    def call(self, call_id: str, name: str, arguments: str, at: float | None = None) -> None:
        if call_id in self.calls or call_id in self._handoffs:
            return
        dom_id = f"{self.dom_id}-call-{len(self.calls)}"
        made = DraftCall(call_id, name, arguments, dom_id, at)
        self.calls[call_id] = made
        part = self._last
        if isinstance(part, list):
            part.append(made)
        else:
            self._parts.append([made])

    def answer(
        self, call_id: str, output: str, at: float | None = None, *, is_failed: bool = False
    ) -> None:
        if call_id in self._handoffs:
            if name := handed_to(output):
                self.hand_over(name)
        elif call_id in self.calls:
            failed = self._failed_calls
            known = bool(_FAILED.match(output)) if failed is None else call_id in failed
            self.calls[call_id].finish(output, at, is_failed=is_failed or known)

    def _began_after_all(self, at: float) -> None:
        """What was asked for is called once all of it is decided: the person's time is not its."""
        for call in self.calls.values():
            if call.was_asked and call.output is None:
                call.started_at = at or call.started_at

    def speak_as(self, agent_name: str) -> None:
        """Whose the next words are. Who begins a reply was not handed to in it."""
        if len(self.sections) == 1 and not self._parts and not self.sections[0].is_handed_over:
            self.sections = [DraftSection(agent_name)]
        else:
            self.hand_over(agent_name)

    def hand_over(self, agent_name: str) -> None:
        if agent_name == self.sections[-1].agent_name:
            return
        if len(self.sections) == 1 and not self._parts:
            # Who was asked has said nothing: the other's name alone is shown, below the line.
            self.sections.clear()
        self.sections.append(DraftSection(agent_name, is_handed_over=True))

    def cut(self) -> None:
        """Nothing comes after this, though more was to be said."""
        if isinstance(self._last, DraftText):
            self._last.is_cut = True

    def shown(
        self, *, is_active: bool, show_text: ShowText = DraftText.shown
    ) -> tuple[Section, ...]:
        return tuple(
            Section(
                section.agent_name,
                section.is_handed_over,
                tuple(
                    show_part(part, is_active=is_active, show_text=show_text)
                    for part in section.parts
                ),
            )
            for section in self.sections
        )

    @property
    def _parts(self) -> list[DraftPart]:
        return self.sections[-1].parts

    @property
    def _last(self) -> DraftPart | None:
        return self._parts[-1] if self._parts else None


def show_part(part: DraftPart, *, is_active: bool, show_text: ShowText = DraftText.shown) -> Part:
    if isinstance(part, DraftText):
        return show_text(part)
    if isinstance(part, DraftThought):
        return part.shown()
    return ToolsPart(tuple(call.shown(is_active=is_active) for call in part))
