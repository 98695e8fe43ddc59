"""What every answer says, and who is not answered."""

import pytest
from flask import Flask, Response

from tests.factories import make_user
from tests.support.accounts import make_account, sign_in_with
from tests.support.apps import app_like
from tests.support.client import HTMX, PageClient
from webapp.web.access import public

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HTTPS = "https://chat.example"
ASKED = [
    ("GET", "/sign-in", {}),
    ("GET", "/no-such-page", {}),
    ("GET", "/no-such-page", HTMX),
    ("GET", "/static/icon.svg", {}),
    ("GET", "/static/no-such-file", {}),
    ("GET", "/sessions", {}),
    ("POST", "/sign-out", HTMX),
    ("POST", "/sign-in", {}),
    ("TRACE", "/", {}),
    ("GET", "/sign-in?x=%00", {}),
    ("OPTIONS", "/sign-in", {}),
    ("GET", "/broken", {}),
    ("GET", "/stream", {}),
]


def _stream() -> Response:
    return Response(iter(["data: x\n\n"]), mimetype="text/event-stream")


def _break() -> str:
    raise ZeroDivisionError("a secret of the code")


@pytest.fixture
def told(app: Flask) -> PageClient:
    """A browser before an application with a stream and a fault."""
    with app_like(app) as other:
        other.testing = False
        other.add_url_rule("/broken", "broken", public(_break))
        other.add_url_rule("/stream", "stream", public(_stream))
        yield PageClient(other)


@pytest.mark.parametrize(("method", "path", "headers"), ASKED)
def test_every_answer_has_the_headers(
    told: PageClient, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = told.open(path, method=method, headers=headers)
    assert answer.headers.getlist("Content-Security-Policy") == [POLICY]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/static/no-such-file", "/stream"])
def test_pages_and_errors_are_kept_by_no_cache(told: PageClient, path: str) -> None:
    assert told.get(path).headers["Cache-Control"] == "no-store"


def test_files_may_be_kept(told: PageClient) -> None:
    sheet = told.get("/no-such-page").page.every("link")[-1].get("href")
    assert "immutable" in told.get(sheet).headers["Cache-Control"]


def test_on_https_the_cookie_is_bound_to_the_host_and_to_https(app: Flask) -> None:
    make_account()
    with app_like(app, public_url=HTTPS) as other:
        client = PageClient(other, base_url=HTTPS)
        answer = sign_in_with(client)
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-parley=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_on_http_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: PageClient,
) -> None:
    make_account()
    cookie = sign_in_with(client).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "NONSENSE"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/no-such-page", "/static/icon.svg"])
def test_a_method_that_nobody_knows_is_405(client: PageClient, method: str, path: str) -> None:
    assert client.open(path, method=method).status_code == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("chat.example", 200),
        ("CHAT.example:8000", 200),
        ("a.inside.example", 200),
        ("evil.example", 400),
        ("chat.example.evil.example", 400),
        ("chat.example@evil.example", 400),
        ("evil.example@chat.example", 400),
        ("chat.example/evil", 400),
        ("chat.example:evil", 400),
        ("inside.example", 400),
        ("notinside.example", 400),
        ("", 400),
        ("[::1", 400),
        ("127.0.0.1", 400),
    ],
)
def test_only_to_its_own_names_the_server_answers(app: Flask, host: str, status: int) -> None:
    make_user()
    with app_like(app, hosts="chat.example,.inside.example") as other:
        client = PageClient(other)
        assert client.get("/sign-in", headers={"Host": host}).status_code == status
        assert client.get("/no-such-page", headers={"Host": host}).status_code in {400, 404}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("[::1]", 200),
        ("10.0.0.7", 200),
        ("localhost:8000", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("", 400),
    ],
)
def test_its_health_is_told_by_its_address_too(app: Flask, host: str, status: int) -> None:
    with app_like(app, hosts="chat.example") as other:
        client = PageClient(other)
        for path in ("/healthz", "/metrics"):
            assert client.get(path, headers={"Host": host}).status_code == status


@pytest.mark.parametrize("host", ["", "a b", "[::1", "\u00e4.example", "a/b", "x" * 300, "a..b"])
def test_without_configured_names_no_name_is_a_fault(client: PageClient, host: str) -> None:
    make_user()
    headers = {"Host": host.encode().decode("latin-1")}
    for path in ("/sign-in", "/sessions", "/no-such-page"):
        assert client.get(path, headers=headers).status_code in {200, 303, 400, 404}
