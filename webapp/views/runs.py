"""A reply: followed while it is written, stopped, tried again, allowed to go on."""

from uuid import UUID

from flask import (
    Blueprint,
    abort,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue

from webapp.forms.runs import APPROVE, DecisionForm
from webapp.rendering.transcript import load_turn
from webapp.runs import continue_run, decide_run, find_message, retry_run, stop_run
from webapp.services.sessions import mark_seen
from webapp.web.access import own_run
from webapp.web.following import follow, render_end
from webapp.web.htmx import is_htmx
from webapp.web.owned import OwnedRun
from webapp.web.places import url_at

bp = Blueprint("runs", __name__, url_prefix="/runs")


@bp.get("/<uuid:run_id>/events")
def events(run_id: UUID) -> ResponseReturnValue:
    run = own_run(run_id)
    return follow(run.id, run.session_id, run.agent_name or run.session_agent_name)


@bp.get("/<uuid:run_id>")
def show(run_id: UUID) -> ResponseReturnValue:
    """The reply as it is by now, for a window that asks instead of following."""
    run = own_run(run_id)
    if not run.status.is_active:
        mark_seen(run.session_id)
    return render_end(run_id) or abort(404)


@bp.get("/<uuid:run_id>/message")
def message(run_id: UUID) -> ResponseReturnValue:
    """Where the message is that the reply is to; when it was sent, it had no place in the chat."""
    run = own_run(run_id)
    return redirect(url_at(run.session_id, find_message(run.id)), 303)


@bp.get("/<uuid:run_id>/message/edit")
def edit_message(run_id: UUID) -> ResponseReturnValue:
    """The message that the reply is to; when it was sent, it had no place in the chat yet."""
    run = own_run(run_id)
    edit = url_for("messages.edit", session_id=run.session_id, position=find_message(run.id))
    return redirect(edit, 303)


@bp.post("/<uuid:run_id>/stop")
def stop(run_id: UUID) -> ResponseReturnValue:
    run = own_run(run_id)
    stop_run(run.id)
    return _answered(run)


@bp.post("/<uuid:run_id>/retry")
def retry(run_id: UUID) -> ResponseReturnValue:
    run = own_run(run_id)
    # One retry of a run is all there can be: pressed twice, it is the same one.
    again = retry_run(run.id, f"retry-{run.id}")
    return _turn(again, run)


@bp.post("/<uuid:run_id>/continue")
def go_on(run_id: UUID) -> ResponseReturnValue:
    run = own_run(run_id)
    continue_run(run.id)
    return _turn(run.id, run)


@bp.post("/<uuid:run_id>/approvals")
def decide(run_id: UUID) -> ResponseReturnValue:
    run = own_run(run_id)
    form = DecisionForm()
    if not form.validate():
        abort(422)
    decide_run(
        run.id,
        form.text("call_id"),
        approve=form.text("decision") == APPROVE,
        reason=form.text("reason"),
        always=bool(form.always.data),
    )
    return _turn(run.id, run)


def _turn(run_id: UUID, run: OwnedRun) -> ResponseReturnValue:
    """The turn of `run_id`, for the place of the one that `run` was shown in."""
    if is_htmx():
        return render_template("messages/_turn.html", turn=load_turn(run_id) or abort(404))
    return _answered(run)


def _answered(run: OwnedRun) -> ResponseReturnValue:
    if is_htmx():
        return "", 204  # The page follows the run, and sees what comes of it.
    return redirect(url_for("sessions.show", session_id=run.session_id), 303)
