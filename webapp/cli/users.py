"""`flask users`: accounts, from the machine that Parley runs on."""

import sys
from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from webapp.database import read_tx
from webapp.models import User, UserRole
from webapp.services.accounts import (
    find_user,
    has_users,
    list_users,
    register_user,
    set_active,
    set_password,
)
from webapp.services.facts import EmailRefused, EmailTaken, LastAdmin, NameRefused, PasswordRefused
from webapp.services.names import fold_email

users = AppGroup("users", help="Make, list and switch off accounts.")

Command = Callable[..., Any]


def _with_password(command: Command) -> Command:
    return click.option(
        "--password-stdin", is_flag=True, help="Read the password from standard input."
    )(command)


@users.command("create")
@click.argument("email")
@click.option("--name", help="What people see; the first part of the email when not given.")
@click.option("--admin", is_flag=True, help="Make an admin. The first account always is one.")
@_with_password
def create(email: str, name: str | None, admin: bool, password_stdin: bool) -> None:  # noqa: FBT001
    """Make an account."""
    # Without an admin, nobody could ever become one: a set-up ends with the first account.
    role = UserRole.ADMIN if admin or not has_users() else UserRole.USER
    name = name or email.partition("@")[0]
    try:
        register_user(email, name, _password(from_stdin=password_stdin), role=role)
    except (EmailRefused, NameRefused, PasswordRefused) as fact:
        raise click.ClickException(str(fact)) from None
    except EmailTaken:
        raise click.ClickException(f"There is an account with {email} already.") from None
    click.echo(f"Made the {'admin' if role is UserRole.ADMIN else 'account'} {fold_email(email)}.")


@users.command("set-password")
@click.argument("email")
@_with_password
def change_password(email: str, password_stdin: bool) -> None:  # noqa: FBT001
    """Give a person another password, and sign them out everywhere."""
    user = _find(email)
    try:
        set_password(user.id, _password(from_stdin=password_stdin))
    except PasswordRefused as fact:
        raise click.ClickException(str(fact)) from None
    click.echo(f"Changed the password of {user.email}, and signed them out everywhere.")


@users.command("list")
def show_all() -> None:
    """List the accounts."""
    with read_tx() as tx:
        everybody = tx.scalars(list_users()).all()
    for user in everybody:
        state = "" if user.is_active else "  disabled"
        click.echo(f"{user.email}  {user.role}  {user.display_name}{state}")


@users.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Keep a person out, and sign them out everywhere."""
    user = _find(email)
    try:
        set_active(user.id, is_active=False)
    except LastAdmin:
        raise click.ClickException(f"{user.email} is the last admin.") from None
    click.echo(f"Disabled {user.email}.")


@users.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a person in again."""
    user = _find(email)
    set_active(user.id, is_active=True)
    click.echo(f"Enabled {user.email}.")


def _find(email: str) -> User:
    user = find_user(email)
    if user is None:
        raise click.ClickException(f"There is no account with {email}.")
    return user


def _password(*, from_stdin: bool) -> str:
    """One line of standard input, or what a person types twice, unseen."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    return typed
