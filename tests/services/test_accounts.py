"""Accounts as the services keep them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from tests.factories import make_user
from tests.support.accounts import EMAIL, PASSWORD, make_account
from webapp.database import read_tx, write_tx
from webapp.models import SignInAttempt, User, UserRole
from webapp.services.accounts import (
    authenticate,
    find_user,
    has_users,
    list_users,
    register_user,
    set_active,
    set_password,
)
from webapp.services.facts import (
    AccountGone,
    EmailTaken,
    LastAdmin,
    PasswordRefused,
    ServerBusy,
    SignInRefused,
)
from webapp.services.passwords import gate

ADDRESS = "203.0.113.1"


def _user(email: str = EMAIL) -> User:
    with read_tx() as tx:
        return tx.scalars(User.with_email(email)).one()


@pytest.mark.usefixtures("app")
def test_there_are_users_once_there_is_one() -> None:
    assert not has_users()
    register_user(EMAIL, "Ada", PASSWORD)
    assert has_users()


@pytest.mark.usefixtures("app")
def test_accounts_are_found_by_email_and_listed_in_order() -> None:
    emails = ["zoe@example.org", "ada@example.org"]
    for email in emails:
        make_account(email)
    assert find_user(" ADA@example.org ").email == "ada@example.org"
    assert find_user("eve@example.org") is None
    with read_tx() as tx:
        assert [user.email for user in tx.scalars(list_users())] == emails


@pytest.mark.usefixtures("app")
def test_of_many_registrations_of_one_email_one_is_taken() -> None:
    together = 16
    start = threading.Barrier(together)
    spellings = ["Ada@Example.org", " ada@example.org", "ADA@EXAMPLE.ORG", "ada@example.org"]

    def register(number: int) -> bool:
        start.wait()
        try:
            register_user(spellings[number % 4], "Ada", PASSWORD)
        except EmailTaken:
            return False
        return True

    with ThreadPoolExecutor(together) as pool:
        assert sum(pool.map(register, range(together))) == 1


@pytest.mark.usefixtures("app")
def test_a_password_is_kept_with_argon2id_and_a_salt_of_its_own() -> None:
    emails = (EMAIL, "eve@example.org")
    for email in emails:
        register_user(email, "Ada", PASSWORD)
    hashes = [_user(email).password_hash for email in emails]
    assert all(kept.startswith("$argon2id$v=19$m=47104,t=1,p=1$") for kept in hashes)
    assert hashes[0] != hashes[1]


@pytest.mark.usefixtures("app")
def test_a_weaker_hash_is_made_anew_at_sign_in() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    user = make_user(email=EMAIL, password_hash=weak)
    with pytest.raises(SignInRefused):
        authenticate(EMAIL, "another one 7", ADDRESS)
    assert _user().password_hash == weak
    assert authenticate(EMAIL, PASSWORD, ADDRESS).user_id == user.id
    stronger = _user().password_hash
    assert stronger != weak
    authenticate(EMAIL, PASSWORD, ADDRESS)
    assert _user().password_hash == stronger


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("broken", ["", "x", "$argon2id$", "plain text"])
def test_a_hash_that_is_none_lets_nobody_in(broken: str) -> None:
    make_user(email=EMAIL, password_hash=broken)
    for password in (PASSWORD, broken, ""):
        with pytest.raises(SignInRefused):
            authenticate(EMAIL, password, ADDRESS)


@pytest.mark.usefixtures("app")
def test_a_new_password_is_checked_like_the_first() -> None:
    user = make_account()
    with pytest.raises(PasswordRefused):
        set_password(user.id, "ada@example.org")
    assert authenticate(EMAIL, PASSWORD, ADDRESS).user_id == user.id


def test_an_account_that_is_gone_gets_no_password(app: Flask) -> None:
    gone = make_account()
    with write_tx() as tx:
        tx.delete(tx.get_one(User, gone.id))
    with pytest.raises(AccountGone):
        set_password(gone.id, PASSWORD)
    with pytest.raises(AccountGone):
        set_active(gone.id, is_active=False)


@pytest.mark.usefixtures("app")
def test_a_disabled_account_signs_in_again_once_enabled() -> None:
    user = make_account()
    set_active(user.id, is_active=False)
    with pytest.raises(SignInRefused):
        authenticate(EMAIL, PASSWORD, ADDRESS)
    set_active(user.id, is_active=True)
    assert authenticate(EMAIL, PASSWORD, ADDRESS).user_id == user.id


@pytest.mark.usefixtures("app")
def test_of_many_who_disable_each_other_an_admin_is_left() -> None:
    admins = [make_user(role=UserRole.ADMIN) for _ in range(8)]
    make_user(role=UserRole.ADMIN, is_active=False)
    start = threading.Barrier(len(admins))

    def disable(admin: User) -> bool:
        start.wait()
        try:
            set_active(admin.id, is_active=False)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(len(admins)) as pool:
        assert sum(pool.map(disable, admins)) == len(admins) - 1
    with read_tx() as tx:
        active = tx.scalars(select(User).where(User.is_active, User.role == UserRole.ADMIN))
        assert len(active.all()) == 1


@pytest.mark.usefixtures("app")
def test_where_too_many_hash_the_next_comes_again_and_no_failure_is_counted() -> None:
    make_account()
    leave = threading.Event()
    inside = gate.passed + gate.most
    with ThreadPoolExecutor(gate.most) as pool:
        for _ in range(gate.most):
            pool.submit(_stand_in_the_gate, leave)
        while gate.passed < inside:
            leave.wait(0.001)
        try:
            with pytest.raises(ServerBusy):
                authenticate(EMAIL, PASSWORD, ADDRESS)
        finally:
            leave.set()
    with read_tx() as tx:
        assert not tx.scalars(select(SignInAttempt)).all()
    assert authenticate(EMAIL, PASSWORD, ADDRESS)


def _stand_in_the_gate(leave: threading.Event) -> None:
    with gate.enter():
        leave.wait()
