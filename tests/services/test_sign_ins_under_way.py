"""Sign-ins that are under way while the account changes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from argon2 import PasswordHasher

from tests.factories import make_user
from tests.runs.stage import until
from tests.support.accounts import EMAIL, PASSWORD, make_account
from tests.support.database import waiting_for_locks
from webapp.database import write_tx
from webapp.models import User, UserRole
from webapp.services.accounts import authenticate, set_active, set_password
from webapp.services.confirmations import confirm_password
from webapp.services.facts import (
    AccountGone,
    Fact,
    PasswordWrong,
    ResetClosed,
    SignInRefused,
)
from webapp.services.password_resets import make_password_reset, reset_password
from webapp.services.passwords import WAITING, gate
from webapp.services.people import delete_person
from webapp.services.sign_ins import begin_sign_in, find_signed_in

pytestmark = pytest.mark.usefixtures("app")
ADDRESS = "203.0.113.1"


def begun(user: User, password_hash: str) -> str:
    return begin_sign_in(
        user.id, ADDRESS, "tests", idle=100, lifetime=100, password_hash=password_hash
    )


def test_who_signs_in_at_once_with_a_weaker_hash_is_let_in_each_time() -> None:
    user = make_user(email=EMAIL, password_hash=PasswordHasher(1, 1024, 1).hash(PASSWORD))
    with ThreadPoolExecutor(4) as pool:
        proofs = list(pool.map(lambda _: authenticate(EMAIL, PASSWORD, ADDRESS), range(4)))
    for proof in proofs:
        assert find_signed_in(begun(user, proof.password_hash), idle=100) is not None


def change(user: User) -> None:
    set_password(user.id, "another one 77")


def reset(user: User) -> None:
    reset_password(
        make_password_reset(user.id, actor_id=make_user(role=UserRole.ADMIN).id), "another one 77"
    )


def disable(user: User) -> None:
    set_active(user.id, is_active=False)


@pytest.mark.parametrize("end", [change, reset, disable])
def test_a_sign_in_that_is_under_way_does_not_outlive_the_password(
    end: Callable[[User], None],
) -> None:
    user = make_account()
    proof = authenticate(EMAIL, PASSWORD, ADDRESS)
    end(user)
    with pytest.raises(SignInRefused):
        begun(user, proof.password_hash)


@pytest.mark.only_on("postgresql")
def test_who_sets_a_password_and_who_resets_it_do_not_wait_for_each_other() -> None:
    user = make_account()
    token = make_password_reset(user.id, actor_id=make_user(role=UserRole.ADMIN).id)
    with ThreadPoolExecutor(2) as pool:
        with write_tx() as tx:
            tx.execute(User.hold(user.id))
            changing = pool.submit(change, user)
            until(lambda: waiting_for_locks() == 1)
            resetting = pool.submit(reset_password, token, "another one 78")
            until(lambda: waiting_for_locks() == 2)
        changing.result()
        with pytest.raises(ResetClosed):
            resetting.result()


@contextmanager
def hashing_put_off() -> Iterator[None]:
    """Until the end, whoever hashes a password waits for a slot."""
    with ExitStack() as slots:
        for _ in range(gate.most - WAITING):
            slots.enter_context(gate.enter())
        yield


def sign_in(user: User) -> None:
    begun(user, authenticate(EMAIL, PASSWORD, ADDRESS).password_hash)


def guess(_: User) -> None:
    authenticate(EMAIL, "another one 77", ADDRESS)


def misspell(user: User) -> None:
    confirm_password(user.id, "another one 77", ADDRESS)


@pytest.mark.parametrize(
    ("act", "fact"),
    [
        (change, AccountGone),
        (sign_in, SignInRefused),
        (guess, SignInRefused),
        (misspell, PasswordWrong),
    ],
)
def test_an_account_may_be_deleted_while_a_password_is_hashed(
    act: Callable[[User], None], fact: type[Fact]
) -> None:
    user = make_account()
    with ThreadPoolExecutor(1) as pool:
        with hashing_put_off():
            before = gate.passed
            acting = pool.submit(act, user)
            until(lambda: gate.passed > before)
            delete_person(user.id)
        with pytest.raises(fact):
            acting.result()
