"""How long a sign-in lasts, and where a person is said to have come from."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support.accounts import is_signed_in, make_account, sign_in_with
from tests.support.apps import app_like
from tests.support.client import PageClient
from webapp.database import read_tx, utc_now, write_tx
from webapp.models import SignIn, SignInAttempt, User
from webapp.services.sign_ins import begin_sign_in, end_other_sign_ins, list_sign_ins


@pytest.fixture
def ada(app: Flask) -> User:
    return make_account()


def _rows() -> list[SignIn]:
    with read_tx() as tx:
        return list(tx.scalars(select(SignIn).order_by(SignIn.id)))


def _passes(**ago: float) -> None:
    """Put every sign-in so far back in time."""
    with write_tx() as tx:
        for row in tx.scalars(select(SignIn)):
            back = timedelta(**ago)
            row.last_seen_at, row.expires_at = row.last_seen_at - back, row.expires_at - back


def _now() -> datetime:
    with read_tx() as tx:
        return tx.scalars(select(utc_now())).one()


def test_a_sign_in_that_is_not_used_ends(client: PageClient, ada: User) -> None:
    client.sign_in(ada)
    _passes(days=29.9)
    assert is_signed_in(client)
    _passes(days=30.1)
    assert not is_signed_in(client)


def test_a_sign_in_that_is_used_ends_too(client: PageClient, ada: User) -> None:
    client.sign_in(ada)
    for _ in range(3):
        assert is_signed_in(client)
        _passes(days=29)
    assert is_signed_in(client)
    _passes(days=4)
    assert not is_signed_in(client)


def test_the_settings_say_how_long(app: Flask, ada: User) -> None:
    with app_like(app, sign_in_idle=60, sign_in_lifetime=100) as other:
        client = PageClient(other)
        client.sign_in(ada)
        _passes(seconds=58)
        assert is_signed_in(client)
        _passes(seconds=61)
        assert not is_signed_in(client)


def test_that_a_person_was_seen_is_written_once_a_minute(client: PageClient, ada: User) -> None:
    client.sign_in(ada)
    [row] = _rows()
    is_signed_in(client)
    assert _rows()[0].last_seen_at == row.last_seen_at
    _passes(minutes=2)
    is_signed_in(client)
    seen = _rows()[0].last_seen_at
    assert _now() - seen < timedelta(minutes=1)
    is_signed_in(client)
    assert _rows()[0].last_seen_at == seen


def test_ended_sign_ins_are_cleared_away_by_the_next(client: PageClient, ada: User) -> None:
    PageClient(client.application).sign_in(ada)
    _passes(days=31)
    client.sign_in(ada)
    assert len(_rows()) == 1


@pytest.mark.parametrize("forged", ["", "x", "a" * 43, "\x00", "'; DROP TABLE sign_in; --"])
def test_a_token_that_was_never_given_is_nobody(client: PageClient, ada: User, forged: str) -> None:
    client.sign_in(ada)
    with client.session_transaction() as session:
        session["_user_id"] = forged
    assert not is_signed_in(client)


@pytest.mark.parametrize("cookie", ["x", "e30.x.y", "a" * 4000, "\u00e9", ".eJw=.x"])
def test_a_cookie_that_was_never_signed_is_nobody(client: PageClient, cookie: str) -> None:
    make_account()
    client.set_cookie("parley", cookie)
    client.set_cookie("remember_token", cookie)
    assert not is_signed_in(client)


def test_the_token_is_not_worth_more_as_another_persons(client: PageClient, ada: User) -> None:
    eve = make_account("eve@example.org")
    client.sign_in(eve)
    with client.session_transaction() as session:
        session["user_id"] = session["id"] = str(ada.id)
    assert is_signed_in(client)
    with read_tx() as tx:
        assert {row.user_id for row in tx.scalars(select(SignIn))} == {eve.id}


def test_all_but_one_sign_in_can_be_ended(client: PageClient, ada: User) -> None:
    others = [PageClient(client.application) for _ in range(3)]
    for other in others:
        other.sign_in(ada)
    token = client.sign_in(ada)
    end_other_sign_ins(ada.id, keep=token)
    assert [is_signed_in(other) for other in [client, *others]] == [True, False, False, False]


def test_a_persons_sign_ins_are_listed_the_last_seen_first(ada: User) -> None:
    for agent in ("first", "second" + "x" * 500):
        begin_sign_in(ada.id, "127.0.0.1", agent, idle=60, lifetime=60)
    with write_tx() as tx:
        first = SignIn.user_agent == "first"
        tx.execute(update(SignIn).where(first).values(last_seen_at=_now() - timedelta(days=1)))
    agents = [one.user_agent for one in list_sign_ins(ada.id, idle=2 * 86_400)]
    assert [agent[:6] for agent in agents] == ["second", "first"]
    assert len(agents[0]) == 255
    # One that has ended by itself is none.
    assert [one.user_agent[:6] for one in list_sign_ins(ada.id, idle=60)] == ["second"]


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 203.0.113.10", "203.0.113.9"),
        (1, "x" * 500, "x" * 64),
    ],
)
@pytest.mark.usefixtures("ada")
def test_an_address_is_believed_from_as_many_proxies_as_are_trusted(
    app: Flask, proxies: int, header: str, address: str
) -> None:
    with app_like(app, trusted_proxies=proxies) as other:
        client = PageClient(other)
        client.environ_base["HTTP_X_FORWARDED_FOR"] = header
        sign_in_with(client)
    assert [row.address for row in _rows()] == [address]
    with read_tx() as tx:
        assert tx.scalars(select(SignInAttempt.address)).all() == [address]


@pytest.mark.usefixtures("ada")
def test_a_proxy_cannot_be_talked_into_another_name(app: Flask) -> None:
    with app_like(app, trusted_proxies=1, hosts="localhost") as other:
        client = PageClient(other)
        headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
        answer = client.get("/sessions", headers=headers)
        assert (answer.status_code, answer.location) == (303, "/sign-in?next=/sessions")
