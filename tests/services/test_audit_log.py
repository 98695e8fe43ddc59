"""The audit, read."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import make_user
from webapp.database import write_tx
from webapp.models import AuditEntry, User, UserRole
from webapp.models.columns import id_at
from webapp.services.audit import audit_refusal, record_audit
from webapp.services.audit_log import CHUNK, AuditFilters, all_entries, list_entries
from webapp.services.facts import ReadingOff
from webapp.services.people import set_role

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def ada() -> User:
    return make_user(display_name="Ada Moreno", email="ada@example.org")


def note(action: str, actor: User | None = None, subject: User | None = None) -> None:
    with write_tx() as tx:
        record_audit(
            tx, action, actor.id if actor else None, subject.id if subject else None, "192.0.2.1"
        )


def actions(**given: object) -> list[str]:
    return [row.action for row in list_entries(AuditFilters(**given))[0]]  # type: ignore[arg-type]


def test_entries_are_filtered_by_action_by_kind_and_by_people(ada: User) -> None:
    kofi = make_user(display_name="Kofi Mensah")
    note("sign_in.begun", ada, ada)
    note("sign_in.failed", None, kofi)
    note("sign_inx.failed", None, None)
    note("role.changed", kofi, ada)
    assert actions(action="sign_in") == ["sign_in.failed", "sign_in.begun"]
    assert actions(action="sign_in.failed") == ["sign_in.failed"]
    assert actions(actor="mensah") == ["role.changed"]
    assert actions(subject="ada@example.org") == ["role.changed", "sign_in.begun"]
    assert actions(actor="nobody") == []


def test_entries_are_filtered_by_day() -> None:
    now = datetime.now(UTC)
    with write_tx() as tx:
        for days in (3, 2, 1):
            key = id_at(now - timedelta(days=days))
            tx.add(AuditEntry(id=key, action=f"account.day{days}"))
    day = (now - timedelta(days=2)).date()
    assert actions(since=day, until=day) == ["account.day2"]
    assert actions(since=day) == ["account.day1", "account.day2"]
    assert actions(until=day) == ["account.day2", "account.day3"]


def test_a_row_names_who_and_whose_as_long_as_there_is_an_account(ada: User) -> None:
    note("role.changed", None, ada)
    (row,), _ = list_entries(AuditFilters())
    assert (row.actor, row.subject) == ("", "Ada Moreno <ada@example.org>")
    assert row.address == "192.0.2.1"


def test_pages_follow_one_another_without_a_gap(ada: User) -> None:
    for number in range(7):
        note(f"account.n{number}", ada)
    first, before = list_entries(AuditFilters(), limit=3)
    second, _ = list_entries(AuditFilters(), before, limit=9)
    assert [row.action for row in [*first, *second]] == [f"account.n{n}" for n in range(6, -1, -1)]
    admin = make_user(role=UserRole.ADMIN)
    every = all_entries(admin.id, AuditFilters())
    assert len(list(every)) == 7


def test_what_is_read_of_it_breaks_off_when_the_admin_is_one_no_more(ada: User) -> None:
    admins = [make_user(role=UserRole.ADMIN) for _ in range(2)]
    for number in range(CHUNK + 1):
        note(f"account.n{number}", ada)
    entries = all_entries(admins[0].id, AuditFilters())
    assert next(entries).action == f"account.n{CHUNK}"
    set_role(admins[0].id, UserRole.USER)
    with pytest.raises(ReadingOff):
        list(entries)


def test_whoever_asks_for_much_does_not_fill_the_log(ada: User) -> None:
    audit_refusal(ada.id, "192.0.2.1", "GET", "/admin/" + "x" * 5000)
    [row], _ = list_entries(AuditFilters())
    assert len(row.detail["path"]) == 200
