"""Links that let one person in, or set one password, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from tests.factories import make_user
from webapp.database import read_tx, write_tx
from webapp.models import AuditEntry, Invitation, PasswordReset, User, UserRole
from webapp.services.accounts import authenticate, set_active, set_password
from webapp.services.facts import (
    EmailRefused,
    EmailTaken,
    Fact,
    InvitationClosed,
    PasswordRefused,
    ResetClosed,
    SignInRefused,
)
from webapp.services.invitations import (
    accept_invitation,
    find_invitation,
    invite,
    list_invitations,
    withdraw_invitation,
)
from webapp.services.password_resets import (
    find_password_reset,
    make_password_reset,
    reset_password,
)
from webapp.services.people import delete_person, set_role
from webapp.services.sign_ins import begin_sign_in, find_signed_in

pytestmark = pytest.mark.usefixtures("app")
PASSWORD = "a quiet harbour at dawn"


def set_role_user(user_id: UUID) -> None:
    set_role(user_id, UserRole.USER)


def disable(user_id: UUID) -> None:
    set_active(user_id, is_active=False)


@pytest.fixture
def admin() -> User:
    return make_user(role=UserRole.ADMIN)


def invited(admin: User, **given: Any) -> str:
    values = {"email": "ada@example.org", "role": UserRole.USER, "days": 7}
    return invite(invited_by_id=admin.id, **(values | given))


def let_pass(model: Any) -> None:
    with write_tx() as tx:
        tx.execute(update(model).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))


def outcomes(act: Callable[[int], Any], count: int) -> list[str]:
    def tried(number: int) -> str:
        try:
            act(number)
        except Fact as fact:
            return type(fact).__name__
        return "done"

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(tried, range(count)))


def test_who_accepts_has_the_offered_role_and_can_sign_in(admin: User) -> None:
    token = invited(admin, role=UserRole.ADMIN)
    user_id = accept_invitation(token, "Ada", PASSWORD, address="192.0.2.1")
    with read_tx() as tx:
        assert tx.get_one(User, user_id).role is UserRole.ADMIN
        actions = set(tx.scalars(select(AuditEntry.action)))
    assert {"invitation.made", "invitation.accepted", "account.created"} <= actions
    assert authenticate("ada@example.org", PASSWORD, "127.0.0.1").user_id == user_id


def test_an_invitation_is_used_once_also_when_ten_try_at_once(admin: User) -> None:
    token = invited(admin)
    done = outcomes(lambda n: accept_invitation(token, f"Ada {n}", PASSWORD), 10)
    assert done.count("done") == 1
    assert done.count("InvitationClosed") == 9


def test_an_invitation_makes_the_account_of_its_email(admin: User) -> None:
    token = invited(admin, email=" Ada@Example.org ")
    user_id = accept_invitation(token, "Ada", PASSWORD)
    with read_tx() as tx:
        assert tx.get_one(User, user_id).email == "ada@example.org"


def test_an_account_that_came_first_is_not_touched(admin: User) -> None:
    token = invited(admin)
    make_user(email="ada@example.org")
    with pytest.raises(EmailTaken):
        accept_invitation(token, "Ada", PASSWORD)


def test_a_refused_password_leaves_the_invitation_open(admin: User) -> None:
    token = invited(admin)
    with pytest.raises(PasswordRefused):
        accept_invitation(token, "Ada", "12345678")
    assert find_invitation(token).accepted_at is None


@pytest.mark.parametrize("token", ["", "made-up", "\ud800", "a" * 5000])
def test_a_made_up_token_opens_nothing(token: str) -> None:
    with pytest.raises(InvitationClosed):
        find_invitation(token)
    with pytest.raises(ResetClosed):
        find_password_reset(token)


def test_past_and_withdrawn_invitations_are_closed_and_not_listed(admin: User) -> None:
    past = invited(admin)
    let_pass(Invitation)
    withdrawn, kept = invited(admin), invited(admin)
    withdraw_invitation(find_invitation(withdrawn).id, actor_id=admin.id)
    for token in (past, withdrawn):
        with pytest.raises(InvitationClosed):
            accept_invitation(token, "Ada", PASSWORD)
    assert [row.id for row in list_invitations()] == [find_invitation(kept).id]


def test_an_invitation_that_was_used_cannot_be_withdrawn(admin: User) -> None:
    token = invited(admin)
    key = find_invitation(token).id
    user_id = accept_invitation(token, "Ada", PASSWORD)
    withdraw_invitation(key, actor_id=admin.id)
    with read_tx() as tx:
        assert tx.get_one(Invitation, key).accepted_by_id == user_id
        assert "invitation.withdrawn" not in set(tx.scalars(select(AuditEntry.action)))


def test_an_email_that_has_an_account_is_not_invited(admin: User) -> None:
    with pytest.raises(EmailTaken):
        invited(admin, email=admin.email)
    with pytest.raises(EmailRefused):
        invited(admin, email="no email")


def test_the_token_is_not_in_the_database(admin: User) -> None:
    tokens = {invited(admin), make_password_reset(admin.id, actor_id=admin.id)}
    with read_tx() as tx:
        stored = {*tx.scalars(select(Invitation.token_hash))}
        stored |= {*tx.scalars(select(PasswordReset.token_hash))}
        details = str(list(tx.scalars(select(AuditEntry.detail))))
    assert not tokens & stored
    assert not any(token in details for token in tokens)


def test_a_reset_sets_the_password_once_and_signs_out_everywhere(admin: User) -> None:
    ada = make_user(email="ada@example.org")
    cookie = begin_sign_in(ada.id, "::1", "tests", idle=100, lifetime=100)
    token = make_password_reset(ada.id, actor_id=admin.id)
    assert find_password_reset(token).id == ada.id
    reset_password(token, PASSWORD)
    assert find_signed_in(cookie, idle=100) is None
    assert authenticate("ada@example.org", PASSWORD, "127.0.0.1").user_id == ada.id
    with pytest.raises(ResetClosed):
        reset_password(token, "another quiet harbour")
    with pytest.raises(SignInRefused):
        authenticate("ada@example.org", "another quiet harbour", "127.0.0.1")


def test_a_new_reset_ends_the_one_before_and_time_ends_any(admin: User) -> None:
    first = make_password_reset(admin.id, actor_id=admin.id)
    second = make_password_reset(admin.id, actor_id=admin.id)
    with pytest.raises(ResetClosed):
        find_password_reset(first)
    let_pass(PasswordReset)
    with pytest.raises(ResetClosed):
        reset_password(second, PASSWORD)


def test_a_reset_is_used_once_also_when_five_try_at_once(admin: User) -> None:
    token = make_password_reset(admin.id, actor_id=admin.id)
    done = outcomes(lambda n: reset_password(token, f"{PASSWORD} {n}"), 5)
    assert sorted(done) == ["ResetClosed"] * 4 + ["done"]


@pytest.mark.parametrize("end", [set_role_user, disable, delete_person])
def test_no_link_outlives_the_admin_who_made_it(admin: User, end: Callable[[UUID], None]) -> None:
    ada, other = make_user(), make_user(role=UserRole.ADMIN)
    invitation = invited(admin, role=UserRole.ADMIN)
    reset, kept = (make_password_reset(one.id, actor_id=admin.id) for one in (other, ada))
    end(admin.id)
    assert list_invitations() == []
    with pytest.raises(InvitationClosed):
        accept_invitation(invitation, "Ada", PASSWORD)
    for token in (reset, kept):
        with pytest.raises(ResetClosed):
            reset_password(token, PASSWORD)
    again = make_password_reset(ada.id, actor_id=other.id)
    assert reset_password(again, PASSWORD) == ada.id


def test_a_password_that_is_changed_ends_the_link_for_another(admin: User) -> None:
    ada = make_user()
    token = make_password_reset(ada.id, actor_id=admin.id)
    set_password(ada.id, PASSWORD)
    with pytest.raises(ResetClosed):
        reset_password(token, "another quiet harbour")
