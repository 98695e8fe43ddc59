"""Whatever goes wrong is told in a sentence, in the form that was asked for."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask, abort, request
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tests.factories import make_user
from tests.support.accounts import csrf_token
from tests.support.apps import app_like
from tests.support.client import HTMX, PageClient
from tests.support.database import no_writes
from webapp.database import write_tx
from webapp.services import facts
from webapp.web.access import public
from webapp.web.troubles import OF_FACTS, UNKNOWN_FACT, of_fact
from webapp.writers_queue import DatabaseBusy

SECRET = "a secret of the code"
BUSY = [
    DatabaseBusy(),
    OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error")),
    InternalError("INSERT", {}, ReadOnlySqlTransaction("a standby takes nothing from its disk")),
    PoolTimeout("no connection left"),
]
TOLD = [
    (facts.SessionGone(), 404),
    (facts.SessionInactive(), 409),
    (facts.RunAlreadyActive(), 409),
    (facts.RunNotRetryable(), 409),
    (facts.TooManyRuns(), 429),
    (facts.TooManyAttempts(70), 429),
    (facts.ServerBusy(), 503),
    (facts.LastAdmin(), 409),
    (facts.RegistrationClosed(), 404),
    (facts.SetupClosed(), 404),
    (facts.CapReached("messages", 5, "day", datetime.now(UTC) + timedelta(hours=1)), 429),
]

Raising = Callable[[Exception], PageClient]
Spelling = Callable[[str], tuple[str, str]]


def _urlencoded(email: str) -> tuple[str, str]:
    return urlencode({"email": email}), "application/x-www-form-urlencoded"


def _multipart(email: str) -> tuple[str, str]:
    part = f'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n{email}\r\n--x--\r\n'
    return part, "multipart/form-data; boundary=x"


@pytest.fixture
def raising(app: Flask) -> Raising:
    """A browser before an application with a page that raises what it is told to."""
    with app_like(app) as other:
        other.testing = False
        raised: list[Exception] = []

        def view() -> str:
            raise raised[-1]

        other.add_url_rule("/raise", "raise", public(view))

        def before(error: Exception) -> PageClient:
            raised.append(error)
            return PageClient(other)

        yield before


@pytest.mark.parametrize(("fact", "status"), TOLD, ids=lambda value: type(value).__name__)
def test_a_fact_is_a_page_to_a_person_and_a_notice_to_htmx(
    raising: Raising, fact: facts.Fact, status: int
) -> None:
    client = raising(fact)
    page = client.get("/raise")
    notice = client.get("/raise", headers=HTMX)
    assert page.status_code == notice.status_code == status
    assert page.page.is_whole
    assert not notice.page.is_whole
    [alert] = [element for element in notice.page.every("div") if element.get("role") == "alert"]
    assert page.page.heading in alert.text


def test_every_fact_that_a_view_may_meet_has_words_of_its_own() -> None:
    assert UNKNOWN_FACT not in OF_FACTS.values()
    assert of_fact(facts.Fact()) == UNKNOWN_FACT


@pytest.mark.parametrize("error", BUSY, ids=lambda error: type(error).__name__)
def test_a_database_that_does_not_answer_is_503_and_worth_another_try(
    raising: Raising, error: Exception
) -> None:
    for headers in ({}, HTMX):
        answer = raising(error).get("/raise", headers=headers)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "disk" not in answer.text


def test_a_form_that_cannot_be_written_is_503_and_is_taken_later(client: PageClient) -> None:
    make_user(email="ada@example.org")
    form = {"email": "ada@example.org", "password": "wrong", "csrf_token": csrf_token(client)}
    with no_writes():
        answer = client.post("/sign-in", data=form)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert client.post("/sign-in", data=form).status_code == 422


def test_a_fault_of_the_code_says_nothing_of_the_code(
    raising: Raising, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = raising(ValueError(SECRET)).get("/raise")
    assert answer.status_code == 500
    for part in (SECRET, "Traceback", "ValueError", ".py"):
        assert part not in answer.text
    # The person can name what the log has.
    request_id = answer.headers["X-Request-ID"]
    assert request_id in answer.page.text
    lines = [line for line in capsys.readouterr().err.splitlines() if request_id in line]
    assert any(SECRET in line for line in lines)


def test_a_page_that_cannot_be_found_names_no_request(client: PageClient) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert answer.headers["X-Request-ID"] not in answer.text


def test_the_words_of_whoever_refuses_are_told_and_inert(app: Flask) -> None:
    with app_like(app) as other:
        said = "<script>alert(1)</script> is not taken."
        other.add_url_rule("/refuse", "refuse", public(lambda: abort(400, said)))
        answer = PageClient(other).get("/refuse")
        assert answer.status_code == 400
        assert said in answer.page.text


def test_a_missing_form_field_tells_no_secrets(app: Flask) -> None:
    with app_like(app) as other:
        other.add_url_rule("/field", "field", public(lambda: request.args["absent"]))
        answer = PageClient(other).get("/field")
        assert answer.status_code == 400
        assert "absent" not in answer.text


@pytest.mark.parametrize("spelled", [_urlencoded, _multipart])
def test_what_is_too_big_is_413(client: PageClient, spelled: Spelling) -> None:
    body, kind = spelled("x" * 1_500_000)
    headers = {"X-CSRFToken": csrf_token(client)}
    answer = client.post("/sign-in", data=body, headers=headers, content_type=kind)
    assert answer.status_code == 413
    assert answer.page.heading == "That is too much at once"


@pytest.mark.parametrize("spelled", [_urlencoded, _multipart])
def test_the_longest_message_fits(client: PageClient, spelled: Spelling) -> None:
    make_user()
    longest = "\U0001f600" * client.application.config["SETTINGS"].max_message
    body, kind = spelled(longest)
    headers = {"X-CSRFToken": csrf_token(client)}
    answer = client.post("/sign-in", data=body, headers=headers, content_type=kind)
    assert answer.status_code == 422
    assert answer.page.by_id("email").get("value") == longest


def test_too_many_parts_are_413(client: PageClient) -> None:
    data = {f"field{number}": "x" for number in range(200)}
    data["csrf_token"] = csrf_token(client)
    answer = client.post("/sign-in", data=data, content_type="multipart/form-data")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"email=a%00b&password=x",
        b"a%00b=x",
        b"email=\xff\xfe&password=x",
        b"email=%ff&password=x",
        b"email=%ED%A0%80&password=x",
        b"email=" + b"[" * 100_000 + b"&password=x",
        b"email=a&email=b&password=x",
        b"&&&===",
        b"a&" * 100_000,
    ],
    ids=lambda body: repr(body[:16]),
)
def test_an_odd_form_gets_a_clear_answer(client: PageClient, body: bytes) -> None:
    make_user()
    headers = {"X-CSRFToken": csrf_token(client)}
    kind = "application/x-www-form-urlencoded"
    answer = client.post("/sign-in", data=body, headers=headers, content_type=kind)
    assert answer.status_code in {400, 422}
    assert answer.page.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="\x00"\r\n\r\na\r\n--x--',
    ],
    ids=lambda body: repr(body[:16]),
)
def test_a_broken_multipart_form_gets_a_clear_answer(client: PageClient, body: bytes) -> None:
    make_user()
    headers = {"X-CSRFToken": csrf_token(client)}
    kind = "multipart/form-data; boundary=x"
    answer = client.post("/sign-in", data=body, headers=headers, content_type=kind)
    assert answer.status_code in {400, 413, 422}


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a": NaN}', b"\xff", b"[]", b'{"a":1,"a":2}'])
def test_json_in_place_of_a_form_gets_a_clear_answer(client: PageClient, body: bytes) -> None:
    make_user()
    headers = {"X-CSRFToken": csrf_token(client)}
    answer = client.post("/sign-in", data=body, headers=headers, content_type="application/json")
    assert answer.status_code in {400, 415, 422}


@pytest.mark.usefixtures("app")
def test_an_error_of_the_database_does_not_tell_what_was_written() -> None:
    with pytest.raises(DBAPIError) as raised, write_tx() as tx:
        tx.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": SECRET})
    assert "nowhere" in str(raised.value)
    assert SECRET not in str(raised.value)
