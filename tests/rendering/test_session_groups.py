from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from webapp.rendering.session_groups import group_by_date
from webapp.services.session_lists import SessionSummary

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def summary(last_activity_at: datetime) -> SessionSummary:
    times = {"created_at": last_activity_at, "updated_at": last_activity_at}
    return SessionSummary(
        id=uuid4(),
        session_id="1",
        session_name="A chat",
        agent_name=None,
        is_active=True,
        last_activity_at=last_activity_at,
        **times,
    )


@pytest.mark.parametrize(
    ("days", "title"),
    [
        (-1, "Today"),
        (0, "Today"),
        (1, "Yesterday"),
        (2, "Previous 7 days"),
        (7, "Previous 7 days"),
        (8, "Previous 30 days"),
        (30, "Previous 30 days"),
        (31, "February"),
        (80, "December 2025"),
        (3000, "December 2017"),
    ],
)
def test_a_chat_stands_under_how_long_ago_it_was_used(days: int, title: str) -> None:
    [group] = group_by_date([summary(NOW - timedelta(days=days))], "UTC", NOW)
    assert group.title == title


@pytest.mark.parametrize(
    ("zone", "title"),
    [("UTC", "Yesterday"), ("America/Los_Angeles", "Today"), ("Pacific/Auckland", "Yesterday")],
)
def test_a_day_is_the_persons_own(zone: str, title: str) -> None:
    now = datetime(2026, 3, 15, 1, tzinfo=UTC)
    used = datetime(2026, 3, 14, 10, 30, tzinfo=UTC)
    [group] = group_by_date([summary(used)], zone, now)
    assert group.title == title


def test_groups_keep_the_order_of_the_list() -> None:
    sessions = [summary(NOW - timedelta(days=days)) for days in (0, 0, 1, 5, 200)]
    groups = group_by_date(sessions, "Europe/Lisbon", NOW)
    assert [(group.title, len(group.sessions)) for group in groups] == [
        ("Today", 2),
        ("Yesterday", 1),
        ("Previous 7 days", 1),
        ("August 2025", 1),
    ]
    assert [s for group in groups for s in group.sessions] == sessions


@pytest.mark.parametrize("zone", ["", "Nowhere/At_all", "../../etc/passwd", "x" * 300])
def test_an_unknown_time_zone_is_utc(zone: str) -> None:
    assert group_by_date([summary(NOW)], zone, NOW)[0].title == "Today"
