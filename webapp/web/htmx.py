"""What an answer looks like: a whole page for a browser, a fragment for HTMX and for fetch."""

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def wants_fragment() -> bool:
    """Whether a script asked, HTMX or another, rather than a person going to a page."""
    if is_htmx():
        return True
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode is not None:
        return mode != "navigate"
    accepted = request.headers.get("Accept", "*/*")
    return "*/*" not in accepted and "text/html" not in accepted


def page_or_partial(partial: str, *, otherwise: str, **context: Any) -> ResponseReturnValue:
    """Answer HTMX with `partial`, and a form without it with a redirect to `otherwise`."""
    if is_htmx():
        return render_template(partial, **context)
    return redirect(otherwise, 303)
