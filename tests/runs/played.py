"""Turns that are played without an executor: what comes of a run is written by the test."""

from itertools import count
from typing import Any
from uuid import UUID

from webapp.database import write_tx
from webapp.database_session import Item, append_items
from webapp.models import RunStatus
from webapp.runs.claiming import claim_run
from webapp.runs.ending import FINISHED, STOPPED, Ending, end_run, paused

_numbers = count(1)
ENDINGS: dict[str, Ending] = {
    "plain": FINISHED,
    "tool": FINISHED,
    "thought": FINISHED,
    "stopped": STOPPED,
    "failed": Ending(RunStatus.FAILED, "unexpected", "It broke."),
    "paused": paused("{}"),
}


def play(run_id: UUID, how: str) -> None:
    """Have a queued run come to an end, or a pause, with the items of its kind.

    One that was played before stays as it is.
    """
    run = claim_run(run_id)
    if run is None:
        return
    number = next(_numbers)
    with write_tx() as tx:
        items = _items(how, number)
        append_items(tx, run.session_key, items, run_id=run.id, agent_name="Assistant")
        end_run(tx, run.id, run.epoch, ENDINGS[how], [])


def _items(how: str, number: int) -> list[Item]:
    call = {
        "type": "function_call",
        "call_id": f"c{number}",
        "name": "look",
        "arguments": "{}",
        "id": f"fc{number}",
    }
    output = {"type": "function_call_output", "call_id": f"c{number}", "output": "Seen."}
    thought = {"type": "reasoning", "id": f"rs{number}", "summary": []}
    said: dict[str, Any] = {
        "type": "message",
        "id": f"msg{number}",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": f"Reply {number}", "annotations": []}],
    }
    return {
        "plain": [said],
        "tool": [call, output, said],
        "thought": [thought, call, output, said],
        "stopped": [{"role": "assistant", "content": f"Half {number}"}],
        "failed": [],
        "paused": [thought, call],
    }[how]


def is_valid(items: list[Item]) -> bool:
    """Whether a model's server takes the items: what belongs together is there, in its order."""
    calls: dict[str, bool] = {}
    for at, item in enumerate(items):
        kind = item.get("type")
        if kind == "function_call":
            if item["call_id"] in calls:
                return False
            calls[item["call_id"]] = False
        elif kind == "function_call_output":
            if calls.get(item["call_id"]) is not False:
                return False
            calls[item["call_id"]] = True
        elif kind == "reasoning":
            after = items[at + 1] if at + 1 < len(items) else {}
            if after.get("type") not in {"function_call", "message"}:
                return False
    return all(calls.values())
