"""The settings' first page: the name, the time zone, the look; and that the zone is used."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from tests.factories import make_session, make_user
from tests.support.accounts import EMAIL, PASSWORD, csrf_token, make_account, sign_out
from tests.support.client import PageClient
from webapp.database import read_tx
from webapp.models import AuditEntry, User, UserRole
from webapp.services.invitations import invite
from webapp.services.setup import setup_token


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user(display_name="Ada", email="ada@example.org")
    client.sign_in(user)
    return user


def stored(user_id: UUID) -> User:
    with read_tx() as tx:
        return tx.get_one(User, user_id)


def test_a_name_and_a_zone_are_kept_and_shown(client: PageClient, ada: User) -> None:
    values = {"display_name": "  Ada Moreno ", "time_zone": "Asia/Tokyo"}
    answer = client.post_form(client.get("/settings"), values)
    assert (answer.status_code, answer.location) == (303, "/settings")
    page = client.get("/settings").page
    assert "Saved." in page.text
    assert (stored(ada.id).display_name, stored(ada.id).time_zone) == ("Ada Moreno", "Asia/Tokyo")
    chosen = [option for option in page.every("option") if "selected" in option.attributes]
    assert [option.text for option in chosen] == ["Tokyo"]
    assert "Saved." not in client.get("/settings").page.text
    with read_tx() as tx:
        (entry,) = tx.query(AuditEntry).where(AuditEntry.action == "profile.changed")
    assert (entry.actor_id, entry.subject_id, entry.detail) == (ada.id, ada.id, {})


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"display_name": " "}, ("display_name", "Write your name.")),
        ({"display_name": "x" * 101}, ("display_name", "Use at most 100 characters.")),
        ({"time_zone": "Mars/Olympus"}, ("time_zone", "Choose a time zone of the list.")),
        ({"time_zone": "../../etc/passwd"}, ("time_zone", "Choose a time zone of the list.")),
        ({"time_zone": ""}, ("time_zone", "Choose a time zone of the list.")),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_kept(
    client: PageClient, ada: User, values: dict[str, str], wrong: tuple[str, str]
) -> None:
    answer = client.post_form(client.get("/settings"), values, "/settings")
    assert answer.status_code == 422
    assert answer.page.wrongs == dict([wrong])
    assert (stored(ada.id).display_name, stored(ada.id).time_zone) == ("Ada", "UTC")


def test_what_is_not_asked_for_is_not_taken(client: PageClient, ada: User) -> None:
    data = {"display_name": "Ada", "time_zone": "UTC", "role": "admin", "email": "x@example.org"}
    client.post("/settings", data=data | {"csrf_token": csrf_token(client)})
    assert (stored(ada.id).is_admin, stored(ada.id).email) == (False, "ada@example.org")


def test_an_old_name_of_a_zone_stays_until_another_is_chosen(client: PageClient) -> None:
    user = make_user(time_zone="US/Eastern")
    client.sign_in(user)
    client.post_form(client.get("/settings"), {"display_name": "Grace"})
    assert (stored(user.id).display_name, stored(user.id).time_zone) == ("Grace", "US/Eastern")


@time_machine.travel(datetime(2026, 3, 1, 22, 30, tzinfo=UTC), tick=True)
def test_days_and_hours_are_the_persons_own(client: PageClient) -> None:
    user = make_user(time_zone="Asia/Tokyo")
    make_session(user.id, session_name="Old", last_activity_at=datetime(2026, 3, 1, 14, tzinfo=UTC))
    client.sign_in(user)
    page = client.get("/settings").page
    (now,) = [time.text for time in page.every("time")]
    assert now.startswith("07:3")
    # It is the second of March in Tokyo, and was the first when the chat was used.
    groups = {heading.text for heading in page.by_id("chats").every("h2")}
    assert "Yesterday" in groups
    assert "Today" not in groups


def test_the_theme_is_chosen_without_a_script(client: PageClient, ada: User) -> None:
    answer = client.press(client.get("/settings"), "Dark")
    assert (answer.status_code, answer.location) == (303, "/settings")
    assert client.get("/settings").page.every("html")[0].get("data-theme") == "dark"


def zone_after(client: PageClient, path: str, values: dict[str, str]) -> str:
    """Where somebody lives after the form at `path` was sent."""
    assert client.post_form(client.get(path), values).status_code == 303
    with read_tx() as tx:
        return tx.scalars(select(User.time_zone).order_by(User.id.desc()).limit(1)).one()


def test_whoever_comes_in_lives_where_their_browser_says(client: PageClient) -> None:
    told = {"display_name": "Ada", "email": EMAIL, "password": PASSWORD, "time_zone": "Asia/Tokyo"}
    link = f"/setup?token={setup_token(str(client.application.secret_key))}"
    assert zone_after(client, link, told) == "Asia/Tokyo"
    with read_tx() as tx:
        admin = tx.scalars(select(User)).one()
    for zone, lives_in in {"Africa/Cairo": "Africa/Cairo", "Mars": "UTC"}.items():
        sign_out(client)
        offer: Any = {"email": f"{lives_in[:3]}@example.org", "role": UserRole.USER, "days": 7}
        path = f"/invitation/{invite(invited_by_id=admin.id, **offer)}"
        assert zone_after(client, path, told | {"time_zone": zone}) == lives_in


def test_a_zone_is_taken_at_a_sign_in_until_one_is_known(client: PageClient) -> None:
    ada = make_account()

    def lives_in_after(zone: str) -> str:
        values = {"email": EMAIL, "password": PASSWORD, "time_zone": zone}
        return zone_after(client, "/sign-in", values)

    assert lives_in_after("") == "UTC"
    sign_out(client)
    assert lives_in_after("<b>") == "UTC"
    sign_out(client)
    assert lives_in_after("Asia/Tokyo") == "Asia/Tokyo"
    client.post_form(client.get("/settings"), {"display_name": "Ada", "time_zone": "UTC"})
    sign_out(client)
    assert lives_in_after("Asia/Tokyo") == "UTC", "it was chosen"
    assert stored(ada.id).is_zone_known
