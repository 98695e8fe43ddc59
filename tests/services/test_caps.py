"""What a person may use, in a day and in a month."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine

from tests.factories import make_user
from tests.services.chats import make_chat, remove
from webapp.config import UsageCaps
from webapp.database import write_tx
from webapp.models import AgentSession, User
from webapp.services.caps import check_caps, find_caps, list_allowances, set_caps
from webapp.services.facts import AccountGone, CapReached
from webapp.services.usage import COUNTS, count_message, count_used

pytestmark = pytest.mark.usefixtures("app")
NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def ada() -> User:
    return make_user()


def use(user: User, messages: int = 0, tokens: int = 0) -> AgentSession:
    chat = make_chat(user.id)
    with write_tx() as tx:
        for _ in range(messages):
            count_message(tx, user.id, "Assistant")
        used = dict.fromkeys(COUNTS[1:], 0) | {"input_tokens": tokens}
        count_used(tx, user.id, "Assistant", "a-model", used)
    return chat


def check(user: User, **defaults: int) -> None:
    with write_tx() as tx:
        check_caps(tx, user.id, list(find_caps(user.id).values()), UsageCaps(**defaults))


def test_without_caps_everything_is_allowed(ada: User) -> None:
    use(ada, messages=1000, tokens=10**9)
    check(ada)
    assert list_allowances(ada.id, UsageCaps()) == []


@time_machine.travel(NOON, tick=False)
def test_the_last_message_is_taken_and_the_next_is_told_when(ada: User) -> None:
    use(ada, messages=2)
    check(ada, messages_per_day=3)
    use(ada, messages=1)
    with pytest.raises(CapReached) as told:
        check(ada, messages_per_day=3)
    assert (told.value.what, told.value.limit, told.value.period) == ("messages", 3, "day")
    assert told.value.ends_at == datetime(2030, 2, 1, tzinfo=UTC)


@time_machine.travel(datetime(2030, 4, 2, tzinfo=UTC), tick=False)
def test_of_two_that_are_reached_the_one_that_ends_last_is_told(ada: User) -> None:
    use(ada, messages=5, tokens=100)
    with pytest.raises(CapReached) as told:
        check(ada, messages_per_day=5, tokens_per_month=100)
    assert (told.value.what, told.value.period) == ("tokens", "month")
    assert told.value.ends_at == datetime(2030, 5, 1, tzinfo=UTC)


def test_another_day_counts_anew_and_another_month_too(ada: User) -> None:
    with time_machine.travel(NOON, tick=False):
        use(ada, messages=3, tokens=50)
    with time_machine.travel(datetime(2030, 2, 1, 0, 0, 1, tzinfo=UTC), tick=False):
        check(ada, messages_per_day=3, messages_per_month=3, tokens_per_month=50)
    with time_machine.travel(datetime(2030, 1, 1, 5, tzinfo=UTC), tick=False):
        check(ada, messages_per_day=1)


def test_deleting_a_chat_gives_nothing_back(ada: User) -> None:
    chat = use(ada, messages=2, tokens=70)
    remove(AgentSession, chat.id)
    with pytest.raises(CapReached):
        check(ada, tokens_per_day=70)


def test_own_caps_count_instead_of_everybodys_and_zero_is_without_limit(ada: User) -> None:
    use(ada, messages=5)
    set_caps(ada.id, {"messages_per_day": 10}, actor_id=None)
    check(ada, messages_per_day=1)
    assert find_caps(ada.id)["messages_per_day"] == 10
    set_caps(ada.id, {"messages_per_day": 0}, actor_id=None)
    check(ada, messages_per_day=1)
    set_caps(ada.id, {"messages_per_month": 5}, actor_id=None)
    with pytest.raises(CapReached):
        check(ada)


def test_what_one_person_used_is_nothing_to_another(ada: User) -> None:
    use(ada, messages=9)
    check(make_user(), messages_per_day=1)


def test_an_allowance_says_how_much_is_left(ada: User) -> None:
    use(ada, messages=8, tokens=1)
    messages, tokens = list_allowances(
        ada.id, UsageCaps(messages_per_day=10, tokens_per_month=1000)
    )
    assert (messages.kind, messages.left, messages.is_nearly_reached) == (
        "messages_per_day",
        2,
        True,
    )
    assert (tokens.kind, tokens.left, tokens.is_nearly_reached) == ("tokens_per_month", 999, False)


def test_nobody_gets_no_caps() -> None:
    with pytest.raises(AccountGone):
        set_caps(uuid4(), {}, actor_id=None)
