"""Guessing is slowed down, and nobody is locked out for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import make_user
from tests.support.accounts import EMAIL, PASSWORD, make_account, sign_in_with
from tests.support.client import PageClient
from webapp.database import read_tx, write_tx
from webapp.models import AttemptOutcome, SignInAttempt, User
from webapp.services.accounts import authenticate
from webapp.services.facts import SignInRefused, TooManyAttempts
from webapp.services.sign_in_attempts import begin_attempt, end_attempt

HERE, THERE = "203.0.113.1", "198.51.100.1"
MOST = 20


@pytest.fixture(autouse=True)
def ada(app: Flask) -> User:
    return make_account()


def _guess(times: int, email: str = EMAIL, address: str = HERE) -> list[str]:
    """What becomes of as many wrong guesses."""
    return [_one_guess(f"guess number {number}", email, address) for number in range(times)]


def _one_guess(password: str, email: str = EMAIL, address: str = HERE) -> str:
    try:
        authenticate(email, password, address)
    except (SignInRefused, TooManyAttempts) as fact:
        return type(fact).__name__
    return "in"


def _fail(times: int, email: str = EMAIL, address: str = HERE) -> None:
    """As many failures as guesses leave, without the time that hashing takes."""
    for _ in range(times):
        attempt_id = begin_attempt(email, address)
        with write_tx() as tx:
            end_attempt(tx, attempt_id, address, AttemptOutcome.FAILED)


def _passes(minutes: float) -> None:
    with write_tx() as tx:
        for row in tx.scalars(select(SignInAttempt)):
            row.created_at -= timedelta(minutes=minutes)


def _failures() -> int:
    with read_tx() as tx:
        failed = SignInAttempt.outcome == AttemptOutcome.FAILED
        return tx.scalar(select(func.count(SignInAttempt.id)).where(failed)) or 0


def test_after_twenty_wrong_guesses_a_page_says_how_long_to_wait(client: PageClient) -> None:
    _fail(MOST - 2, address="127.0.0.1")
    for number in range(2):
        assert sign_in_with(client, password=f"guess number {number}").status_code == 422
    answer = sign_in_with(client, password=PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert answer.page.wrongs == {"password": "Too many tries. Wait 15 minutes, then try again."}
    assert answer.page.by_id("email").get("value") == EMAIL


def test_an_account_that_there_is_not_answers_alike() -> None:
    nobody = "nobody@example.org"
    _fail(MOST - 2, nobody)
    assert _guess(3, nobody) == ["SignInRefused", "SignInRefused", "TooManyAttempts"]


def test_the_right_password_works_after_the_wait() -> None:
    _fail(MOST)
    with pytest.raises(TooManyAttempts) as raised:
        authenticate(EMAIL, PASSWORD, HERE)
    _passes(minutes=raised.value.retry_after / 60)
    assert _one_guess(PASSWORD) == "in"


def test_who_goes_on_guessing_does_not_lengthen_the_wait() -> None:
    _fail(MOST)
    before = _failures()
    assert set(_guess(50)) == {"TooManyAttempts"}
    assert _failures() == before
    _passes(minutes=15)
    assert _one_guess(PASSWORD) == "in"


def test_the_wait_slides_so_that_guesses_stay_as_few() -> None:
    _fail(MOST - 2)
    _passes(minutes=10)
    _fail(2)
    assert _guess(1) == ["TooManyAttempts"]
    _passes(minutes=6)
    _fail(MOST - 3)
    assert _guess(3) == ["SignInRefused", "TooManyAttempts", "TooManyAttempts"]


def test_guesses_from_many_addresses_at_one_account_are_counted_together() -> None:
    for number in range(MOST - 1):
        _fail(1, address=f"203.0.113.{number}")
    answers = [_one_guess("wrong", address=f"198.51.100.{number}") for number in range(3)]
    assert answers == ["SignInRefused", "TooManyAttempts", "TooManyAttempts"]


def test_guesses_from_one_address_at_many_accounts_are_counted_together() -> None:
    for number in range(MOST - 1):
        _fail(1, f"p{number}@example.org")
    answers = [_one_guess("wrong", f"q{number}@example.org") for number in range(3)]
    assert answers == ["SignInRefused", "TooManyAttempts", "TooManyAttempts"]
    assert _one_guess(PASSWORD, address=THERE) == "in"


def test_the_addresses_of_one_ipv6_network_are_one() -> None:
    for number in range(MOST):
        _fail(1, f"p{number}@example.org", f"2001:db8::{number}")
    assert _one_guess("wrong", "p@example.org", "2001:db8::ffff:0:0") == "TooManyAttempts"
    assert _one_guess(PASSWORD, address="2001:db8:0:1::1") == "in"
    assert _one_guess("wrong", "p@x.org", "::ffff:203.0.113.7") == "SignInRefused"


@pytest.mark.parametrize("address", ["203.0.113.7:{}", "[2001:db8::7]:{}"])
def test_the_ports_of_one_address_are_one(address: str) -> None:
    for number in range(MOST):
        _fail(1, f"p{number}@example.org", address.format(number))
    assert _one_guess("wrong", "p@example.org", address.format(50000)) == "TooManyAttempts"


def test_a_stranger_cannot_keep_a_person_out_where_they_have_been() -> None:
    assert _one_guess(PASSWORD) == "in"
    _fail(MOST, address=THERE)
    assert _guess(1, address=THERE) == ["TooManyAttempts"]
    assert _one_guess(PASSWORD) == "in"
    # Nor does a neighbour who guesses at others.
    for number in range(MOST):
        _fail(1, f"p{number}@example.org")
    assert _one_guess(PASSWORD) == "in"
    # There, too, one may not guess for ever.
    _fail(MOST)
    assert _guess(1) == ["TooManyAttempts"]


def test_a_burst_does_not_slip_through() -> None:
    together = 60
    start = Barrier(together)

    def guess(number: int) -> str:
        start.wait()
        return _one_guess(f"guess number {number}", address=f"203.0.113.{number}")

    with ThreadPoolExecutor(together) as pool:
        answers = list(pool.map(guess, range(together)))
    assert answers.count("SignInRefused") == MOST
    assert answers.count("TooManyAttempts") == together - MOST


def test_a_burst_where_the_person_has_been_does_not_slip_through_either() -> None:
    assert _one_guess(PASSWORD) == "in"
    for _ in range(MOST):
        begin_attempt(EMAIL, HERE)
    assert _guess(1) == ["TooManyAttempts"]


def test_people_of_one_office_sign_in_at_the_same_moment(ada: User) -> None:
    emails = [f"person{number}@example.org" for number in range(MOST + 10)]
    for email in emails:
        make_user(email=email, password_hash=ada.password_hash)
    start = Barrier(len(emails))

    def sign_in(email: str) -> str:
        start.wait()
        return _one_guess(PASSWORD, email)

    with ThreadPoolExecutor(len(emails)) as pool:
        assert set(pool.map(sign_in, emails)) == {"in"}


def test_a_forged_address_does_not_help(client: PageClient) -> None:
    _fail(MOST - 1, "p@example.org", "127.0.0.1")
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.98"
    assert sign_in_with(client, "some@example.org").status_code == 422
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.99"
    assert sign_in_with(client, "another@example.org").status_code == 429


def test_what_was_typed_as_an_email_is_not_kept() -> None:
    _one_guess("wrong", "my secret typed in the wrong field")
    with read_tx() as tx:
        [row] = tx.scalars(select(SignInAttempt))
    assert "secret" not in row.account
    assert row.address == HERE


def test_old_attempts_are_cleared_away() -> None:
    _fail(5)
    _passes(minutes=70 * 24 * 60)
    _fail(1)
    assert _failures() == 1
