"""Where a redirect may lead: to pages of this site, and nowhere else."""

import re
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.web.htmx import wants_fragment

MAX_PATH = 2000

# What may stand in a path: no backslash, no space, no control character, and nothing that is not
# ASCII. No empty segment either, for `//host` is another site.
_SEGMENTS = r"(?:/(?!/)[A-Za-z0-9._~!$&'()*+,;=:@%-]*)+"
_LOCAL = re.compile(rf"{_SEGMENTS}(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?", re.ASCII)


def local_path(value: str | None) -> str | None:
    """Give `value` back where it is a path (and query) of this site, else None."""
    if value is None or len(value) > MAX_PATH or not _LOCAL.fullmatch(value):
        return None
    return value


def redirect_local(value: str | None, *, otherwise: str) -> Response:
    """Go to `value` where it is local, else to `otherwise`, by GET."""
    return redirect(local_path(value) or otherwise, 303)


def sign_in_url() -> str:
    """The sign-in page, which leads back to the page where the person is."""
    path = _page()
    return (
        url_for("auth.sign_in", next=path) if path not in {None, "/"} else url_for("auth.sign_in")
    )


def _page() -> str | None:
    if request.method in {"GET", "HEAD"} and not wants_fragment():
        return local_path(_path_of(request.full_path.rstrip("?")))
    # An action and a fragment have no page of their own, but the one that the browser names.
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return local_path(_path_of(address))


def _path_of(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.netloc and parts.netloc != request.host:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
