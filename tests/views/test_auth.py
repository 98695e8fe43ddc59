"""Signing in and out, through the pages."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_user
from tests.support.accounts import (
    EMAIL,
    PASSWORD,
    bare,
    is_signed_in,
    make_account,
    sign_in_with,
    sign_out,
)
from tests.support.client import HTMX, PageClient
from webapp.database import read_tx
from webapp.models import AuditEntry, SignIn, User
from webapp.services.accounts import register_user, set_active
from webapp.services.passwords import gate

FULL_WIDTH = "\uff41\uff44\uff41@example.org"


@pytest.fixture
def ada(app: Flask) -> User:
    return make_account()


@pytest.mark.usefixtures("ada")
def test_email_and_password_sign_a_person_in(client: PageClient) -> None:
    answer = sign_in_with(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_signed_in(client)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("typed", [" ADA@Example.ORG ", FULL_WIDTH, "Ada@example.org"])
def test_however_an_email_is_typed_it_is_one_account(client: PageClient, typed: str) -> None:
    assert sign_in_with(client, typed).status_code == 303


@pytest.mark.parametrize("case", ["unknown", "wrong", "disabled", "no password"])
def test_nobody_is_told_why_a_sign_in_fails(client: PageClient, ada: User, case: str) -> None:
    make_user(email="sso@example.org")
    if case == "disabled":
        set_active(ada.id, is_active=False)
    email = {"unknown": "eve@example.org", "no password": "sso@example.org"}.get(case, EMAIL)
    answer = sign_in_with(client, email, "another one 7" if case == "wrong" else PASSWORD)
    unknown = sign_in_with(client, "zoe@example.org")
    assert answer.status_code == unknown.status_code == 422
    assert bare(answer, email) == bare(unknown, "zoe@example.org")
    assert list(answer.page.wrongs) == ["password"]
    assert not is_signed_in(client)


@pytest.mark.parametrize("case", ["unknown", "wrong", "disabled", "no password"])
def test_whatever_the_reason_a_failed_sign_in_costs_one_hash(
    client: PageClient, ada: User, case: str
) -> None:
    # The time of a sign-in is that of its hash: what takes as many takes as long.
    make_user(email="sso@example.org")
    if case == "disabled":
        set_active(ada.id, is_active=False)
    email = {"unknown": "eve@example.org", "no password": "sso@example.org"}.get(case, EMAIL)
    before = gate.passed
    sign_in_with(client, email, "another one 7" if case == "wrong" else PASSWORD)
    assert gate.passed == before + 1


@pytest.mark.usefixtures("ada")
def test_the_email_is_kept_after_a_failure_and_the_password_is_not(client: PageClient) -> None:
    answer = sign_in_with(client, password="another one 7")
    assert answer.page.by_id("email").get("value") == EMAIL
    assert answer.page.by_id("password").get("value") == ""
    assert answer.page.by_id("password").get("aria-invalid") == "true"


@pytest.mark.usefixtures("ada")
def test_a_missing_word_is_asked_for_under_its_field(client: PageClient) -> None:
    answer = sign_in_with(client, " ", "")
    assert answer.status_code == 422
    assert answer.page.wrongs == {"email": "Write your email.", "password": "Write the password."}


@pytest.mark.usefixtures("ada")
def test_a_sign_in_leads_back_to_the_page_that_was_asked_for(client: PageClient) -> None:
    answer = sign_in_with(client, password="another one 7", query="?next=/sessions?q=a")
    assert answer.status_code == 422
    again = client.post_form(answer, {"email": EMAIL, "password": PASSWORD})
    assert again.location == "/sessions?q=a"


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_sign_in_leads_to_no_other_site(client: PageClient, where: str) -> None:
    assert sign_in_with(client, query=f"?next={where}").location == "/"
    assert client.get("/sign-in", query_string={"next": where}).location == "/"


def test_a_signed_in_person_sees_no_sign_in_page(client: PageClient, ada: User) -> None:
    client.sign_in(ada)
    assert client.get("/sign-in?next=/sessions").location == "/sessions"


def test_signing_in_changes_the_cookie_and_keeps_nothing_of_the_one_before(
    client: PageClient, ada: User
) -> None:
    page = client.get("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "by somebody"
        before = dict(session)
    client.post_form(page, {"email": EMAIL, "password": PASSWORD})
    with client.session_transaction() as session:
        after = dict(session)
    assert set(after) == {"_permanent", "_user_id"}
    assert not set(before.values()) & set(after.values())


def test_signing_in_again_ends_the_sign_in_before(client: PageClient, ada: User) -> None:
    client.sign_in(ada)
    old = client.get_cookie("parley")
    client.delete_cookie("parley")
    page = client.get("/sign-in")
    with client.session_transaction() as session:
        token = session["csrf_token"]
    client.set_cookie("parley", old.value)
    with client.session_transaction() as session:
        session["csrf_token"] = token
    client.post_form(page, {"email": EMAIL, "password": PASSWORD})
    assert is_signed_in(client)
    client.set_cookie("parley", old.value)
    assert not is_signed_in(client)


def test_signing_out_ends_the_cookie_on_the_server(client: PageClient, ada: User) -> None:
    client.sign_in(ada)
    kept = client.get_cookie("parley").value
    answer = sign_out(client)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert not is_signed_in(client)
    client.set_cookie("parley", kept)
    assert not is_signed_in(client)


def test_signing_out_happens_by_post_alone(client: PageClient, ada: User) -> None:
    client.sign_in(ada)
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)


@pytest.mark.usefixtures("ada")
def test_an_htmx_request_without_a_sign_in_is_sent_to_the_page(client: PageClient) -> None:
    here = {"HX-Current-URL": "http://localhost/sessions/1?x=2"}
    answer = client.post("/sign-out", headers=HTMX | here)
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/sessions/1?x%3D2"
    elsewhere = {"HX-Current-URL": "http://elsewhere.example/sessions/1"}
    answer = client.post("/sign-out", headers=HTMX | elsewhere)
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_the_token_of_a_sign_in_is_nowhere_but_in_the_cookie(client: PageClient, ada: User) -> None:
    token = client.sign_in(ada)
    with read_tx() as tx:
        row = tx.scalars(select(SignIn)).one()
    assert token not in {row.token_hash, row.user_agent, row.address}
    assert len(row.token_hash) == 64


def test_sign_ins_failures_and_ends_are_audited(client: PageClient) -> None:
    ada_id = register_user(EMAIL, "Ada", PASSWORD)
    sign_in_with(client, password="another one 7")
    sign_in_with(client)
    sign_out(client)
    with read_tx() as tx:
        entries = tx.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "account.created",
        "sign_in.failed",
        "sign_in.succeeded",
        "sign_in.begun",
        "sign_in.ended",
    ]
    assert {entry.subject_id for entry in entries} == {ada_id}
    assert {entry.address for entry in entries[1:]} == {"127.0.0.1"}
