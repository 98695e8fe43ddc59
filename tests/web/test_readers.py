"""Who may read on in an open stream: one question for all that are open."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from tests.factories import make_user
from tests.rendering.test_windows import counted_queries
from tests.runs.stage import until
from webapp.config import Settings
from webapp.database import bind, read_tx, write_tx
from webapp.models import SignIn, User, UserRole
from webapp.services.sign_ins import begin_sign_in, end_sign_ins
from webapp.web import streams as module
from webapp.web.readers import Reader, find_unwelcome
from webapp.web.streams import Streams

IDLE = 600


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Iterator[Streams]:
    monkeypatch.setattr(module, "ACCESS_EVERY", 0.01)
    streams = Streams(Settings(sign_in_idle=IDLE))
    yield streams
    streams.close_all()


def sign_in(user: User) -> Reader:
    token = begin_sign_in(user.id, "127.0.0.1", "", idle=IDLE, lifetime=6000)
    return Reader(token, user.role)


def passes(user: User, **ago: float) -> None:
    """Put the person's sign-ins so far back in time."""
    with write_tx() as tx:
        for row in tx.scalars(select(SignIn).where(SignIn.user_id == user.id)):
            row.last_seen_at -= timedelta(**ago)
            row.expires_at -= timedelta(**ago)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("what", ["ended", "idle", "disabled", "another role", "never there"])
def test_only_who_may_read_no_more_is_sent_away(streams: Streams, what: str) -> None:
    ada, eve = make_user(), make_user()
    mine = streams.open(ada.id, None, sign_in(ada))
    hers = [streams.open(eve.id, None, sign_in(eve)) for _ in range(2)]
    program = streams.open(ada.id, None)
    if what == "ended":
        with write_tx() as tx:
            end_sign_ins(tx, eve.id)
    elif what == "idle":
        passes(eve, seconds=IDLE + 1)
    elif what == "never there":
        hers = [streams.open(eve.id, None, Reader(uuid4().hex, eve.role))]
    else:
        with write_tx() as tx:
            row = tx.get_one(User, eve.id)
            row.is_active = what != "disabled"
            row.role = UserRole.ADMIN if what == "another role" else row.role
    for stream in hers:
        until(stream.is_roused)
        assert not stream.is_wanted()
    assert mine.is_wanted()
    assert program.is_wanted()


def test_however_many_read_it_is_one_question(app: Flask) -> None:
    ada = make_user()
    readers = {sign_in(ada) for _ in range(20)}
    with counted_queries(app) as seen:
        assert find_unwelcome(readers, idle=IDLE) == (set(), [])
    assert len(seen) == 1


@pytest.mark.usefixtures("app")
def test_a_sign_in_with_which_somebody_reads_is_in_use(streams: Streams) -> None:
    ada = make_user()
    reader = sign_in(ada)
    passes(ada, seconds=IDLE - 60)
    before = seen_at(ada)
    stream = streams.open(ada.id, None, reader)
    while seen_at(ada) == before:
        assert stream.is_wanted()
    passes(ada, seconds=IDLE - 60)
    assert find_unwelcome({reader}, idle=IDLE)[0] == set()


def seen_at(user: User) -> object:
    with read_tx() as tx:
        return tx.scalars(select(SignIn.last_seen_at).where(SignIn.user_id == user.id)).one()


@pytest.mark.only_on("sqlite")
def test_nobody_is_sent_away_while_the_database_cannot_be_reached(app: Flask) -> None:
    ada = make_user()
    readers = {sign_in(ada), Reader("no token", ada.role)}
    bind(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing"))
    assert find_unwelcome(readers, idle=IDLE) == (set(), [])


@pytest.mark.only_on("sqlite")
@pytest.mark.usefixtures("app")
def test_nobody_reads_on_when_it_cannot_be_told_who_may(streams: Streams) -> None:
    ada = make_user()
    stream = streams.open(ada.id, None, sign_in(ada))
    with write_tx() as tx:
        tx.execute(text("UPDATE sign_in SET last_seen_at = 'never'"))
    until(stream.is_roused)
    assert not stream.is_wanted()
