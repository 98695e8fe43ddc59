"""Chats that begin with what was said in another."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.assistants.catalogue import cards
from webapp.forms.forks import ForkForm
from webapp.services.forks import fork_session
from webapp.views.chat_page import offered_agent
from webapp.web.access import own_session

bp = Blueprint("forks", __name__, url_prefix="/sessions/<uuid:session_id>/fork")


@bp.get("")
def new(session_id: UUID) -> ResponseReturnValue:
    """Ask with which agent the chat goes on in another."""
    session = own_session(session_id)
    others = [card for card in cards() if card.name != session.agent_name]
    return render_template("forks/new.html", session=session, agents=others or cards())


@bp.post("")
def create(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    form = ForkForm()
    if not form.validate():
        abort(422)
    agent = offered_agent(form.text("agent")).name if form.text("agent") else None
    fork_id = fork_session(session.id, form.position.data, agent)
    return redirect(url_for("sessions.show", session_id=fork_id), 303)
