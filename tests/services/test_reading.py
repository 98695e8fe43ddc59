"""Another person's chats are read with a reason, and the person sees it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from tests.factories import make_user
from tests.services.chats import make_chat, remove
from webapp.models import AgentSession, User, UserRole
from webapp.services import reading
from webapp.services.facts import ReasonNeeded, SessionGone
from webapp.services.reading import (
    MESSAGES_EXPORTED,
    check_chat_open,
    describe_readings,
    last_reason,
    list_readings,
    list_reason,
    open_chat,
    open_list,
    record_reading,
)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def admin() -> User:
    return make_user(role=UserRole.ADMIN, display_name="Jonas Weber")


@pytest.fixture
def ada() -> User:
    return make_user()


def seen_by(user: User) -> list[reading.Reading]:
    return describe_readings(list_readings(user.id), user.id)


def test_a_reason_opens_one_chat_to_one_reader(admin: User, ada: User) -> None:
    chat, other = make_chat(ada.id), make_chat(ada.id)
    with pytest.raises(ReasonNeeded):
        check_chat_open(admin.id, chat.id)
    open_chat(admin.id, chat.id, "A fault was reported")
    check_chat_open(admin.id, chat.id)
    for reader, session in ((admin, other), (make_user(role=UserRole.ADMIN), chat)):
        with pytest.raises(ReasonNeeded):
            check_chat_open(reader.id, session.id)


def test_a_reason_holds_for_an_hour(admin: User, ada: User) -> None:
    chat, now = make_chat(ada.id), datetime.now(UTC)
    open_chat(admin.id, chat.id, "A fault was reported")
    open_list(admin.id, "Looking for faults")
    with time_machine.travel(now + timedelta(minutes=59), tick=False):
        check_chat_open(admin.id, chat.id)
        assert list_reason(admin.id) == last_reason(admin.id) == "Looking for faults"
    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        with pytest.raises(ReasonNeeded):
            check_chat_open(admin.id, chat.id)
        assert (list_reason(admin.id), last_reason(admin.id)) == (None, "")


def test_ones_own_chat_needs_no_reason_and_no_chat_is_no_chat(admin: User) -> None:
    check_chat_open(admin.id, make_chat(admin.id).id)
    with pytest.raises(SessionGone):
        check_chat_open(admin.id, uuid4())
    with pytest.raises(SessionGone):
        open_chat(admin.id, uuid4(), "None")


def test_the_person_sees_who_read_what_and_why_newest_first(admin: User, ada: User) -> None:
    chat = make_chat(ada.id, session_name="Refund for order 10482")
    open_chat(admin.id, chat.id, "A fault was reported")
    open_list(admin.id, "Looking for faults")
    record_reading(admin.id, {ada.id: 6, admin.id: 3}, "Looking for faults")
    record_reading(admin.id, {ada.id: 9}, "Asked by the court", MESSAGES_EXPORTED)
    exported, listed, read = seen_by(ada)
    assert (exported.action, exported.count) == (MESSAGES_EXPORTED, 9)
    assert (listed.reader, listed.count, listed.reason) == (
        "Jonas Weber",
        6,
        "Looking for faults",
    )
    assert (read.session_id, read.session_name) == (chat.id, "Refund for order 10482")
    assert seen_by(admin) == []
    assert seen_by(make_user()) == []


def test_a_reading_outlives_the_chat_and_the_reader(admin: User, ada: User) -> None:
    chat = make_chat(ada.id)
    open_chat(admin.id, chat.id, "A fault was reported")
    remove(AgentSession, chat.id)
    remove(User, admin.id)
    (read,) = seen_by(ada)
    assert (read.reader, read.session_id, read.session_name) == (
        "A deleted account",
        None,
        "A deleted chat",
    )


def test_readings_come_in_pages(admin: User, ada: User) -> None:
    for count in range(1, 6):
        record_reading(admin.id, {ada.id: count}, "Looking")
    first = list_readings(ada.id, limit=2)
    rest = list_readings(ada.id, before=first[-1].id)
    assert [entry.detail["count"] for entry in [*first, *rest]] == [5, 4, 3, 2, 1]
