"""Runs, the overview and the audit."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from tests.factories import make_run, make_user
from tests.services.chats import make_chat
from tests.support.accounts import csrf_token
from tests.support.apps import app_like
from tests.support.client import PageClient
from webapp.config import Prices
from webapp.database import read_tx, write_tx
from webapp.models import (
    AgentRun,
    AuditEntry,
    RunEvent,
    RunSpan,
    RunStatus,
    UsageDay,
    User,
    UserRole,
)
from webapp.models.columns import id_at
from webapp.services.usage import today

START = datetime(2030, 5, 1, 12, tzinfo=UTC)


def finished(user: User, **given: object) -> AgentRun:
    values = {
        "queued_at": START,
        "started_at": START,
        "first_token_at": START + timedelta(seconds=1.5),
        "ended_at": START + timedelta(seconds=10),
        "agent_name": "Assistant",
        "model": "a-model",
        "input_tokens": 1000,
        "cached_tokens": 400,
        "output_tokens": 200,
    }
    return make_run(make_chat(user.id).id, **(values | given))


def test_days_are_chosen_in_the_admins_own_zone(desk: PageClient, ada: User) -> None:
    late = datetime(2030, 5, 1, 11, tzinfo=UTC)
    with write_tx() as tx:
        tx.execute(update(User).values(time_zone="Pacific/Kiritimati"))  # 14 hours ahead.
        tx.add(AuditEntry(id=id_at(late), action="role.changed", subject_id=ada.id))
    finished(ada, id=id_at(late), queued_at=late)
    for path in ("runs", "audit"):
        for day, seen in (("2030-05-01", 0), ("2030-05-02", 1), ("9999-12-31", 0)):
            page = desk.get(f"/admin/{path}?since={day}&until={day}").page
            rows = [row for body in page.every("tbody") for row in body.every("tr")]
            assert len(rows) == seen, (path, day)


def happened(run: AgentRun, *events: tuple[str, dict[str, Any]]) -> None:
    with write_tx() as tx:
        for number, (kind, data) in enumerate(events, 1):
            known = {"first_seq": number, "last_seq": number, "epoch": 1}
            tx.add(RunEvent(run_id=run.id, kind=kind, data=data, **known))


def test_runs_are_chosen_by_what_they_were(desk: PageClient, ada: User) -> None:
    kofi = make_user(display_name="Kofi Mensah")
    good, bad = finished(ada), finished(kofi, status=RunStatus.FAILED, error_kind="rate_limit")
    for query, found in {
        "": {good, bad},
        "?status=failed": {bad},
        "?person=moreno": {good},
        "?error=rate_limit": {bad},
        "?model=another": set(),
        "?agent=Assistant": {good, bad},
    }.items():
        page = desk.get(f"/admin/runs{query}").page
        links = {link.get("href") for link in page.every("a")}
        assert {run for run in (good, bad) if f"/admin/runs/{run.id}" in links} == found, query


def test_a_run_is_drawn_and_told_span_by_span(desk: PageClient, ada: User) -> None:
    run = finished(ada)
    at = START.timestamp()
    happened(
        run,
        ("tool_started", {"call_id": "a", "name": "clock", "arguments": "{}", "at": at + 2}),
        ("tool_finished", {"call_id": "a", "output": "a secret of mine", "at": at + 5}),
    )
    page = desk.get(f"/admin/runs/{run.id}").page
    rows = [[cell.text for cell in row.every("th", "td")] for row in page.every("tr")]
    assert ["clock", "tool", "2.00 s", "3.00 s", "done"] in rows
    assert ["Model", "model", "5.00 s", "5.00 s", "done"] in rows
    assert "secret" not in page.text
    spans = desk.get(f"/admin/runs/{run.id}.json").get_json()["spans"]
    assert [span["name"] for span in spans] == ["Run", "Assistant", "Model", "clock", "Model"]


def test_a_wait_for_a_person_is_told_as_one(desk: PageClient, ada: User) -> None:
    run = finished(ada)
    at = START.timestamp()
    happened(
        run,
        ("tool_started", {"call_id": "a", "name": "clear", "arguments": "{}", "at": at + 2}),
        ("approval_requested", {"call_id": "a"}),
        ("tool_finished", {"call_id": "a", "output": "cleared", "at": at + 5}),
    )
    assert "clear waited for approval" in desk.get(f"/admin/runs/{run.id}").page.text
    spans = desk.get(f"/admin/runs/{run.id}.json").get_json()["spans"]
    assert [span["name"] for span in spans if span["kind"] == "approval"] == ["clear"]


def test_traced_spans_are_drawn_below_what_holds_them(desk: PageClient, ada: User) -> None:
    run = finished(ada)
    traced = [
        ("task", None, "task", "Run", 0, 10),
        ("agent", "task", "agent", "Assistant", 0, 9),
        ("first", "agent", "response", "a-model", 0, 2),
        ("tool", "agent", "function", "clock", 2, 5),
        ("lost", "gone", "handoff", "Billing", 9, 9),
    ]
    with write_tx() as tx:
        for key, parent, kind, name, start, end in traced:
            span = RunSpan(
                run_id=run.id,
                span_id=key,
                parent_id=parent,
                kind=kind,
                name=name,
                started_at=START + timedelta(seconds=start),
                ended_at=START + timedelta(seconds=end),
                error="no answer in 3 s" if key == "tool" else None,
                detail={"input_tokens": 1200, "output_tokens": 34} if key == "first" else {},
            )
            tx.add(span)
    page = desk.get(f"/admin/runs/{run.id}").page
    rows = [[cell.text for cell in row.every("th", "td")] for row in page.every("tr")]
    assert [row[0] for row in rows[1:]] == [
        "Run",
        "Assistant",
        "Model a-model",
        "clock",
        "Handoff to Billing",
    ]
    assert rows[3][4] == "done, 1,200 in, 34 out"
    assert rows[4][2:] == ["2.00 s", "3.00 s", "failed, no answer in 3 s"]


def test_cost_is_told_where_there_is_a_price(app: Flask, admin: User, ada: User) -> None:
    run = finished(ada)
    prices = Prices.model_validate(
        {"currency": "EUR", "models": {"a-model": {"input": 10, "cached": 1, "output": 100}}}
    )
    with app_like(app, prices=prices) as priced:
        desk = PageClient(priced)
        desk.sign_in(admin)
        figures = desk.get(f"/admin/runs/{run.id}.json").get_json()
        assert figures["cost"] == (600 * 10 + 400 * 1 + 200 * 100) / 1_000_000
        assert "EUR" in desk.get(f"/admin/runs/{run.id}").page.text


def test_an_admin_stops_a_run_and_it_is_audited(desk: PageClient, admin: User, ada: User) -> None:
    run = make_run(make_chat(ada.id).id, status=RunStatus.QUEUED)
    desk.press(desk.get(f"/admin/runs/{run.id}"), "Stop")
    with read_tx() as tx:
        assert tx.get_one(AgentRun, run.id).status is RunStatus.STOPPED
        entry = tx.scalars(select(AuditEntry).where(AuditEntry.action == "run.stopped")).one()
    assert (entry.actor_id, entry.subject_id) == (admin.id, ada.id)


def test_the_overview_says_what_was_used_and_how_it_went(desk: PageClient, ada: User) -> None:
    with write_tx() as tx:
        tx.add(
            UsageDay(
                user_id=ada.id,
                day=today(),
                agent_name="Assistant",
                model="a-model",
                messages=7,
                input_tokens=1000,
                output_tokens=234,
            )
        )
    now = datetime.now(UTC)
    for seconds in range(1, 23):
        finished(
            ada,
            queued_at=now,
            first_token_at=now + timedelta(seconds=seconds),
            status=RunStatus.FAILED if seconds == 1 else RunStatus.FINISHED,
            error_kind="rate_limit" if seconds == 1 else None,
        )
    page = desk.get("/admin").page
    figures = [figure.text for figure in page.every("dd")]
    assert figures[0] == "7"
    assert "1,234" in figures
    assert "21.00 s" in figures
    assert "half within 11.00 s" in figures
    rows = [[cell.text for cell in row.every("th", "td")] for row in page.every("tr")]
    assert ["rate_limit", "1"] in rows
    assert ["Ada Moreno", "7", "1,234", "\N{EN DASH}"] in rows
    assert ["a-model", "1,234", "\N{EN DASH}"] in rows  # Messages are to agents.
    titles = {title.text for title in page.every("title")}
    assert f"{today().day} {today():%b}: 7" in titles


def test_an_empty_overview_is_a_page_too(desk: PageClient) -> None:
    assert desk.get("/admin").page.heading == "Overview"


def test_the_audit_is_shown_filtered_and_exported(desk: PageClient, ada: User) -> None:
    desk.press(desk.get(f"/admin/users/{ada.id}"), "Make an admin")
    page = desk.get("/admin/audit?action=role.changed")
    assert "Jonas Weber <jonas@example.org>" in page.page.text
    assert "role admin" in page.page.text
    rows = csv.DictReader(io.StringIO(desk.press(page, "Export as CSV").text.lstrip("\ufeff")))
    assert [row["action"] for row in rows] == ["role.changed"]
    lines = desk.press(page, "Export as JSON lines").text.splitlines()
    assert json.loads(lines[0])["detail"] == {"role": "admin"}
    assert "audit.exported" in desk.get("/admin/audit").page.text


def test_wrong_choices_take_nothing_of_the_audit_away(desk: PageClient) -> None:
    fields = {"csrf_token": csrf_token(desk), "kind": "csv"}
    answer = desk.post("/admin/audit/export?since=yesterday", data=fields)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "audit.exported" not in desk.get("/admin/audit").page.text


def test_no_route_changes_or_removes_an_entry(app: Flask) -> None:
    make_user(role=UserRole.ADMIN)
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin/audit")]
    assert {rule.endpoint for rule in rules} == {"admin_audit.index", "admin_audit.export"}
