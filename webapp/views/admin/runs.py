"""Everybody's runs, and where the time of one of them went."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.admin import RunChoices
from webapp.models import AgentRun
from webapp.rendering.traced import spans_of_trace
from webapp.rendering.waterfall import Waterfall, spans_of_events, waterfall
from webapp.runs import stop_run
from webapp.services.prices import cost_of
from webapp.services.run_viewer import RunDetail, audit_stop, find_run, list_runs
from webapp.services.usage import known_agents
from webapp.web.access import admin_only
from webapp.web.current import address, settings

bp = Blueprint("admin_runs", __name__, url_prefix="/admin/runs")


@bp.get("")
@admin_only
def index() -> ResponseReturnValue:
    form = RunChoices.from_address()
    runs: list[AgentRun] = []
    before: UUID | None = None
    if not form.errors:
        runs, before = list_runs(
            form.filters(current_user.time_zone), request.args.get("before", type=UUID)
        )
    page = render_template(
        "admin/runs/index.html", form=form, runs=runs, before=before, agents=known_agents()
    )
    return page, 422 if form.errors else 200


@bp.get("/<uuid:key>")
@admin_only
def show(key: UUID) -> ResponseReturnValue:
    detail = _found(key)
    return render_template(
        "admin/runs/show.html",
        run=detail.run,
        fall=_fall(detail),
        cost=_cost(detail.run),
        currency=settings().prices.currency,
    )


@bp.get("/<uuid:key>.json")
@admin_only
def export(key: UUID) -> ResponseReturnValue:
    """The figures of a run, without a word of what was said in it."""
    detail = _found(key)
    return jsonify(_figures(detail))


@bp.post("/<uuid:key>/stop")
@admin_only
def stop(key: UUID) -> ResponseReturnValue:
    run = _found(key).run
    stop_run(run.id)
    audit_stop(run.id, run.session.user_id, current_user.id, address())
    return redirect(url_for(".show", key=key), 303)


def _found(key: UUID) -> RunDetail:
    detail = find_run(key)
    if detail is None:
        abort(404)
    return detail


def _fall(detail: RunDetail) -> Waterfall:
    now = datetime.now(UTC)
    if detail.spans:
        return waterfall(spans_of_trace(detail.run, detail.spans, now))
    return waterfall(spans_of_events(detail.run, detail.events, now))


def _cost(run: AgentRun) -> float | None:
    return cost_of(
        settings().prices,
        run.model,
        input_tokens=run.input_tokens,
        cached_tokens=run.cached_tokens,
        output_tokens=run.output_tokens,
    )


def _figures(detail: RunDetail) -> dict[str, Any]:
    run = detail.run
    times = ("queued_at", "started_at", "first_token_at", "ended_at")
    counts = ("requests", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
    return {
        "id": str(run.id),
        "session_id": str(run.session_id),
        "user_id": str(run.session.user_id),
        "status": run.status.value,
        "agent": run.agent_name,
        "model": run.model,
        "error_kind": run.error_kind,
        **{name: at.isoformat() if (at := getattr(run, name)) else None for name in times},
        **{name: getattr(run, name) for name in counts},
        "cost": _cost(run),
        "spans": [
            {
                "kind": beam.span.kind,
                "name": beam.span.name,
                "start": round(beam.span.start, 3),
                "seconds": round(beam.span.seconds, 3),
                "failed": beam.span.is_failed,
            }
            for beam in _fall(detail).beams
        ],
    }
