"""For machines: whether Parley lives, whether it can work, and how much it does."""

import hmac
from collections.abc import Iterator
from time import perf_counter

from flask import Blueprint, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from webapp.database import db, read_tx
from webapp.metrics import CONTENT_TYPE, REQUEST_SECONDS, REQUESTS, exposition
from webapp.runs import current, ready
from webapp.web.access import public
from webapp.web.current import settings
from webapp.web.headers import METHODS
from webapp.web.streams import current_streams

LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/readyz")
@public
def is_ready() -> ResponseReturnValue:
    """Each part that an answer needs, and 503 while one of them is not there."""
    parts = {
        "database": _has_database(),
        "executor": ready(),
        "channel": current() is not None,
    }
    return jsonify(parts), 200 if all(parts.values()) else 503


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    if not (_is_this_machine() or _bears_the_token()):
        abort(404)
    return exposition(_gauges()), 200, {"Content-Type": CONTENT_TYPE}


@bp.after_app_request
def _count(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    # Anybody can think of methods, and each would be kept.
    method = request.method if request.method in METHODS else "other"
    REQUESTS.add(method=method, endpoint=endpoint, status=str(response.status_code))
    if "began_at" in g:
        REQUEST_SECONDS.observe(perf_counter() - g.began_at)
    return response


def _has_database() -> bool:
    try:
        with read_tx() as tx:
            # Not a bare 1: a database without our tables can do nothing for us.
            return bool(tx.scalar(text("SELECT version_num FROM alembic_version")))
    except SQLAlchemyError:
        return False


def _is_this_machine() -> bool:
    # A proxy on this machine asks from here for everybody, and says so.
    is_forwarded = any(name in request.headers for name in FORWARDED)
    return request.remote_addr in LOOPBACK and not is_forwarded


def _bears_the_token() -> bool:
    token, sent = settings().metrics_token, request.authorization
    if token is None or sent is None or sent.type != "bearer" or not sent.token:
        return False
    return hmac.compare_digest(sent.token.encode(), token.get_secret_value().encode())


def _gauges() -> Iterator[tuple[str, str, float]]:
    executor = current()
    held = len(executor.held()) if executor is not None else 0
    yield "parley_runs_active", "Runs that are worked on here.", held
    yield "parley_streams_open", "Replies that are being followed.", len(current_streams())
    pool = db.engine.pool
    in_use = getattr(pool, "checkedout", lambda: 0)()
    yield "parley_database_connections_used", "Connections in use.", in_use
