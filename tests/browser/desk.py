"""An admin, and something on the desk: a person's chat with tools, what it cost, a failed reply."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from tests.browser.conftest import NewPage, NewPerson
from tests.factories import make_run
from tests.services.chats import change, make_chat, reply
from tests.support.browsing import Person
from webapp.database import write_tx
from webapp.models import RunSpan, RunStatus, UsageDay, User, UserRole

CALL = {
    "type": "function_call",
    "call_id": "c1",
    "name": "look_up_order",
    "arguments": '{"order": "A-17", "lines": [1, 2]}',
}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": '{"paid": true}'}
TITLE = "Refund of an order"
REASON = "A fault was reported"
LONG_NAME = "Ada Konstantinopolitanische von und zu Dudelsackpfeifenmachergesellinnen"


@dataclass(frozen=True)
class Desk:
    open_page: Callable[..., Page]
    """Opens a page of the admin's; takes what `new_page` takes."""
    ada: Person
    chat_id: UUID
    run_id: UUID
    failed_id: UUID

    @property
    def messages(self) -> str:
        """The address of the list, with Ada's alone."""
        return f"/admin/messages?person={self.ada.email}"


@pytest.fixture
def desk(signed_in: NewPage, new_person: NewPerson) -> Desk:
    ada, admin = new_person("Ada"), new_person("Jonas")
    with write_tx() as tx:
        tx.execute(update(User).where(User.id == admin.id).values(role=UserRole.ADMIN))
        tx.execute(update(User).where(User.id == ada.id).values(display_name=LONG_NAME))
    said = ("Where is my money for order A-17?", CALL, OUTPUT, reply("It is **on its way**."))
    chat = make_chat(ada.id, *said, session_name=TITLE)
    now = datetime.now(UTC)
    times = {"queued_at": now - timedelta(seconds=4), "started_at": now - timedelta(seconds=4)}
    used = {"model": "a-model", "agent_name": "Assistant", "input_tokens": 900, "output_tokens": 80}
    times["first_token_at"] = now - timedelta(seconds=3)
    run = make_run(chat.id, **times, **used, ended_at=now)
    for position in range(1, len(said) + 1):
        change(chat, position, run_id=run.id, agent_name="Assistant")
    failed = make_run(
        chat.id,
        **times,
        **used,
        ended_at=now,
        status=RunStatus.FAILED,
        error_kind="model_unavailable",
        error_message="The server did not answer.",
    )
    with write_tx() as tx:
        tx.add_all(_spans(run.id, now))
        tx.add(UsageDay(user_id=ada.id, day=now.date(), messages=2, requests=3, **used))
    return Desk(lambda **given: signed_in(admin, **given), ada, chat.id, run.id, failed.id)


def _spans(run_id: UUID, now: datetime) -> list[RunSpan]:
    kinds = [
        ("agent", "Assistant", None, 4.0, 0.0),
        ("generation", "a-model", "agent", 3.8, 3.0),
        ("function", "look_up_order", "agent", 3.0, 1.0),
        ("handoff", "Billing", "agent", 1.0, 0.9),
    ]
    return [
        RunSpan(
            run_id=run_id,
            span_id=kind,
            parent_id=parent,
            kind=kind,
            name=name,
            started_at=now - timedelta(seconds=begun),
            ended_at=now - timedelta(seconds=ended),
            error="It did not answer." if kind == "function" else None,
            detail={"input_tokens": 900, "output_tokens": 80} if kind == "generation" else {},
        )
        for kind, name, parent, begun, ended in kinds
    ]
