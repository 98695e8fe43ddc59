"""Each request is one line of the log, found again by the id in its answer."""

import json
import re
from typing import Any

import pytest

from tests.factories import make_user
from tests.support.client import PageClient


def request_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] == "request"]


def test_an_answer_carries_the_id_of_its_line(
    client: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    with client.get("/sign-in") as answer:
        request_id = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    (line,) = request_lines(capsys)
    assert line["request_id"] == request_id
    assert (line["method"], line["path"], line["status"]) == ("GET", "/sign-in", answer.status_code)
    assert line["user_id"] is None
    assert 0 < line["duration_ms"] < 10_000


def test_two_requests_have_two_ids(client: PageClient) -> None:
    ids = {client.get("/sign-in").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


def test_an_id_that_a_client_sends_is_not_taken_over(client: PageClient) -> None:
    answer = client.get("/sign-in", headers={"X-Request-ID": "mine"})
    assert answer.headers["X-Request-ID"] != "mine"


def test_the_line_names_who_was_signed_in(
    client: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    user = make_user()
    client.sign_in(user)
    with client.get("/sign-in"):
        pass
    (line,) = request_lines(capsys)
    assert line["user_id"] == str(user.id)


def test_a_token_in_the_address_stays_out_of_the_log(
    client: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    with client.get("/setup?token=very-secret-token"):
        pass
    said = capsys.readouterr().err
    assert '"path": "/setup"' in said
    assert "very-secret-token" not in said


def test_a_path_with_line_breaks_stays_one_line(
    client: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    with client.get('/a%0A{"event":"request"}%0D%0Ab') as answer:
        assert answer.headers["X-Request-ID"]
    (line,) = request_lines(capsys)
    assert line["path"] == '/a\n{"event":"request"}\r\nb'
