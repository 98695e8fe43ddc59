"""A run's spans as the SDK has traced them, in the order and depth in which they lie."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from webapp.models import AgentRun, RunSpan
from webapp.rendering.waterfall import Kind, Span, begin_spans

KINDS: dict[str, Kind] = {
    "agent": "agent",
    "generation": "model",
    "response": "model",
    "function": "tool",
    "mcp_tools": "tool",
    "handoff": "handoff",
    "guardrail": "guardrail",
}
"""What is drawn; other spans only hold these."""
DEEPEST = 3


def spans_of_trace(run: AgentRun, traced: Sequence[RunSpan], now: datetime) -> list[Span]:
    """The run, what it waited for, and each traced span below the one that holds it."""
    inside: dict[str | None, list[RunSpan]] = {}
    known = {span.span_id for span in traced}
    for span in traced:
        parent = span.parent_id if span.parent_id in known else None
        inside.setdefault(parent, []).append(span)
    return [*begin_spans(run, now), *_walk(run, inside, None, 1)]


def _walk(
    run: AgentRun, inside: dict[str | None, list[RunSpan]], parent: str | None, depth: int
) -> Iterator[Span]:
    for span in inside.pop(parent, []):
        kind = KINDS.get(span.kind)
        if kind is not None:
            yield _shown(run, span, kind, depth)
        yield from _walk(run, inside, span.span_id, min(depth + bool(kind), DEEPEST))


def _shown(run: AgentRun, span: RunSpan, kind: Kind, depth: int) -> Span:
    name = f"Handoff to {span.name}" if kind == "handoff" else span.name
    return Span(
        kind,
        f"Model {span.name}" if kind == "model" else name,
        depth,
        max(0.0, (span.started_at - run.queued_at).total_seconds()),
        max(0.0, (span.ended_at - run.queued_at).total_seconds()),
        is_failed=span.error is not None,
        note=span.error or _tokens(span),
    )


def _tokens(span: RunSpan) -> str:
    read, written = span.detail.get("input_tokens"), span.detail.get("output_tokens")
    return f"{read or 0:,} in, {written or 0:,} out" if read or written else ""
