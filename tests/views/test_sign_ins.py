"""Signed-in browsers, listed and ended by the person."""

from uuid import uuid4

import pytest
from flask import Flask

from tests.factories import make_user
from tests.runs.stage import Gate, Stage, says
from tests.support.accounts import csrf_token, is_signed_in
from tests.support.client import PageClient
from tests.support.database import snapshot
from tests.support.events import listening
from tests.views.replies import begin_talk
from webapp.database import read_tx
from webapp.models import AuditEntry, SignIn, User
from webapp.runs import Executor
from webapp.services.sign_ins import begin_sign_in
from webapp.web import streams

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1"


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user()
    client.sign_in(user)
    return user


def begin(user: User, address: str = "192.0.2.77", idle: int = 60) -> None:
    begin_sign_in(user.id, address, IPHONE, idle=idle, lifetime=6000)


def the_other(user: User) -> SignIn:
    with read_tx() as tx:
        return tx.query(SignIn).where(SignIn.user_id == user.id, SignIn.user_agent == IPHONE).one()


def test_browsers_are_listed_in_plain_words_with_this_one_marked(
    client: PageClient, ada: User
) -> None:
    begin(ada)
    begin(make_user(), "203.0.113.200")
    page = client.get("/settings/sign-ins").page
    rows = [item.text for item in page.by_id("main").every("li") if " · " in item.text]
    assert len(rows) == 2
    assert "127.0.0.1" in rows[0]
    assert rows[0].endswith("This browser")
    assert rows[1].startswith("Safari on iPhone")
    assert "192.0.2.77" in rows[1]
    assert "203.0.113.200" not in page.text


def test_one_browser_is_signed_out_and_the_others_stay(
    client: PageClient, app: Flask, ada: User
) -> None:
    begin(ada)
    third = PageClient(app)
    third.sign_in(ada)
    gone = the_other(ada).id
    answer = client.post(f"/settings/sign-ins/{gone}/end", data={"csrf_token": csrf_token(client)})
    assert (answer.status_code, answer.location) == (303, "/settings/sign-ins")
    page = client.get("/settings/sign-ins").page
    assert "That browser is signed out." in page.text
    assert "Safari on iPhone" not in page.text
    assert (is_signed_in(client), is_signed_in(third)) == (True, True)
    again = client.post(f"/settings/sign-ins/{gone}/end", data={"csrf_token": csrf_token(client)})
    assert again.status_code == 404
    with read_tx() as tx:
        (entry,) = tx.query(AuditEntry).where(AuditEntry.action == "sign_in.ended")
    assert (entry.actor_id, entry.subject_id) == (ada.id, ada.id)


def test_all_others_are_signed_out(client: PageClient, app: Flask, ada: User) -> None:
    page = client.get("/settings/sign-ins").page
    assert "End all others" not in page.text
    others = [PageClient(app) for _ in range(2)]
    for other in others:
        other.sign_in(ada)
    assert client.press(client.get("/settings/sign-ins"), "End all others").status_code == 303
    assert [is_signed_in(one) for one in (client, *others)] == [True, False, False]


def test_anothers_sign_in_is_404_and_stays(client: PageClient, ada: User) -> None:
    eve = make_user()
    begin(eve)
    token = csrf_token(client)
    before = snapshot()
    for key in (the_other(eve).id, uuid4()):
        answer = client.post(f"/settings/sign-ins/{key}/end", data={"csrf_token": token})
        assert answer.status_code == 404
    assert snapshot() == before


def test_what_is_followed_in_a_browser_ends_when_it_is_signed_out_elsewhere(
    app: Flask, stage: Stage, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ACCESS_EVERY", 0.01)
    gate = Gate()
    stage.play(says("Hello", gate, "more"))
    talk = begin_talk(app)
    run = talk.send()
    with read_tx() as tx:
        owner = tx.query(User).one()
    here = PageClient(app)
    here.sign_in(owner)
    with listening(talk.client, run.id) as heard:
        next(heard)
        assert here.press(here.get("/settings/sign-ins"), "End").status_code == 303
        kinds = [one.kind for one in heard]
    gate.open()
    assert "end" not in kinds
    assert not is_signed_in(talk.client)
