"""Everybody's chats; one of them as its owner sees it, to be read and not to be touched."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.forms.admin import ChatChoices, ReasonForm
from webapp.rendering.read_only import load_read_only
from webapp.services.chat_viewer import ChatRow, find_chat, list_chats
from webapp.views.admin.reasons import give_reason, is_open, reason_form, refuse_where_off
from webapp.web.access import admin_only
from webapp.web.places import read_position

bp = Blueprint("admin_sessions", __name__, url_prefix="/admin/sessions")


@bp.get("")
@admin_only
def index() -> ResponseReturnValue:
    form = ChatChoices.from_address()
    chats: list[ChatRow] = []
    before: UUID | None = None
    if not form.errors:
        chats, before = list_chats(**form.filters(), before=request.args.get("before", type=UUID))
    page = render_template("admin/sessions/index.html", form=form, chats=chats, before=before)
    return page, 422 if form.errors else 200


@bp.get("/<uuid:key>")
@admin_only
def show(key: UUID) -> ResponseReturnValue:
    return _show(key, reason_form())


@bp.post("/<uuid:key>/reading")
@admin_only
def open_one(key: UUID) -> ResponseReturnValue:
    """Open the chat for an hour, for a reason."""
    refuse_where_off()
    form = ReasonForm()
    if not form.validate():
        return _show(key, form), 422
    give_reason(key, form)
    return redirect(url_for(".show", key=key), 303)


def _show(key: UUID, form: ReasonForm) -> str:
    readable = is_open(key)
    before = request.args.get("before", type=read_position)
    return render_template(
        "admin/sessions/show.html",
        chat=find_chat(key),
        is_readable=readable,
        transcript=load_read_only(key, before) if readable else None,
        reason=form,
    )
