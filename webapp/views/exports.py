"""Chats as files: taken away one by one or all together, and brought in again."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from webapp.forms.exports import ImportForm
from webapp.rendering.exports.archive import ChatFile, archive, file_name
from webapp.rendering.exports.html_file import html_file
from webapp.rendering.exports.json_file import json_file
from webapp.rendering.exports.markdown_file import markdown_file
from webapp.services.exports import list_chats, load_chat, read_messages
from webapp.services.imports import import_file
from webapp.views.own_data_page import own_data_page
from webapp.web.access import own_session
from webapp.web.current import settings
from webapp.web.htmx import is_htmx
from webapp.web.packing import counted, find_packing

bp = Blueprint("exports", __name__)

MOST_LOOKS = 20
"""For an archive that has not begun, or that another process packs."""

_FILES: dict[str, tuple[str, ChatFile]] = {
    "md": ("text/markdown", markdown_file),
    "json": ("application/json", json_file),
    "html": ("text/html", html_file),
}


@bp.url_value_preprocessor
def _take_large_files(endpoint: str | None, values: dict[str, Any] | None) -> None:
    # Here, because the form is read before any view: its token is looked for.
    if endpoint == "exports.create":
        request.max_content_length = settings().max_import


@bp.get("/sessions/<uuid:session_id>/export.<any(md, json, html):kind>")
def show(session_id: UUID, kind: str) -> ResponseReturnValue:
    chat = load_chat(own_session(session_id).id)
    mimetype, chat_file = _FILES[kind]
    texts = chat_file(chat, read_messages(chat.id))
    return _attachment(_encoded(texts), f"{file_name(chat)}.{kind}", mimetype)


@bp.get("/export")
def index() -> ResponseReturnValue:
    """All of the person's chats in one archive; `watch` is what its progress is asked by."""
    chats: Iterable[UUID] = list_chats(current_user.id)
    if token := request.args.get("watch", type=UUID):
        chats = counted(current_user.id, token, list(chats))
    name = f"Parley chats {datetime.now(UTC):%Y-%m-%d}.zip"
    return _attachment(archive(chats), name, "application/zip")


@bp.get("/export/progress/<uuid:token>")
def progress(token: UUID) -> ResponseReturnValue:
    """How far an archive is, asked some times in vain where it has not begun."""
    if not is_htmx():
        return redirect(url_for("own_data.show"), 303)
    packing = find_packing(current_user.id, token)
    look = 0 if packing else request.args.get("look", 0, type=int)
    next_look = look + 1 if look < MOST_LOOKS else None
    return render_template(
        "exports/_packing.html", packing=packing, token=token, next_look=next_look
    )


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Told where the file is chosen."""
    form, most = ImportForm(formdata=None), settings().max_import // 1_000_000
    form.blame("file", f"The file is too large. The most that is taken is {most} MB.")
    return own_data_page(importing=form), RequestEntityTooLarge.code


@bp.post("/sessions/import")
def create() -> ResponseReturnValue:
    form = ImportForm()
    if not form.validate():
        return own_data_page(importing=form), 422
    chosen = form.file.data
    report = import_file(current_user.id, chosen.filename or "The file", chosen.stream)
    return own_data_page(report=report), 200 if report.imported or not report.refused else 422


def _encoded(texts: Iterable[str]) -> Iterator[bytes]:
    for text in texts:
        yield text.encode("utf-8", "replace")


def _attachment(pieces: Iterable[bytes], name: str, mimetype: str) -> Response:
    """A file to keep, never a page of ours: what it holds was not written by us."""
    response = Response(pieces, mimetype=mimetype)
    # A header holds no more than Latin-1: the whole name comes in the form of RFC 8187 beside.
    plain = "".join(letter if letter.isascii() else "_" for letter in name)
    names = {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}
    response.headers.set("Content-Disposition", "attachment", **names)
    return response
