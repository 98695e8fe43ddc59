"""Forms are sent by the person's own pages: nobody else's, and no other sign-in's."""

from urllib.parse import urlsplit

from flask import Flask, abort, request
from flask_wtf import CSRFProtect

from webapp.config import Settings
from webapp.web.current import settings as current_settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_csrf(app: Flask, settings: Settings) -> None:
    app.config.update(
        WTF_CSRF_METHODS=["POST", "PUT", "PATCH", "DELETE"],
        WTF_CSRF_TIME_LIMIT=None,  # A tab that stays open must not expire.
        WTF_CSRF_SSL_STRICT=False,  # It wants a Referer; the Origin below says more.
    )
    app.before_request(_refuse_foreign_pages)
    CSRFProtect(app)


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
    parts = urlsplit(origin)
    schemes = {"https"} if public.scheme == "https" else {"http", "https"}
    return parts.scheme in schemes and bool(parts.netloc) and parts.netloc == request.host
