"""What a person says in a chat, and says again in other words."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from webapp.forms.messages import MessageForm, new_key
from webapp.rendering.live import Frame
from webapp.rendering.transcript import load_message, load_turn, show_queued
from webapp.rendering.view_models import PersonMessage, Turn
from webapp.runs import edit_message, regenerate_reply, send_message
from webapp.services.facts import (
    CapReached,
    MessageGone,
    RunAlreadyActive,
    SessionGone,
    SessionInactive,
    TooManyRuns,
)
from webapp.views.chat_page import chat_page, transcript_of
from webapp.web.access import own_session
from webapp.web.following import follow
from webapp.web.htmx import is_htmx
from webapp.web.owned import OwnedSession
from webapp.web.places import AT, url_at
from webapp.web.sse import encode, wants_stream
from webapp.web.troubles import Trouble, of_fact

bp = Blueprint("messages", __name__, url_prefix="/sessions/<uuid:session_id>/messages")


@bp.post("")
def create(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    form = MessageForm()
    if not form.validate():
        return _refuse(session_id, form, Trouble(422, "Not sent", form.wrong))
    try:
        sent = send_message(session.id, form.text("message"), form.sending)
    except (CapReached, SessionInactive, RunAlreadyActive, TooManyRuns) as fact:
        return _refuse(session_id, form, of_fact(fact))
    if not is_htmx():
        return redirect(url_for("sessions.show", session_id=session.id), 303)
    answer = render_template(
        "sessions/_sent.html",
        turn=show_queued(sent.run) if sent.run else _turn(sent.run_id),
        # Its name may be the first that it has.
        session=replace(session, session_name=sent.session_name),
        key=new_key(),
    )
    if sent.run and wants_stream():
        # Where there is no room for a stream, the message is taken all the same: the page asks.
        with suppress(TooManyRequests, ServiceUnavailable):
            before = encode(Frame("sent", answer))
            return follow(sent.run_id, session.id, sent.run.agent_name, before)
    return answer


@bp.get(AT)
def show(session_id: UUID, position: int) -> ResponseReturnValue:
    session = own_session(session_id)
    if not is_htmx():
        return redirect(url_at(session.id, position), 303)
    return render_template("messages/_message.html", message=_message(session, position))


@bp.get(f"{AT}/edit")
def edit(session_id: UUID, position: int) -> ResponseReturnValue:
    session = own_session(session_id)
    message = _message(session, position)
    form = MessageForm(formdata=None, message=message.text, key=new_key())
    return _edit_form(session, position, form)


@bp.post(AT)
def update(session_id: UUID, position: int) -> ResponseReturnValue:
    session = own_session(session_id)
    form = MessageForm()
    if not form.validate():
        return _edit_form(session, position, form, Trouble(422, "Not sent", form.wrong))
    try:
        edit_message(session.id, position, form.text("message"), form.sending)
    except (CapReached, MessageGone, SessionInactive, RunAlreadyActive, TooManyRuns) as fact:
        return _edit_form(session, position, form, of_fact(fact))
    if not is_htmx():
        return redirect(url_for("sessions.show", session_id=session.id), 303)
    # What followed the message is gone with it: the chat is shown anew, at its end.
    transcript = transcript_of(session)
    return render_template("sessions/_window.html", session=session, transcript=transcript)


@bp.post(f"{AT}/regenerate")
def regenerate(session_id: UUID, position: int) -> ResponseReturnValue:
    """Have the last message answered anew."""
    session = own_session(session_id)
    run_id = regenerate_reply(session.id, position)
    if not is_htmx():
        return redirect(url_for("sessions.show", session_id=session.id), 303)
    return render_template("messages/_turn.html", turn=_turn(run_id))


def _turn(run_id: UUID) -> Turn:
    turn = load_turn(run_id)
    if turn is None:
        raise SessionGone
    return turn


def _message(session: OwnedSession, position: int) -> PersonMessage:
    message = load_message(session.id, position)
    if message is None:
        raise MessageGone
    return message


def _edit_form(
    session: OwnedSession, position: int, form: MessageForm, trouble: Trouble | None = None
) -> ResponseReturnValue:
    if trouble and is_htmx():
        return _notice(trouble)
    page = "messages/_edit.html" if is_htmx() else "messages/edit.html"
    answer = render_template(page, session=session, position=position, form=form, trouble=trouble)
    return (answer, trouble.status, trouble.headers) if trouble else answer


def _refuse(session_id: UUID, form: MessageForm, trouble: Trouble) -> ResponseReturnValue:
    """Say why, and keep what was typed."""
    if not is_htmx():
        return chat_page(own_session(session_id), form, trouble)
    return _notice(trouble)


def _notice(trouble: Trouble) -> ResponseReturnValue:
    notice = render_template("errors/_notice.html", trouble=trouble, reference="")
    return notice, trouble.status, trouble.headers
