"""The overview adds up: by day, agent, model and person it is what was counted."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import make_run, make_user
from tests.services.chats import make_chat, remove
from webapp.config import Prices
from webapp.database import write_tx
from webapp.models import RunStatus, User
from webapp.models.columns import id_at
from webapp.services.overview import load_overview
from webapp.services.shares import Share
from webapp.services.usage import count_message, count_used

pytestmark = pytest.mark.usefixtures("app")
NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)
PRICES = Prices.model_validate(
    {
        "models": {
            "small": {"input": 1, "output": 4},
            "large": {"input": 10, "cached": 1, "output": 40},
            "large-2030-01-31": {"input": 20, "output": 80},
        }
    }
)


def use(user: User, agent: str, model: str, *tokens: int, messages: int = 1) -> None:
    """The tokens are those read, of these cached, and written."""
    read, cached, written = tokens
    used = {"requests": 1, "input_tokens": read, "cached_tokens": cached, "output_tokens": written}
    with write_tx() as tx:
        for _ in range(messages):
            count_message(tx, user.id, agent)
        count_used(tx, user.id, agent, model, used | {"reasoning_tokens": written})


def told(shares: list[Share]) -> dict[str, tuple[int, int, float | None]]:
    """By name: the messages, the tokens, what they cost in millionths."""
    return {
        share.name: (
            share.messages,
            share.tokens,
            None if share.cost is None else round(share.cost * 1_000_000, 6),
        )
        for share in shares
    }


def test_all_sums_are_those_of_what_was_counted() -> None:
    ada, ben, gone = (make_user(display_name=name) for name in ("Ada", "Ben", "Cleo"))
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        use(ada, "Assistant", "small", 1000, 400, 10)  # 1000 + 40: cached as much as others.
    with time_machine.travel(NOON - timedelta(days=30), tick=False):
        use(ada, "Assistant", "small", 9, 0, 9)  # The day before the first.
    with time_machine.travel(NOON, tick=False):
        use(ada, "Support", "large", 1000, 400, 10, messages=2)  # 6000 + 400 + 400
        use(ben, "Support", "large-2030-02-28", 100, 0, 1)  # 1000 + 40, as the undated one.
        use(ben, "Assistant", "large-2030-01-31", 100, 50, 1)  # 2000 + 80, its own.
        use(gone, "Assistant", "unpriced", 5000, 0, 5)
        remove(User, gone.id)
        overview = load_overview(PRICES)
    assert told(overview.by_agent) == {
        "Assistant": (3, 1010 + 101 + 5005, 1040 + 2080),
        "Support": (3, 1010 + 101, 6800 + 1040),
    }
    models = {name: share[1:] for name, share in told(overview.by_model).items() if share[1]}
    assert models == {
        "small": (1010, 1040),
        "large": (1010, 6800),
        "large-2030-02-28": (101, 1040),
        "large-2030-01-31": (101, 2080),
        "unpriced": (5005, None),
    }
    assert told(overview.by_person) == {
        "Ada": (3, 2020, 1040 + 6800),
        "Ben": (2, 202, 1040 + 2080),
        "Deleted accounts": (1, 5005, None),
    }
    yesterday, today = overview.days[-2:]
    assert (yesterday.messages, yesterday.tokens) == (1, 1010)
    assert (today.messages, today.tokens) == (5, 1010 + 101 + 101 + 5005)
    assert today.cost == pytest.approx((6800 + 1040 + 2080) / 1_000_000)
    assert sum(day.tokens for day in overview.days) == 7227
    assert (today.people, overview.people) == (2, 2)


def test_a_run_counts_on_the_day_of_utc_on_which_it_was_queued() -> None:
    ada = make_user(time_zone="Pacific/Kiritimati")
    chat = make_chat(ada.id)
    midnight = NOON.replace(hour=0)
    for at, status in (
        (midnight - timedelta(microseconds=1), RunStatus.INTERRUPTED),
        (midnight, RunStatus.FAILED),
        (midnight + timedelta(hours=24, microseconds=-1), RunStatus.STOPPED),
    ):
        make_run(
            chat.id,
            id=id_at(at),
            status=status,
            queued_at=at,
            first_token_at=at + timedelta(seconds=2),
        )
    with time_machine.travel(NOON + timedelta(hours=11), tick=False):
        overview = load_overview(PRICES)
    yesterday, today = overview.days[-2:]
    assert (yesterday.runs, yesterday.failed) == ({RunStatus.INTERRUPTED: 1}, 1)
    assert today.runs == {RunStatus.FAILED: 1, RunStatus.STOPPED: 1}
    assert today.failed == 1
    assert today.first_token == pytest.approx((2.0, 2.0), abs=0.001)
    assert overview.chats_today == 1


@pytest.mark.parametrize(("count", "half", "most"), [(1, 1, 1), (2, 1, 2), (3, 2, 3), (21, 11, 20)])
def test_half_and_nineteen_of_twenty_are_faster(count: int, half: int, most: int) -> None:
    chat = make_chat(make_user().id)
    for seconds in range(1, count + 1):
        first = NOON + timedelta(seconds=seconds)
        make_run(chat.id, id=id_at(first), queued_at=NOON, first_token_at=first)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        told = load_overview(PRICES).today.first_token
    assert told == pytest.approx((half, most), abs=0.001)
