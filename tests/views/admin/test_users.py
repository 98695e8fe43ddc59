"""People, as admins see and change them; and the links that they hand out."""

from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.factories import make_user
from tests.services.chats import make_chat
from tests.support.accounts import PASSWORD, is_signed_in, sign_in_with
from tests.support.apps import app_like
from tests.support.client import PageClient
from webapp.config import UsageCaps
from webapp.database import read_tx
from webapp.models import User, UserRole
from webapp.services.caps import find_caps
from webapp.services.invitations import list_invitations


def link_on(answer: object) -> str:
    """The one link that the page shows to be copied, as a path of this site."""
    (code,) = [code.text for code in answer.page.every("code") if "://" in code.text]  # type: ignore[attr-defined]
    return urlsplit(code).path


def reload(user: User) -> User | None:
    with read_tx() as tx:
        return tx.get(User, user.id)


def test_an_invited_person_makes_an_account_and_is_in(desk: PageClient) -> None:
    page = desk.get("/admin/users")
    made = desk.post_form(page, {"email": "kofi@example.org", "role": "user", "days": "1"})
    path = link_on(made)
    kofi = PageClient(desk.application)
    done = kofi.post_form(kofi.get(path), {"display_name": "Kofi", "password": PASSWORD})
    assert (done.status_code, is_signed_in(kofi)) == (303, True)
    again = PageClient(desk.application).get(path)
    assert (again.status_code, again.page.heading) == (404, "This invitation has ended")


def test_an_invitation_is_listed_until_it_is_withdrawn(desk: PageClient) -> None:
    page = desk.get("/admin/users")
    made = desk.post_form(page, {"email": "kofi@example.org", "role": "user", "days": "1"})
    listed = desk.get("/admin/users")
    assert "kofi@example.org" in listed.page.text
    assert link_on(made) not in listed.text
    desk.press(listed, "Withdraw the invitation of kofi@example.org")
    assert list_invitations() == []
    assert desk.get(link_on(made)).status_code == 404


@pytest.mark.parametrize("email", ["", "no email", "ada@example.org"])
def test_an_email_that_cannot_be_invited_is_told(desk: PageClient, ada: User, email: str) -> None:
    page = desk.get("/admin/users")
    answer = desk.post_form(page, {"email": email, "role": "user", "days": "1"})
    assert answer.status_code == 422
    assert answer.page.wrongs["email"]


def test_an_invited_person_cannot_take_another_email_or_role(desk: PageClient) -> None:
    page = desk.get("/admin/users")
    path = link_on(desk.post_form(page, {"email": "kofi@example.org", "role": "user", "days": "1"}))
    mallory = PageClient(desk.application)
    form = mallory.get(path)
    values = {"display_name": "M", "password": PASSWORD, "email": "jonas2@example.org"}
    token = form.page.every("input")[0].get("value")
    mallory.post(path, data=values | {"role": "admin", "csrf_token": token})
    with read_tx() as tx:
        user = tx.scalar(User.with_email("kofi@example.org"))
        assert tx.scalar(User.with_email("jonas2@example.org")) is None
    assert user is not None
    assert user.role is UserRole.USER


def test_where_registration_is_closed_no_invitation_works(app: Flask, admin: User) -> None:
    with app_like(app, registration="invitation") as open_app:
        desk = PageClient(open_app)
        desk.sign_in(admin)
        page = desk.get("/admin/users")
        values = {"email": "kofi@example.org", "role": "user", "days": "1"}
        path = link_on(desk.post_form(page, values))
        assert PageClient(open_app).get("/register").status_code == 404
        assert PageClient(open_app).get(path).status_code == 200
    with app_like(app, registration="closed") as closed_app:
        assert PageClient(closed_app).get(path).status_code == 404
        desk = PageClient(closed_app)
        desk.sign_in(admin)
        assert "PARLEY_REGISTRATION" in desk.get("/admin/users").page.text


def test_a_password_link_sets_one_password_and_signs_out(desk: PageClient, ada: User) -> None:
    hers = PageClient(desk.application)
    hers.sign_in(ada)
    path = link_on(desk.press(desk.get(f"/admin/users/{ada.id}"), "Make a password link"))
    anywhere = PageClient(desk.application)
    short = anywhere.post_form(anywhere.get(path), {"password": "short"})
    assert (short.status_code, "password" in short.page.wrongs) == (422, True)
    assert anywhere.post_form(short, {"password": PASSWORD}).location == "/sign-in"
    assert not is_signed_in(hers)
    assert sign_in_with(anywhere, "ada@example.org", PASSWORD).status_code == 303
    assert anywhere.get(path).status_code == 404


def test_a_person_is_made_admin_and_user_again(desk: PageClient, ada: User) -> None:
    page = desk.get(f"/admin/users/{ada.id}")
    desk.press(page, "Make an admin")
    made = reload(ada)
    desk.press(desk.get(f"/admin/users/{ada.id}"), "Make a user")
    assert made is not None
    assert made.role is UserRole.ADMIN
    assert reload(ada).role is UserRole.USER  # type: ignore[union-attr]


def test_the_last_admin_stays_and_is_told_why(desk: PageClient, admin: User) -> None:
    for label in ("Make a user", "Disable"):
        answer = desk.press(desk.get(f"/admin/users/{admin.id}"), label)
        assert (answer.status_code, answer.page.heading) == (409, "This is the last admin")
    page = desk.get(f"/admin/users/{admin.id}")
    values = {"email": "jonas@example.org"}
    assert desk.post_form(page, values, action="/delete").status_code == 409
    kept = reload(admin)
    assert kept is not None
    assert (kept.role, kept.is_active) == (UserRole.ADMIN, True)


def test_a_disabled_person_is_out_at_the_next_request(desk: PageClient, ada: User) -> None:
    hers = PageClient(desk.application)
    hers.sign_in(ada)
    desk.press(desk.get(f"/admin/users/{ada.id}"), "Disable")
    assert hers.get("/sessions").location.startswith("/sign-in")
    desk.press(desk.get(f"/admin/users/{ada.id}"), "Enable")
    assert reload(ada).is_active  # type: ignore[union-attr]


def test_a_person_is_deleted_only_when_their_email_is_typed(desk: PageClient, ada: User) -> None:
    make_chat(ada.id, "mine")
    page = desk.get(f"/admin/users/{ada.id}")
    wrong = desk.post_form(page, {"email": "ada"}, action="/delete")
    assert (wrong.status_code, reload(ada) is not None) == (422, True)
    assert desk.post_form(page, {"email": " Ada@Example.org "}, action="/delete").status_code == 303
    assert reload(ada) is None


def test_limits_are_set_and_shown(app: Flask, admin: User, ada: User) -> None:
    with app_like(app, usage_caps=UsageCaps(messages_per_day=50)) as other:
        desk = PageClient(other)
        desk.sign_in(admin)
        page = desk.get(f"/admin/users/{ada.id}")
        assert "Messages a day" in page.page.text
        desk.post_form(page, {"messages_per_day": "7", "tokens_per_month": "0"})
        wrong = desk.post_form(page, {"messages_per_day": "-1"})
        assert (wrong.status_code, list(wrong.page.wrongs)) == (422, ["messages_per_day"])
    assert find_caps(ada.id)["messages_per_day"] == 7
    assert find_caps(ada.id)["tokens_per_month"] == 0
    assert find_caps(ada.id)["tokens_per_day"] is None


def test_people_are_searched(desk: PageClient, ada: User) -> None:
    make_user(display_name="Kofi Mensah")
    page = desk.get("/admin/users?search=moreno").page
    assert "Ada Moreno" in page.text
    assert "Kofi Mensah" not in page.text
