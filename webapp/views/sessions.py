"""A person's chats."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.messages import FirstMessageForm, new_key
from webapp.forms.sessions import RenameForm
from webapp.rendering.session_lists import SessionLists, load_lists, load_part
from webapp.rendering.windows import Place
from webapp.runs import start_run, stop_runs_in
from webapp.services.facts import CapReached, TooManyRuns
from webapp.services.session_deletion import delete_session, restore_session
from webapp.services.session_lists import Cursor, Shelf, find_newest_session
from webapp.services.sessions import (
    activate_session,
    create_session,
    deactivate_session,
    discard_session,
    mark_seen,
    pin_session,
    rename_session,
)
from webapp.views.chat_page import chat_page, new_chat_page, offered_agent, transcript_of
from webapp.web.access import own_deleted_session, own_session
from webapp.web.htmx import is_htmx, page_or_partial
from webapp.web.places import read_position
from webapp.web.redirects import redirect_local
from webapp.web.troubles import Trouble, of_fact
from webapp.web.undo import forget_undo, offer_undo

bp = Blueprint("sessions", __name__)

PLACES = ("before", "after", "at")


@bp.app_context_processor
def _sidebar() -> dict[str, Any]:
    """Templates ask for it only where they show it."""
    return {"sidebar": _load_sidebar}


def _load_sidebar() -> SessionLists:
    at = (request.view_args or {}).get("session_id") or request.args.get("at", type=UUID)
    read = {shelf: request.args.getlist(f"until-{shelf}", type=Cursor.read) for shelf in Shelf}
    ends = {shelf: cursors[-1] for shelf, cursors in read.items() if cursors}
    return load_lists(current_user.id, current_user.time_zone, at, ends)


@bp.get("/")
def home() -> ResponseReturnValue:
    newest = find_newest_session(current_user.id)
    if newest is None:
        return redirect(url_for(".new"), 303)
    return redirect(url_for(".show", session_id=newest), 303)


@bp.get("/sessions")
def index() -> ResponseReturnValue:
    """The lists from their beginning, or one of them from where it was read to."""
    zone = current_user.time_zone
    after = request.args.get("after", type=Cursor.read)
    shelf = request.args.get("shelf", type=Shelf)
    if shelf is None and after is None and not is_htmx():
        lists = load_lists(current_user.id, zone)
        beside = {"sidebar": lambda: lists}  # The same beside them.
        return render_template("sessions/index.html", lists=lists, part=None, **beside)
    part = load_part(current_user.id, zone, shelf or Shelf.RECENT, after=after)
    if not is_htmx():
        part = replace(part, is_continued=False)  # What it continues is on another page.
        return render_template("sessions/index.html", lists=None, part=part)
    current_id = request.args.get("at", type=UUID)
    return render_template("sessions/_part.html", part=part, place=_place(), current_id=current_id)


@bp.get("/sessions/sidebar")
def sidebar() -> ResponseReturnValue:
    return page_or_partial("sessions/_sidebar.html", place=_place(), otherwise=url_for(".index"))


def _place() -> str:
    """Which of a page's two lists is asked for: that of the sidebar, or the page's own."""
    return "list" if request.args.get("place", "list") == "list" else "side"


@bp.get("/sessions/new")
def new() -> ResponseReturnValue:
    form = FirstMessageForm(formdata=None, key=new_key(), agent=request.args.get("agent"))
    return new_chat_page(form)


@bp.post("/sessions")
def create() -> ResponseReturnValue:
    """Begin a chat: with its first message, or empty."""
    agent = offered_agent(request.form.get("agent"))
    if "text" not in request.form:
        session_id = create_session(current_user.id, agent.name)
        return redirect(url_for(".show", session_id=session_id), 303)
    form = FirstMessageForm()
    if not form.validate():
        return new_chat_page(form, Trouble(422, "Not sent", form.wrong))
    # It is the chat's own name too: the same message sent twice begins one chat.
    session_id = create_session(current_user.id, agent.name, form.sending)
    try:
        start_run(session_id, form.text("message"), form.sending)
    except (CapReached, TooManyRuns) as fact:
        discard_session(current_user.id, session_id)  # The message is still in the form.
        return new_chat_page(form, of_fact(fact))
    return redirect(url_for(".show", session_id=session_id), 303)


@bp.get("/sessions/<uuid:session_id>")
def show(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    place = Place(**{name: request.args.get(name, type=read_position) for name in PLACES})
    if is_htmx():
        transcript = transcript_of(session, place)
        # On the other side is what the page shows already.
        if place.after:
            transcript = replace(transcript, before=None)
        else:
            transcript = replace(transcript, after=None)
        return render_template("sessions/_window.html", session=session, transcript=transcript)
    if not session.is_seen:
        mark_seen(session.id)
    return chat_page(session, place=place)


@bp.get("/sessions/<uuid:session_id>/rename")
def edit(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    form = RenameForm(formdata=None, name=session.session_name or "")
    return render_template("sessions/rename.html", session=session, form=form)


@bp.post("/sessions/<uuid:session_id>/rename")
def rename(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    form = RenameForm()
    if not form.validate():
        page = "sessions/_name_wrong.html" if is_htmx() else "sessions/rename.html"
        return render_template(page, session=session, form=form), 422
    rename_session(session.id, form.text("name"))
    session = own_session(session_id)
    return page_or_partial(
        "sessions/_name.html",
        session=session,
        otherwise=url_for(".show", session_id=session.id),
    )


@bp.post("/sessions/<uuid:session_id>/pin")
def pin(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    pin_session(session.id, is_pinned=request.form.get("pinned") != "no")
    return _back(session.id)


@bp.post("/sessions/<uuid:session_id>/deactivate")
def deactivate(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    deactivate_session(session.id)
    return _back(session.id)


@bp.post("/sessions/<uuid:session_id>/activate")
def activate(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    activate_session(session.id)
    return _back(session.id)


@bp.post("/sessions/<uuid:session_id>/delete")
def delete(session_id: UUID) -> ResponseReturnValue:
    session = own_session(session_id)
    delete_session(session.id)
    stop_runs_in(session.id)
    offer_undo(session.id)
    chat = url_for(".show", session_id=session.id)
    came_from = request.form.get("next", "")
    return redirect_local(None if came_from.startswith(chat) else came_from, otherwise="/")


@bp.post("/sessions/<uuid:session_id>/restore")
def restore(session_id: UUID) -> ResponseReturnValue:
    session = own_deleted_session(session_id)
    restore_session(session.id)
    forget_undo()
    return redirect(url_for(".show", session_id=session.id), 303)


def _back(session_id: UUID) -> ResponseReturnValue:
    """To the page that the form was on."""
    chat = url_for(".show", session_id=session_id)
    return redirect_local(request.form.get("next"), otherwise=chat)
