"""Where the time of a run went: one line a span, drawn to scale."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from webapp.models import AgentRun, RunEvent, RunStatus
from webapp.rendering.scales import ticks

Kind: TypeAlias = Literal[
    "run", "queue", "agent", "model", "tool", "handoff", "guardrail", "approval"
]
SHORTEST = 0.05
"""Seconds; a shorter pause between two spans was not the model's."""
FAILED = (RunStatus.FAILED, RunStatus.INTERRUPTED)


@dataclass(frozen=True)
class Span:
    """A stretch of a run; times are seconds since it was queued."""

    kind: Kind
    name: str
    depth: int
    start: float
    end: float
    is_failed: bool = False
    key: str = ""
    """Of a tool's call."""
    note: str = ""

    @property
    def seconds(self) -> float:
        return max(0.0, self.end - self.start)


@dataclass(frozen=True)
class Beam:
    """A span to be drawn; `x` and `width` are percent of the whole."""

    span: Span
    x: float
    width: float


@dataclass(frozen=True)
class Waterfall:
    beams: tuple[Beam, ...]
    ticks: tuple[tuple[float, str], ...]
    """Where, in percent, and what stands there."""


def waterfall(spans: Iterable[Span]) -> Waterfall:
    spans = list(spans)
    whole = max((span.end for span in spans), default=0.0) or 1.0
    beams = tuple(
        Beam(
            span,
            x=round(100 * span.start / whole, 2),
            width=round(max(100 * span.seconds / whole, 0.4), 2),
        )
        for span in spans
    )
    marks = [(at, f"{at:g} s") for at in ticks(whole, 6) if at <= whole]
    return Waterfall(beams, tuple((round(100 * at / whole, 2), label) for at, label in marks))


def spans_of_events(run: AgentRun, events: Iterable[RunEvent], now: datetime) -> list[Span]:
    """What the run's row and the events that are still kept tell of it."""
    spans = begin_spans(run, now)
    if run.started_at is None:
        return spans
    clock, end = _Clock(run.queued_at), spans[0].end
    begun = clock.at(run.started_at)
    inner: list[Span] = []
    calls: dict[str, Span] = {}
    agent, since = Span("agent", run.agent_name or "Agent", 1, begun, end), begun
    for event in events:
        _take(event, calls, clock, end)
        if event.kind == "agent" and event.data["name"] != agent.name:
            at = clock.at(event.created_at)
            inner += [*_with_models(replace(agent, end=at), calls, since)]
            inner.append(Span("handoff", f"Handoff to {event.data['name']}", 1, at, at))
            calls, agent, since = {}, Span("agent", event.data["name"], 1, at, end), at
    return [*spans, *inner, *_with_models(agent, calls, since)]


def begin_spans(run: AgentRun, now: datetime) -> list[Span]:
    """The run as a whole, and its wait for its turn."""
    clock = _Clock(run.queued_at)
    whole = Span("run", "Run", 0, 0.0, clock.at(run.ended_at or now), run.status in FAILED)
    begun = clock.at(run.started_at) if run.started_at else 0.0
    waited = [Span("queue", "Waiting for its turn", 1, 0.0, begun)] if begun >= SHORTEST else []
    return [whole, *waited]


@dataclass(frozen=True)
class _Clock:
    zero: datetime

    def at(self, moment: datetime | float) -> float:
        stamp = moment if isinstance(moment, float) else moment.timestamp()
        return max(0.0, stamp - self.zero.timestamp())


def _take(event: RunEvent, calls: dict[str, Span], clock: _Clock, end: float) -> None:
    key = str(event.data.get("call_id", ""))
    if event.kind == "tool_started":
        at = clock.at(float(event.data["at"]))
        calls[key] = Span("tool", str(event.data["name"]), 2, at, end, key=key)
    elif event.kind == "tool_finished" and key in calls:
        at = clock.at(float(event.data["at"]))
        failed = bool(event.data.get("is_failed"))
        calls[key] = replace(calls[key], end=at, is_failed=failed)
    elif event.kind == "approval_requested" and key in calls:
        calls[key] = replace(calls[key], kind="approval", note="waited for approval")


def _with_models(agent: Span, calls: dict[str, Span], since: float) -> Iterable[Span]:
    """The agent, its calls, and the model in what lies between them."""
    yield agent
    for call in sorted(calls.values(), key=lambda call: call.start):
        if call.start - since >= SHORTEST:
            yield Span("model", "Model", 2, since, call.start)
        yield call
        since = max(since, call.end)
    if agent.end - since >= SHORTEST:
        yield Span("model", "Model", 2, since, agent.end)
