"""Sign-ins that are under way while the account changes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from tests.factories import make_user
from tests.support.accounts import EMAIL, PASSWORD, make_account
from webapp.models import User, UserRole
from webapp.services.accounts import authenticate, set_active, set_password
from webapp.services.facts import SignInRefused
from webapp.services.password_resets import make_password_reset, reset_password
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
