"""How much may be sent at once, and what a form may hold."""

from collections.abc import Iterable

from flask import Flask, abort, request

from webapp.config import Settings

# A character takes four bytes at most, and each of those three in a form's own spelling.
FORM_BYTES_PER_CHARACTER = 12
ROOM_FOR_THE_REST = 64 * 1024
MAX_PARTS = 100


def init_limits(app: Flask, settings: Settings) -> None:
    most = settings.max_message * FORM_BYTES_PER_CHARACTER + ROOM_FOR_THE_REST
    app.config.update(
        MAX_CONTENT_LENGTH=most,
        MAX_FORM_MEMORY_SIZE=most,
        MAX_FORM_PARTS=MAX_PARTS,
    )
    app.before_request(_insist_on_length)
    app.before_request(_refuse_cut_forms)
    app.before_request(_refuse_nul)


def _insist_on_length() -> None:
    """Whoever is cut off while sending has not sent: half a message is none.

    The server says that a body ends by itself, also where its sender has gone.
    """
    if request.content_length is not None:
        request.environ.pop("wsgi.input_terminated", None)


def _refuse_cut_forms() -> None:
    """A form that comes in chunks is read as far as the limit, and what follows would be lost."""
    if request.content_length is None and request.mimetype == "application/x-www-form-urlencoded":
        request.form  # noqa: B018 - read now
        if request.environ["wsgi.input"].read(1):
            abort(413)


def _refuse_nul() -> None:
    """PostgreSQL's text takes no NUL, and nobody means to type one."""
    if _has_nul(request.args.items(multi=True)) or _has_nul(request.form.items(multi=True)):
        abort(400, "The form holds a character that cannot be stored.")


def _has_nul(fields: Iterable[tuple[str, str]]) -> bool:
    return any("\0" in name or "\0" in value for name, value in fields)
