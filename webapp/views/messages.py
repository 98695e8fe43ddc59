"""What a person says in a chat."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.forms.messages import MessageForm, new_key
from webapp.rendering.transcript import load_turn
from webapp.runs import start_run
from webapp.services.facts import CapReached, RunAlreadyActive, SessionInactive, TooManyRuns
from webapp.services.sessions import name_after_first_message
from webapp.views.chat_page import chat_page
from webapp.web.access import own_session
from webapp.web.htmx import is_htmx
from webapp.web.troubles import Trouble, of_fact

bp = Blueprint("messages", __name__)


@bp.post("/sessions/<uuid:session_id>/messages")
def create(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    form = MessageForm()
    if not form.validate():
        return _refuse(session_id, form, Trouble(422, "Not sent", form.wrong))
    try:
        run_id = start_run(session.id, form.text("message"), form.text("key"))
    except (CapReached, SessionInactive, RunAlreadyActive, TooManyRuns) as fact:
        return _refuse(session_id, form, of_fact(fact))
    name_after_first_message(session.id, form.text("message"))
    if not is_htmx():
        return redirect(url_for("sessions.show", session_id=session.id), 303)
    return render_template(
        "sessions/_sent.html",
        turn=load_turn(run_id),
        session=own_session(session_id),
        key=new_key(),
    )


def _refuse(session_id: UUID, form: MessageForm, trouble: Trouble) -> ResponseReturnValue:
    """Say why, and keep what was typed."""
    if not is_htmx():
        return chat_page(own_session(session_id), form, trouble)
    notice = render_template("errors/_notice.html", trouble=trouble, reference="")
    wait = {} if trouble.retry_after is None else {"Retry-After": str(trouble.retry_after)}
    return notice, trouble.status, wait
