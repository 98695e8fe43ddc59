"""Forms are sent by the person's own pages: nobody else's, and no other sign-in's."""

from urllib.parse import urlsplit

from flask import Flask, abort, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, generate_csrf, validate_csrf
from wtforms import ValidationError

from webapp.config import Settings
from webapp.web.bearer import is_for_programs
from webapp.web.current import settings as current_settings
from webapp.web.masking import mask, unmask

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_csrf(app: Flask, settings: Settings) -> None:
    app.config.update(
        WTF_CSRF_METHODS=["POST", "PUT", "PATCH", "DELETE"],
        WTF_CSRF_TIME_LIMIT=None,  # A tab that stays open must not expire.
        WTF_CSRF_CHECK_DEFAULT=False,  # Tokens are masked: they are checked below.
    )
    CSRFProtect(app)
    app.before_request(_refuse_foreign_pages)
    app.before_request(_refuse_without_token)
    app.jinja_env.globals["csrf_token"] = _masked_token
    app.context_processor(lambda: {"csrf_token": _masked_token})


def _masked_token() -> str:
    """The same all over a page, and another in the next."""
    if "masked_csrf_token" not in g:
        g.masked_csrf_token = mask(generate_csrf())
    return str(g.masked_csrf_token)


def _refuse_without_token() -> None:
    if request.method in SAFE_METHODS or request.endpoint is None or is_for_programs():
        return
    sent = request.form.get("csrf_token") or request.headers.get("X-CSRFToken", "")
    try:
        validate_csrf(unmask(sent))
    except ValidationError as error:
        raise CSRFError(str(error)) from error


def _refuse_foreign_pages() -> None:
    """A second lock beside the token, and one that holds where a token has leaked."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        abort(400, "This form was sent by another site.")
    origin = request.headers.get("Origin")
    if origin is not None and not _is_own(origin):
        abort(400, "This form was sent by another site.")


def _is_own(origin: str) -> bool:
    public = urlsplit(current_settings().public_url)
    if origin == f"{public.scheme}://{public.netloc}":
        return True
    # Reached under another name, as localhost; a page over http is not a page over https.
    scheme, _, host = origin.partition("://")
    schemes = {"https"} if public.scheme == "https" else {"http", "https"}
    return scheme in schemes and bool(host) and host == request.host
