"""All messages of everybody, newest first."""

from collections import Counter
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.admin import ExportForm, MessageChoices, ReasonForm
from webapp.rendering.json_text import call_texts, show_json
from webapp.rendering.message_export import FORMATS, export_lines
from webapp.services.message_export import begin_export, export_messages
from webapp.services.message_viewer import (
    MessageDetail,
    MessagePage,
    MessageRow,
    find_message,
    list_messages,
)
from webapp.services.reading import last_reason, list_reason, open_list, record_reading
from webapp.services.usage import known_agents
from webapp.views.admin.reasons import give_reason, is_open, reason_form, refuse_where_off
from webapp.web.access import admin_only
from webapp.web.current import address, settings
from webapp.web.htmx import is_htmx

EXPORT = "export"

bp = Blueprint("admin_messages", __name__, url_prefix="/admin/messages")


@bp.app_context_processor
def _reading() -> dict[str, bool]:
    return {"is_reading_on": settings().admin_reading}


@bp.get("")
@admin_only
def index() -> ResponseReturnValue:
    refuse_where_off()
    form = MessageChoices.from_address()
    return _list(form), 422 if form.errors else 200


@bp.post("/reading")
@admin_only
def open_words() -> ResponseReturnValue:
    """Show the words in the list for an hour, for a reason."""
    refuse_where_off()
    choices, form = MessageChoices.from_address(), ReasonForm()
    if not form.validate():
        return _list(choices, reason=form), 422
    open_list(current_user.id, form.text("reason"), address=address())
    return redirect(url_for(".index", **choices.chosen), 303)


@bp.get("/<uuid:key>")
@admin_only
def show(key: UUID) -> ResponseReturnValue:
    return _show(_found(key), reason_form())


@bp.get("/<uuid:key>/row")
@admin_only
def close(key: UUID) -> ResponseReturnValue:
    """The line of a message alone, for its place in the list."""
    row = _found(key).row
    if not is_htmx():
        return redirect(url_for(".index"), 303)
    return render_template("admin/messages/_closed.html", row=row, is_readable=_is_readable(row))


@bp.post("/<uuid:key>/reading")
@admin_only
def open_one(key: UUID) -> ResponseReturnValue:
    """Open the chat of this message for an hour, for a reason."""
    detail, form = _found(key), ReasonForm()
    if not form.validate():
        return _show(detail, form), 422
    give_reason(detail.row.session_id, form)
    return _show(detail, form) if is_htmx() else redirect(url_for(".show", key=key), 303)


@bp.post("/export")
@admin_only
def export() -> ResponseReturnValue:
    """The messages that the address names, as a file."""
    refuse_where_off()
    choices, form = MessageChoices.from_address(), ExportForm(prefix=EXPORT)
    if choices.errors or not form.validate():
        return _list(choices, export=form), 422
    kind, reason = form.text("kind"), form.text("reason")
    filters = choices.filters(current_user.time_zone)
    begin_export(current_user.id, filters, reason, kind, address=address())
    messages = export_messages(current_user.id, filters, reason, address=address())
    lines = export_lines(messages, kind)
    named = {"Content-Disposition": f"attachment; filename=messages.{kind}"}
    return lines, 200, named | {"Content-Type": f"{FORMATS[kind]}; charset=utf-8"}


def _list(
    form: MessageChoices, reason: ReasonForm | None = None, export: ExportForm | None = None
) -> str:
    why, said = list_reason(current_user.id), last_reason(current_user.id)
    page = MessagePage([], None, is_partial=False)
    if not form.errors:
        # Without a reason nothing is searched in what people said, nor shown of it.
        filters = form.filters(current_user.time_zone, with_words=why is not None)
        page = list_messages(filters, request.args.get("before", type=UUID))
    if why is not None:
        counts = Counter(row.user_id for row in page.rows)
        record_reading(current_user.id, counts, why, address=address())
    return render_template(
        "admin/messages/index.html",
        form=form,
        page=page,
        reason=reason or ReasonForm(formdata=None, reason=said),
        export=export or ExportForm(formdata=None, prefix=EXPORT, reason=said),
        is_readable=why is not None,
        agents=known_agents(),
    )


def _found(key: UUID) -> MessageDetail:
    refuse_where_off()
    detail = find_message(key)
    if detail is None:
        abort(404)
    return detail


def _is_readable(row: MessageRow) -> bool:
    """Whether the message may be shown: its chat is open, or the list, and then it is written down.

    Who has said why the list is read is not asked again for what stands in it.
    """
    if is_open(row.session_id):
        return True
    why = list_reason(current_user.id)
    if why is not None:
        record_reading(current_user.id, {row.user_id: 1}, why, address=address())
    return why is not None


def _show(detail: MessageDetail, form: ReasonForm) -> str:
    template = "admin/messages/_opened.html" if is_htmx() else "admin/messages/show.html"
    readable = _is_readable(detail.row)
    arguments, output = call_texts(detail.item if readable else "")
    return render_template(
        template,
        row=detail.row,
        run=detail.run,
        is_readable=readable,
        content=detail.content if readable else "",
        item=show_json(detail.item) if readable and detail.item else "",
        arguments=arguments,
        output=output,
        reason=form,
    )
