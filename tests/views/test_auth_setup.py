"""The first admin: made by whoever reads what the server printed, and only once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.support.accounts import csrf_token, is_signed_in, make_account
from tests.support.client import PageClient
from tests.support.database import waiting_for_locks
from webapp.database import read_tx, write_tx
from webapp.models import User, UserRole
from webapp.services.facts import SetupClosed
from webapp.services.passwords import gate
from webapp.services.setup import create_first_admin, setup_token

TOGETHER = 32
GRACE = {"display_name": "Grace", "email": "grace@example.org", "password": "orange meadow 77"}


@pytest.fixture
def token(app: Flask) -> str:
    return setup_token(str(app.secret_key))


def _everybody() -> list[User]:
    with read_tx() as tx:
        return list(tx.scalars(select(User)))


def test_the_printed_link_leads_to_the_first_admin(client: PageClient, token: str) -> None:
    page = client.get(f"/setup?token={token}")
    assert page.page.by_id("token").get("value") == token
    answer = client.post_form(page, GRACE)
    assert (answer.status_code, answer.location) == (303, "/")
    [grace] = _everybody()
    assert (grace.email, grace.role, grace.is_active) == (GRACE["email"], UserRole.ADMIN, True)
    assert is_signed_in(client)


@pytest.mark.parametrize("wrong", ["", "guessed", "\u00e9", "a" * 24])
def test_without_the_token_there_is_no_admin(client: PageClient, wrong: str) -> None:
    answer = client.post_form(client.get("/setup"), GRACE | {"token": wrong})
    assert answer.status_code == 422
    assert list(answer.page.wrongs) == ["token"]
    assert answer.page.by_id("email").get("value") == GRACE["email"]
    assert not _everybody()


def test_a_poor_password_is_said_under_its_field(client: PageClient, token: str) -> None:
    values = GRACE | {"token": token, "password": "12345678"}
    answer = client.post_form(client.get("/setup"), values)
    assert answer.status_code == 422
    assert list(answer.page.wrongs) == ["password"]
    assert not _everybody()


def test_until_then_every_door_leads_to_the_set_up(client: PageClient) -> None:
    assert client.get("/sign-in").location == "/setup"
    assert client.get("/register").location == "/setup"
    # Nor does whoever registers first become the admin, or keep the operator from it.
    answer = client.post("/register", data=GRACE | {"csrf_token": csrf_token(client)})
    assert answer.location == "/setup"
    assert not _everybody()


def test_once_there_is_an_account_the_token_is_worth_nothing(
    client: PageClient, token: str
) -> None:
    page = client.get("/setup")
    make_account()
    assert client.get(f"/setup?token={token}").status_code == 404
    answer = client.post_form(page, GRACE | {"token": token})
    assert answer.status_code == 404
    assert [user.role for user in _everybody()] == [UserRole.USER]


def test_of_many_at_once_exactly_one_becomes_the_admin(app: Flask, token: str) -> None:
    clients = [PageClient(app) for _ in range(TOGETHER)]
    pages = [client.get("/setup") for client in clients]
    registering = [csrf_token(client) for client in clients]
    start = Barrier(TOGETHER)

    def set_up(number: int) -> int:
        own = GRACE | {"email": f"person{number}@example.org"}
        start.wait()
        if number % 4 == 0:
            own["csrf_token"] = registering[number]
            return clients[number].post("/register", data=own).status_code
        return clients[number].post_form(pages[number], own | {"token": token}).status_code

    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = list(pool.map(set_up, range(TOGETHER)))
    roles = [user.role for user in _everybody()]
    assert roles.count(UserRole.ADMIN) == 1
    # A registration is sent to the set-up before there is an admin, and taken after.
    assert roles.count(UserRole.USER) == [answers[n] for n in range(0, TOGETHER, 4)].count(200)
    set_ups = [answers[number] for number in range(TOGETHER) if number % 4]
    assert set_ups.count(303) == 1
    assert set(set_ups) == {303, 404}


def test_of_those_who_reach_the_database_together_one_becomes_the_admin(
    app: Flask, token: str
) -> None:
    hashed = gate.passed + TOGETHER

    def set_up(number: int) -> bool:
        email = f"person{number}@example.org"
        try:
            create_first_admin(
                token, email, "Grace", GRACE["password"], secret_key=str(app.secret_key)
            )
        except SetupClosed:
            return False
        return True

    with ThreadPoolExecutor(TOGETHER) as pool:
        with write_tx() as tx:
            is_postgresql = tx.get_bind().dialect.name == "postgresql"
            if is_postgresql:
                # Nobody may add a row, and everybody may look.
                tx.execute(text("LOCK TABLE user_account IN EXCLUSIVE MODE"))
            answers = [pool.submit(set_up, number) for number in range(TOGETHER)]
            while gate.passed < hashed or (is_postgresql and waiting_for_locks() < TOGETHER):
                assert not any(answer.done() for answer in answers)
        assert sum(answer.result() for answer in answers) == 1
    assert [user.role for user in _everybody()] == [UserRole.ADMIN]
