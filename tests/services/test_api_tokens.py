"""Tokens for programs: told once, kept as a hash, worth nothing once revoked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import make_user
from webapp.database import read_tx, write_tx
from webapp.models import ApiToken, AuditEntry, User
from webapp.services.api_tokens import MOST, create_token, find_bearer, list_tokens, revoke_token
from webapp.services.facts import NameRefused, TokenGone, TooManyTokens


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def test_a_token_opens_its_owners_door_and_is_kept_nowhere(ada: User) -> None:
    key, token = create_token(ada.id, "  My   script ")
    make_user()
    assert find_bearer(token).id == ada.id
    [row] = list_tokens(ada.id)
    assert (row.id, row.name) == (key, "My script")
    assert token not in repr(vars(row))
    assert token.removeprefix("parley_") not in repr(vars(row))


@pytest.mark.parametrize(
    "token", ["", "x", "parley_", "parley_" + "a" * 43, "é" * 40, "a" * 10_000, "\0"]
)
def test_any_other_token_opens_nothing(ada: User, token: str) -> None:
    create_token(ada.id, "Script")
    assert find_bearer(token) is None


def test_a_revoked_token_opens_nothing_and_is_listed_no_more(ada: User) -> None:
    key, token = create_token(ada.id, "Script")
    revoke_token(ada.id, key)
    assert find_bearer(token) is None
    assert list_tokens(ada.id) == []
    with pytest.raises(TokenGone):
        revoke_token(ada.id, key)


def test_nobody_revokes_anothers_token(ada: User) -> None:
    key, token = create_token(ada.id, "Script")
    with pytest.raises(TokenGone):
        revoke_token(make_user().id, key)
    assert find_bearer(token)


def test_a_disabled_account_has_no_door(ada: User) -> None:
    _, token = create_token(ada.id, "Script")
    with write_tx() as tx:
        tx.execute(update(User).values(is_active=False))
    assert find_bearer(token) is None


def test_when_a_token_was_last_used_is_known_to_the_minute(ada: User) -> None:
    _, token = create_token(ada.id, "Script")
    assert list_tokens(ada.id)[0].last_used_at is None
    find_bearer(token)
    first = list_tokens(ada.id)[0].last_used_at
    find_bearer(token)
    assert list_tokens(ada.id)[0].last_used_at == first
    with write_tx() as tx:
        tx.execute(update(ApiToken).values(last_used_at=datetime.now(UTC) - timedelta(hours=1)))
    find_bearer(token)
    assert list_tokens(ada.id)[0].last_used_at >= first


def test_a_person_has_so_many_and_no_more_however_many_ask_at_once(ada: User) -> None:
    for n in range(MOST - 2):
        create_token(ada.id, f"Script {n}")

    def one_more(_: int) -> bool:
        try:
            create_token(ada.id, "One more")
        except TooManyTokens:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one_more, range(6))) == 2
    assert len(list_tokens(ada.id)) == MOST


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_token_needs_a_name(ada: User, name: str) -> None:
    with pytest.raises(NameRefused):
        create_token(ada.id, name)


def test_making_and_revoking_are_audited_without_the_token(ada: User) -> None:
    key, _ = create_token(ada.id, "Script", "127.0.0.1")
    revoke_token(ada.id, key, "127.0.0.1")
    with read_tx() as tx:
        entries = tx.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.detail) for entry in entries] == [
        ("api_token.created", {"name": "Script"}),
        ("api_token.revoked", {"name": "Script"}),
    ]
