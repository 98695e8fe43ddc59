"""The SDK's traces, kept here: how long each step of a run took, and nothing that was said."""

import threading
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakSet

from agents.tracing import Span, Trace, TracingProcessor, add_trace_processor, get_trace_provider

from webapp.database_session.items import storable

MOST = 1_000
"""Spans of one run; a run that calls tools for ever has seen enough by then."""
_LONGEST_NAME = 255
_LONGEST_ERROR = 500
_TOKENS = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")


def trace_id(run_id: UUID) -> str:
    """Makes a run's spans known as its own."""
    return f"trace_{run_id.hex}"


class Spans(TracingProcessor):
    """Collects the spans of the runs that are being performed."""

    def __init__(self) -> None:
        self._open: dict[str, list[dict[str, Any]]] = {}
        self._guard = threading.Lock()
        self._hears: WeakSet[Any] = WeakSet()

    def collect(self, run_id: UUID) -> None:
        """Keep the run's spans from now on."""
        with self._guard:
            provider = get_trace_provider()
            if provider not in self._hears:
                # The provider may have been replaced since: it is set up beside the agents.
                self._hears.add(provider)
                add_trace_processor(self)
            self._open.setdefault(trace_id(run_id), [])

    def take(self, run_id: UUID) -> list[dict[str, Any]]:
        """The values of the run's run_span rows; what comes later is not kept."""
        spans = self._open.pop(trace_id(run_id), [])
        return [span | {"run_id": run_id} for span in spans]

    def on_span_end(self, span: Span[Any]) -> None:
        kept = self._open.get(span.trace_id)
        if kept is not None and len(kept) < MOST and span.started_at and span.ended_at:
            kept.append(_values(span))

    def on_trace_start(self, trace: Trace) -> None:
        pass

    def on_trace_end(self, trace: Trace) -> None:
        pass

    def on_span_start(self, span: Span[Any]) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def force_flush(self) -> None:
        pass


SPANS = Spans()


def _values(span: Span[Any]) -> dict[str, Any]:
    data = span.span_data
    name = next(
        (value for key in ("name", "model", "to_agent") if (value := getattr(data, key, None))),
        data.type,
    )
    error = span.error["message"] if span.error else None
    return {
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "kind": data.type,
        "name": storable(str(name))[:_LONGEST_NAME],
        "started_at": datetime.fromisoformat(span.started_at or ""),
        "ended_at": datetime.fromisoformat(span.ended_at or ""),
        "error": storable(error)[:_LONGEST_ERROR] if error else None,
        "detail": _detail(data),
    }


def _detail(data: Any) -> dict[str, Any]:
    if data.type == "handoff":
        return {"from_agent": data.from_agent, "to_agent": data.to_agent}
    if data.type == "guardrail":
        return {"triggered": data.triggered}
    usage = getattr(data, "usage", None) or {}
    if not isinstance(usage, dict):
        usage = {name: getattr(usage, name, None) for name in _TOKENS}
    return {name: usage[name] for name in _TOKENS if usage.get(name)}
