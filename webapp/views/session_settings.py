"""What is settled about one chat: its agent, what it is about, and instructions of its own."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.assistants.catalogue import cards
from webapp.forms.session_settings import SessionSettingsForm
from webapp.services.sessions import change_session_settings
from webapp.web.access import own_session
from webapp.web.owned import OwnedSession

bp = Blueprint("session_settings", __name__, url_prefix="/sessions/<uuid:session_id>/settings")


@bp.get("")
def show(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    form = SessionSettingsForm(
        formdata=None,
        agent=session.agent_name,
        description=session.description,
        instructions=session.agent_instructions,
    )
    return _page(session, form)


@bp.post("")
def update(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    form = SessionSettingsForm()
    if not form.validate():
        return _page(session, form), 422
    offered = {card.name for card in cards()}
    chosen = form.text("agent")
    change_session_settings(
        session.id,
        # An agent that is not offered any more stays until another is chosen.
        agent_name=chosen if chosen in offered else session.agent_name,
        description=form.text("description"),
        instructions=form.text("instructions"),
    )
    return redirect(url_for("sessions.show", session_id=session.id), 303)


def _page(session: OwnedSession, form: SessionSettingsForm) -> str:
    return render_template("session_settings/show.html", session=session, form=form, agents=cards())
