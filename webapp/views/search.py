"""Finding a chat, or what was said in one."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.services.search import BEYOND_ALL, search
from webapp.services.search_terms import LONGEST_QUERY
from webapp.web.htmx import is_htmx

bp = Blueprint("search", __name__)


@bp.get("/search")
def index() -> ResponseReturnValue:
    """A page, or its results alone: those after a place where one reads on."""
    query = request.args.get("q", "")[:LONGEST_QUERY]
    before = request.args.get("before", type=_key)
    results = search(current_user.id, query, before=before)
    page = "search/_results.html" if is_htmx() else "search/index.html"
    return render_template(page, results=results, query=query, is_continued=before is not None)


def _key(value: str) -> int:
    """Raises ValueError, which asks for the first results, for what is no key."""
    key = int(value)
    if not 0 < key < BEYOND_ALL:
        raise ValueError(value)
    return key
