"""`flask users`, as an operator types it."""

import pytest
from click.testing import Result
from flask import Flask

from tests.support.accounts import EMAIL, PASSWORD, is_signed_in, make_account, sign_in_with
from tests.support.client import PageClient
from webapp.database import read_tx
from webapp.models import User, UserRole


def _run(app: Flask, *words: str, typed: str = f"{PASSWORD}\n") -> Result:
    return app.test_cli_runner().invoke(args=["users", *words], input=typed)


def _user(email: str = EMAIL) -> User:
    with read_tx() as tx:
        return tx.scalars(User.with_email(email)).one()


def test_the_first_account_is_an_admin_and_says_so(app: Flask) -> None:
    result = _run(app, "create", "Ada@Example.org", "--name", "Ada Moreno", "--password-stdin")
    assert result.exit_code == 0
    assert result.output == "Made the admin ada@example.org.\n"
    assert (_user().display_name, _user().role) == ("Ada Moreno", UserRole.ADMIN)
    assert sign_in_with(PageClient(app)).status_code == 303


@pytest.mark.parametrize(("words", "role"), [((), UserRole.USER), (("--admin",), UserRole.ADMIN)])
def test_the_next_is_what_it_is_made_as(app: Flask, words: tuple[str, ...], role: UserRole) -> None:
    make_account()
    assert _run(app, "create", "eve@example.org", "--password-stdin", *words).exit_code == 0
    assert (_user("eve@example.org").display_name, _user("eve@example.org").role) == ("eve", role)


def test_a_password_is_asked_for_twice_and_not_shown(app: Flask) -> None:
    result = _run(app, "create", EMAIL, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert sign_in_with(PageClient(app)).status_code == 303


@pytest.mark.parametrize(
    ("email", "typed", "word"),
    [
        ("no email", PASSWORD, "Write an email"),
        ("eve@example.org", "short", "at least 8"),
        ("eve@example.org", "", "at least 8"),
        ("eve@example.org", "password123", "guessed first"),
        (EMAIL, PASSWORD, "already"),
    ],
)
def test_what_cannot_be_made_is_said(app: Flask, email: str, typed: str, word: str) -> None:
    make_account()
    result = _run(app, "create", email, "--password-stdin", typed=typed)
    assert result.exit_code == 1
    assert word in result.output
    assert typed == "" or typed not in result.output


def test_another_password_signs_a_person_out_everywhere(client: PageClient) -> None:
    client.sign_in(make_account())
    result = _run(
        client.application, "set-password", EMAIL, "--password-stdin", typed="orange meadow 77\n"
    )
    assert result.exit_code == 0
    assert not is_signed_in(client)
    assert sign_in_with(client, password="orange meadow 77").status_code == 303


def test_a_disabled_person_is_out_until_enabled(client: PageClient) -> None:
    client.sign_in(make_account())
    assert _run(client.application, "disable", EMAIL).output == f"Disabled {EMAIL}.\n"
    assert not is_signed_in(client)
    assert sign_in_with(client).status_code == 422
    assert _run(client.application, "enable", EMAIL).output == f"Enabled {EMAIL}.\n"
    assert sign_in_with(client).status_code == 303


def test_the_last_admin_stays(app: Flask) -> None:
    _run(app, "create", EMAIL, "--password-stdin")
    result = _run(app, "disable", EMAIL)
    assert (result.exit_code, result.output) == (1, f"Error: {EMAIL} is the last admin.\n")
    assert _user().is_active


def test_the_list_shows_everybody(app: Flask) -> None:
    _run(app, "create", EMAIL, "--password-stdin")
    make_account("eve@example.org")
    _run(app, "disable", "eve@example.org")
    assert _run(app, "list").output.splitlines() == [
        "ada@example.org  admin  ada",
        "eve@example.org  user  Ada  disabled",
    ]


@pytest.mark.parametrize("command", ["set-password", "disable", "enable"])
def test_an_account_that_there_is_not_is_said(app: Flask, command: str) -> None:
    result = _run(app, command, "nobody@example.org")
    assert (result.exit_code, result.output) == (
        1,
        "Error: There is no account with nobody@example.org.\n",
    )
