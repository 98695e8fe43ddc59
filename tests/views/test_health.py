"""What machines ask: is it alive, can it work, how much does it do."""

import re
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.factories import make_session, make_user
from tests.runs.conftest import send
from tests.runs.stage import Stage
from tests.support.apps import app_like
from tests.support.client import PageClient
from webapp.runs import Executor

TOKEN = "a-token-for-the-scraper"
LINE = re.compile(
    r'(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{(?:[a-z]+="[^"\\\n]*",?)+\})? -?[0-9.e+-]+)'
)
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_it_says_that_it_is_alive(client: PageClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_without_an_executor_it_is_not_ready(client: PageClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {"database": True, "executor": False, "channel": False}


def test_without_its_tables_it_is_not_ready(app: Flask, tmp_path: Path) -> None:
    with app_like(app, database_url=f"sqlite:///{tmp_path}/empty.db") as other:
        answer = PageClient(other).get("/readyz")
        assert answer.status_code == 503
        assert answer.get_json()["database"] is False


def test_with_all_its_parts_it_is_ready(
    client: PageClient, executor: Executor, stage: Stage
) -> None:
    stage.play("Hello.")
    send(make_session(make_user().id)).ended()
    answer = client.get("/readyz")
    assert answer.get_json() == {"database": True, "executor": True, "channel": True}
    assert answer.status_code == 200


def test_every_line_is_as_prometheus_reads_it(client: PageClient) -> None:
    client.get("/no-such-page")
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in answer.text.splitlines():
        assert LINE.fullmatch(line), line
    assert answer.text.endswith("\n")


def test_a_reply_is_counted_with_its_tokens_and_its_first_token(
    client: PageClient, executor: Executor, stage: Stage
) -> None:
    names = (
        'parley_runs_total{outcome="finished"}',
        'parley_tokens_total{kind="input"}',
        "parley_first_token_seconds_count",
    )
    before = client.get("/metrics").text
    stage.play("Hello.")
    run = send(make_session(make_user().id))
    assert run.ended() == "finished"
    after = client.get("/metrics").text
    grown = [value(after, name) - value(before, name) for name in names]
    assert grown == [1, run.row.input_tokens, 1]
    # On PostgreSQL nobody waits for a turn.
    assert value(after, "parley_database_write_wait_seconds_count") >= 0


def test_requests_are_counted_and_made_up_methods_are_one(client: PageClient) -> None:
    name = 'parley_requests_total{endpoint="health.alive",method="GET",status="200"}'
    before = value(client.get("/metrics").text, name)
    client.get("/healthz")
    client.open("/healthz", method="BREW")
    text = client.get("/metrics").text
    assert value(text, name) == before + 1
    assert "BREW" not in text


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        (ELSEWHERE, {}),
        (ELSEWHERE, {"X-Forwarded-For": "127.0.0.1"}),
        ({}, {"X-Forwarded-For": "192.0.2.7"}),
        ({}, {"Forwarded": "for=127.0.0.1"}),
        ({}, {"X-Real-IP": "127.0.0.1"}),
        (ELSEWHERE, {"Authorization": "Bearer "}),
        (ELSEWHERE, {"Authorization": f"Bearer {TOKEN}"}),
    ],
)
def test_to_the_outside_there_are_no_metrics(
    client: PageClient, environ: dict[str, str], headers: dict[str, str]
) -> None:
    answer = client.get("/metrics", headers=headers, environ_overrides=environ)
    assert answer.status_code == 404
    assert "parley_" not in answer.text


def test_who_bears_the_token_reads_from_elsewhere(app: Flask) -> None:
    with app_like(app, metrics_token=SecretStr(TOKEN)) as other:
        client = PageClient(other)
        for token, status in ((TOKEN, 200), ("another", 404), (f"{TOKEN}x", 404), ("ä", 404)):
            headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
            answer = client.get("/metrics", headers=headers, environ_overrides=ELSEWHERE)
            assert answer.status_code == status, token
