"""Who read my chats: the other side of the admin's desk, for everybody."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.services.reading import describe_readings, list_readings
from webapp.web.current import settings

PAGE = 50

bp = Blueprint("readings", __name__, url_prefix="/settings/readings")


@bp.get("")
def index() -> ResponseReturnValue:
    entries = list_readings(current_user.id, request.args.get("before", type=UUID), PAGE)
    return render_template(
        "admin/readings/index.html",
        readings=describe_readings(entries, current_user.id),
        before=entries[-1].id if len(entries) == PAGE else None,
        is_on=settings().admin_reading,
    )
