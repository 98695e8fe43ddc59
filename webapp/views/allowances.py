"""How much a person may use, and has used: shown to them before it runs out."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.services.caps import Allowance, list_allowances
from webapp.web.current import settings

bp = Blueprint("allowances", __name__, url_prefix="/settings/usage")


@bp.app_context_processor
def _nearly() -> dict[str, Callable[[], Any]]:
    """Templates ask for it only where they show it."""
    return {"nearly_used": _nearly_used}


@bp.get("")
def index() -> ResponseReturnValue:
    return render_template("allowances/index.html", allowances=_mine())


def _nearly_used() -> list[Allowance]:
    return [one for one in _mine() if one.is_nearly_reached]


def _mine() -> list[Allowance]:
    return list_allowances(current_user.id, settings().usage_caps)
