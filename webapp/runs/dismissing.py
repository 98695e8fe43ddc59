"""Ending a run that waits for approval, because nothing of what it asked for is wanted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.database import utc_now
from webapp.database_session import Item, append_items, load_item
from webapp.database_session.items import APPROVAL_REQUEST, APPROVAL_RESPONSE
from webapp.models import AgentRun, RunStatus
from webapp.runs.unsaved import current_rows, stored_items

WROTE_INSTEAD = "Not done: the person wrote something else instead of approving it."
STOPPED = "Not done: the person stopped here."


def dismiss_run(tx: Session, run: AgentRun, words: str) -> None:
    """Stop a paused run; each of its open calls gets `words` as its result.

    With them the history is whole: a model's server refuses a call without one.
    """
    run.status = RunStatus.STOPPED
    run.state = None
    run.ended_at = utc_now()
    answers = answers_to_open_calls(stored_items(tx, run.id), words)
    append_items(tx, run.session_id, answers, run_id=run.id, agent_name=run.agent_name)


def take_approvals_back(tx: Session, run_id: UUID) -> None:
    """Supersede each yes to a hosted call that is not stored: its server would still call it.

    That is, with the next message, after the person has stopped the reply.
    """
    rows = current_rows(tx, run_id)
    items = [load_item(row) or {} for row in rows]
    called = {item.get("approval_request_id") for item in items if item.get("type") == "mcp_call"}
    for row, item in zip(rows, items, strict=True):
        is_yes = item.get("type") == APPROVAL_RESPONSE and item.get("approve")
        if is_yes and item.get("approval_request_id") not in called:
            row.superseded_at = utc_now()
    tx.flush()


def answers_to_open_calls(items: Sequence[Item], words: str) -> list[Item]:
    """An item for each call among `items` that has no result."""
    answered = {
        item.get("call_id") for item in items if str(item.get("type", "")).endswith("_output")
    }
    answers: list[Item] = [
        {"type": "function_call_output", "call_id": item["call_id"], "output": words}
        for item in items
        if item.get("type") == "function_call" and item["call_id"] not in answered
    ]
    answered |= {
        item["approval_request_id"] for item in items if item.get("type") == APPROVAL_RESPONSE
    }
    answers += [
        {
            "type": APPROVAL_RESPONSE,
            "approval_request_id": item["id"],
            "approve": False,
            "reason": words,
        }
        for item in items
        if item.get("type") == APPROVAL_REQUEST and item["id"] not in answered
    ]
    return answers
