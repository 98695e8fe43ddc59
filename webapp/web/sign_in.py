"""The cookie of a signed-in browser. It holds a token; what it is worth, the database says."""

from typing import Any
from uuid import UUID

from flask import Flask, request, session
from flask_login import AnonymousUserMixin, LoginManager, current_user

from webapp.config import Settings
from webapp.services.sign_ins import SignedInUser, begin_sign_in, end_sign_in, find_signed_in
from webapp.web.current import address
from webapp.web.current import settings as current_settings

# The name that Flask-Login reads.
TOKEN_KEY = "_user_id"  # noqa: S105 - the name of the place, not a token


class Nobody(AnonymousUserMixin):  # type: ignore[misc]
    """Who asks without being signed in."""

    is_admin = False


def init_sign_in(app: Flask, settings: Settings) -> None:
    app.config.update(
        # The prefix makes browsers refuse the cookie from any other host or path, or over http.
        SESSION_COOKIE_NAME="__Host-parley" if settings.is_https else "parley",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=settings.sign_in_lifetime,
    )
    manager = LoginManager()
    manager.session_protection = None  # The token is checked; an address may change on the way.
    manager.anonymous_user = Nobody
    manager.user_loader(_find)
    # Its own context processor asks the database for every page, error pages included.
    manager.init_app(app, add_context_processor=False)
    app.context_processor(lambda: {"current_user": current_user})


def keep_sign_in(user_id: UUID, password_hash: str | None = None) -> None:
    """Sign this browser in. Nothing of its cookie from before is kept, its CSRF secret neither.

    Raises SignInRefused where the password is another than `password_hash` by now.
    """
    forget_sign_in()
    settings = current_settings()
    token = begin_sign_in(
        user_id,
        address(),
        request.user_agent.string,
        idle=settings.sign_in_idle,
        lifetime=settings.sign_in_lifetime,
        password_hash=password_hash,
    )
    session.permanent = True
    session[TOKEN_KEY] = token


def forget_sign_in() -> None:
    """Sign this browser out, on the server too."""
    token = current_token()
    session.clear()
    if token is not None:
        end_sign_in(token, address())


def current_token() -> str | None:
    token: Any = session.get(TOKEN_KEY)
    return token if isinstance(token, str) else None


def _find(token: str) -> SignedInUser | None:
    return find_signed_in(token, idle=current_settings().sign_in_idle)
