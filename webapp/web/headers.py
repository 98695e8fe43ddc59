"""What every answer says to the browser, and what is refused before anybody looks at it."""

import re
from contextlib import suppress
from ipaddress import ip_address

from flask import Flask, abort, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from webapp.config import Settings
from webapp.web.current import settings as current_settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HOST = re.compile(r"([\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?", re.ASCII)
YEAR = 365 * 24 * 3600
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def init_headers(app: Flask, settings: Settings) -> None:
    if settings.trusted_proxies:
        trusted = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)  # type: ignore[method-assign]
    app.before_request(_refuse_unknown_hosts)
    app.before_request(_refuse_unknown_methods)
    app.after_request(_say)


def _say(response: Response) -> Response:
    response.headers.update(ALWAYS)
    if current_settings().is_https:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    # Pages are a person's own: after signing out, "back" must not show them.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refuse_unknown_hosts() -> Response | None:
    hosts = current_settings().hosts
    is_known = not hosts or any(_matches(host) for host in hosts) or _is_asked_by_machine()
    # Under a name that is none, as one of 300 letters, no link of a page could be made.
    if is_known and not isinstance(request.routing_exception, BadRequest):
        return None
    words = "This server does not answer to that name.\n"
    return Response(words, 400, content_type="text/plain; charset=utf-8")


def _is_asked_by_machine() -> bool:
    """Whoever looks at the server's health asks by its address; no name can be made to be one."""
    if request.blueprint != "health":
        return False
    asked = _name(request.headers.get("Host", ""))
    with suppress(ValueError):
        return asked == "localhost" or bool(ip_address(asked))
    return False


def _matches(host: str) -> bool:
    """A name that begins with a dot stands for every name under it."""
    asked = _name(request.headers.get("Host", ""))
    known = host.lower()
    is_known = asked.endswith(known) if known.startswith(".") else asked == _name(known)
    return is_known and asked != ""


def _name(host: str) -> str:
    """Without the port; empty for what is no name."""
    found = _HOST.fullmatch(host)
    return found[1].strip("[]").lower() if found else ""


def _refuse_unknown_methods() -> None:
    if request.method not in METHODS:
        abort(405)
