"""What is sent is small, whole, and does not give secrets away by its length."""

import gzip

import pytest

from tests.factories import make_session, make_user
from tests.support.accounts import csrf_token
from tests.support.client import HTMX, PageClient
from webapp.models import User
from webapp.web.masking import mask, unmask

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user()
    client.sign_in(user)
    return user


@pytest.mark.usefixtures("ada")
def test_a_page_is_compressed_for_browsers_that_know_how(client: PageClient) -> None:
    plain = PageClient.get(client, "/sessions")
    assert "Content-Encoding" not in plain.headers
    packed = client.get("/sessions", headers=GZIP, buffered=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data).startswith(b"<!doctype html>")


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("header", ["identity", "gzip;q=0", ""])
def test_a_page_is_plain_for_others(client: PageClient, header: str) -> None:
    answer = client.get("/sessions", headers={"Accept-Encoding": header})
    assert "Content-Encoding" not in answer.headers


def test_a_short_answer_stays_as_it_is(client: PageClient, ada: User) -> None:
    session = make_session(ada.id)
    answer = client.get(f"/sessions/{session.id}", headers=GZIP | HTMX)
    assert answer.status_code == 200
    short = client.get("/sessions/sidebar", headers=GZIP)
    assert "Content-Encoding" not in short.headers


@pytest.mark.usefixtures("ada")
def test_the_same_page_has_another_length_each_time(client: PageClient) -> None:
    # By a file name, which ends with a zero: what else differs is hidden in it.
    names = {client.get("/sessions", headers=GZIP).data.index(0, 10) for _ in range(12)}
    assert len(names) > 3


@pytest.mark.usefixtures("ada")
def test_a_page_never_holds_the_csrf_token_as_another_did(client: PageClient) -> None:
    tokens = [csrf_token(client) for _ in range(3)]
    assert len(set(tokens)) == 3
    for token in tokens:
        answer = client.post("/theme", data={"csrf_token": token, "theme": "dark"})
        assert answer.status_code == 303


@pytest.mark.parametrize("secret", ["", "a", "IjU4Njk0.axY.Z-_", "ä ö ü 語"])
def test_what_is_masked_comes_back(secret: str) -> None:
    assert unmask(mask(secret)) == secret


@pytest.mark.parametrize("masked", ["a", "abc", "%%%", "ä", "A" * 401, "_w==" * 3, "/////w=="])
def test_what_was_never_masked_is_no_secret(masked: str) -> None:
    assert unmask(masked) == "" or unmask(masked) != masked
