"""The audit: read, filtered, exported. Nothing here changes or removes an entry."""

import json
from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.admin import AuditChoices
from webapp.rendering.message_export import FORMATS, csv_lines
from webapp.services.audit_log import (
    AuditFilters,
    AuditRow,
    all_entries,
    audit_export,
    known_actions,
    list_entries,
)
from webapp.web.access import admin_only
from webapp.web.current import address

COLUMNS = ("id", "time", "action", "actor", "subject", "address", "detail")

bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")


@bp.get("")
@admin_only
def index() -> ResponseReturnValue:
    form = AuditChoices.from_address()
    return _list(form), 422 if form.errors else 200


@bp.post("/export")
@admin_only
def export() -> ResponseReturnValue:
    """The entries that the address names, as a file."""
    form = AuditChoices.from_address()
    if form.errors:
        return _list(form), 422
    filters = form.filters(current_user.time_zone)
    kind = "csv" if request.form.get("kind") == "csv" else "jsonl"
    audit_export(current_user.id, filters, address())
    lines = _lines(current_user.id, filters, kind)
    named = {"Content-Disposition": f"attachment; filename=audit.{kind}"}
    return lines, 200, named | {"Content-Type": f"{FORMATS[kind]}; charset=utf-8"}


def _list(form: AuditChoices) -> str:
    rows: list[AuditRow] = []
    before: UUID | None = None
    if not form.errors:
        rows, before = list_entries(
            form.filters(current_user.time_zone), request.args.get("before", type=UUID)
        )
    return render_template(
        "admin/audit/index.html", form=form, rows=rows, before=before, actions=known_actions()
    )


def _lines(reader_id: UUID, filters: AuditFilters, kind: str) -> Iterator[str]:
    rows = map(_values, all_entries(reader_id, filters))
    if kind == "csv":
        return csv_lines(COLUMNS, ([*row[:-1], json.dumps(row[-1])] for row in rows))
    return (json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows)


def _values(row: AuditRow) -> tuple[object, ...]:
    at = row.at.isoformat()
    return (str(row.id), at, row.action, row.actor, row.subject, row.address, row.detail)
