"""How it goes: today, and the last 30 days."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.rendering.overview_charts import overview_charts
from webapp.services.overview import load_overview
from webapp.web.access import admin_only
from webapp.web.current import settings

bp = Blueprint("admin_overview", __name__, url_prefix="/admin")


@bp.get("")
@admin_only
def index() -> ResponseReturnValue:
    prices = settings().prices
    overview = load_overview(prices)
    return render_template(
        "admin/overview/index.html",
        overview=overview,
        charts=overview_charts(overview, prices.currency),
        currency=prices.currency,
    )
