"""Accounts as admins see and change them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import make_user
from tests.services.chats import make_chat
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, AuditEntry, SessionMessage, UsageDay, User, UserRole
from webapp.services.accounts import set_active
from webapp.services.facts import AccountGone, LastAdmin
from webapp.services.people import (
    delete_person,
    end_all_sign_ins,
    find_person,
    list_people,
    set_role,
)
from webapp.services.session_deletion import CHATS_AT_ONCE, delete_session
from webapp.services.sign_ins import begin_sign_in, find_signed_in
from webapp.services.usage import count_message, today

pytestmark = pytest.mark.usefixtures("app")


def make_admin() -> User:
    return make_user(role=UserRole.ADMIN)


def active_admins() -> list[UUID]:
    with read_tx() as tx:
        return [user.id for user in tx.scalars(User.admins().where(User.is_active))]


def test_a_person_is_listed_with_what_they_have_and_used() -> None:
    ada = make_user(display_name="Ada Moreno", email="ada@example.org")
    make_chat(ada.id, "hello")
    make_chat(ada.id, "again")
    delete_session(make_chat(ada.id, "not any more").id)
    token = begin_sign_in(ada.id, "127.0.0.1", "tests", idle=100, lifetime=100)
    with write_tx() as tx:
        count_message(tx, ada.id, "Assistant")
        tx.add(UsageDay(user_id=ada.id, day=today(), model="m", input_tokens=30, output_tokens=12))
    person = find_person(ada.id)
    assert (person.chats, person.messages, person.tokens) == (2, 1, 42)
    assert person.last_seen_at is not None
    assert find_signed_in(token, idle=100) is not None


def test_people_are_found_by_a_part_of_the_name_or_email_in_any_case() -> None:
    ada = make_user(display_name="Ada Moreno", email="ada@example.org")
    other = make_user(display_name="100 % Kofi_", email="kofi@example.org")
    assert [person.id for person in list_people("MORENO")[0]] == [ada.id]
    assert [person.id for person in list_people("Ada@Exa")[0]] == [ada.id]
    assert [person.id for person in list_people("% kofi_")[0]] == [other.id]
    assert list_people("100_")[0] == []


def test_people_are_found_by_a_name_in_any_script_as_it_is_written() -> None:
    for name in ("Änne Öz", "Дарья Ковальчук", "Ólafur", "José Ångström"):
        person = make_user(display_name=name)
        for typed in (name, name.lower(), name.split()[-1], name.upper()):
            assert [found.id for found in list_people(typed)[0]] == [person.id], typed


def test_people_come_newest_first_in_pages_without_a_gap() -> None:
    everybody = [make_user().id for _ in range(5)]
    seen, before = [], None
    while True:
        people, before = list_people(before=before, limit=2)
        seen += [person.id for person in people]
        if before is None:
            break
    assert seen == everybody[::-1]


def test_the_last_active_admin_stays_one() -> None:
    admin, disabled = make_admin(), make_user(role=UserRole.ADMIN, is_active=False)
    with pytest.raises(LastAdmin):
        set_role(admin.id, UserRole.USER)
    with pytest.raises(LastAdmin):
        set_active(admin.id, is_active=False)
    with pytest.raises(LastAdmin):
        delete_person(admin.id)
    assert active_admins() == [admin.id]
    set_role(disabled.id, UserRole.USER)


def test_of_32_admins_demoted_at_once_one_is_left() -> None:
    admins = [make_admin() for _ in range(32)]

    def demote(admin: User) -> bool:
        try:
            set_role(admin.id, UserRole.USER)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(32) as pool:
        done = list(pool.map(demote, admins))
    assert done.count(True) == 31
    assert len(active_admins()) == 1


def test_admins_demoted_disabled_and_deleted_at_once_leave_one() -> None:
    admins = [make_admin() for _ in range(12)]

    def remove(number: int) -> None:
        key = admins[number].id
        ways = (
            lambda: set_role(key, UserRole.USER),
            lambda: set_active(key, is_active=False),
            lambda: delete_person(key),
        )
        with suppress(LastAdmin):
            ways[number % 3]()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(remove, range(12)))
    assert len(active_admins()) == 1


def test_ending_the_sign_ins_signs_every_browser_out() -> None:
    ada, admin = make_user(), make_admin()
    tokens = [begin_sign_in(ada.id, "::1", "tests", idle=100, lifetime=100) for _ in range(2)]
    end_all_sign_ins(ada.id, actor_id=admin.id, address="127.0.0.1")
    assert [find_signed_in(token, idle=100) for token in tokens] == [None, None]


def test_deleting_a_person_deletes_their_chats_and_keeps_what_was_counted() -> None:
    make_admin()
    ada, kofi = make_user(), make_user()
    for _ in range(CHATS_AT_ONCE + 2):
        make_chat(ada.id, "mine")
    kept = make_chat(kofi.id, "his")
    with write_tx() as tx:
        count_message(tx, ada.id, "Assistant")
    delete_person(ada.id)
    with read_tx() as tx:
        assert tx.get(User, ada.id) is None
        assert list(tx.scalars(select(AgentSession.id))) == [kept.id]
        assert tx.scalar(select(func.count()).select_from(SessionMessage)) == 1
        assert list(tx.execute(select(UsageDay.user_id, UsageDay.messages))) == [(None, 1)]


def test_a_deletion_is_answerable_and_names_nobody(app: Flask) -> None:
    admin, ada = make_admin(), make_user(email="ada@example.org")
    delete_person(ada.id, actor_id=admin.id, address="192.0.2.1")
    with read_tx() as tx:
        query = select(AuditEntry).where(AuditEntry.action == "account.deleted")
        entry = tx.scalars(query).one()
    assert (entry.actor_id, entry.subject_id) == (admin.id, None)
    assert entry.detail == {"account": ada.id.hex}


def test_a_role_that_changes_is_audited_and_one_that_stays_is_not() -> None:
    admin, ada = make_admin(), make_user()
    set_role(ada.id, UserRole.ADMIN, actor_id=admin.id, address="192.0.2.1")
    set_role(ada.id, UserRole.ADMIN, actor_id=admin.id)
    with read_tx() as tx:
        query = select(AuditEntry).where(AuditEntry.action == "role.changed")
        (entry,) = tx.scalars(query)
    assert (entry.actor_id, entry.subject_id) == (admin.id, ada.id)
    assert (entry.detail, entry.address) == ({"role": "admin"}, "192.0.2.1")


def test_nobody_is_nobody_for_every_change() -> None:
    nobody = uuid4()
    for change in (find_person, end_all_sign_ins, delete_person):
        with pytest.raises(AccountGone):
            change(nobody)
    with pytest.raises(AccountGone):
        set_role(nobody, UserRole.ADMIN)
