"""A person's word on the tool calls that wait for it."""

import time
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.database import utc_now, write_tx
from webapp.models import AgentRun, AgentSession, RunEvent, RunStatus, ToolApproval
from webapp.runs.claiming import stored_events
from webapp.runs.events import ApprovalDecided, ApprovalRequested, Numbered, ToolStarted, to_row
from webapp.runs.executor import submit
from webapp.services.facts import ApprovalSettled, SessionInactive

REJECTED = "The person rejected"
"""How the output of a call begins that the person has rejected."""


def decide_run(
    run_id: UUID, call_id: str, *, approve: bool, reason: str = "", always: bool = False
) -> None:
    """Approve or reject a call that waits; with the last one, the run goes on.

    `reason` is told to the model with a rejection. `always` approves the tool for the rest of the
    chat, and with it the other calls of it that wait. Raises ApprovalSettled where nothing waits
    (any more), SessionInactive.
    """
    with write_tx() as tx:
        run = tx.scalar(select(AgentRun).where(AgentRun.id == run_id).with_for_update())
        if run is None or run.status is not RunStatus.PAUSED:
            raise ApprovalSettled
        if not tx.get_one(AgentSession, run.session_id).is_active:
            raise SessionInactive
        events = stored_events(tx, run_id)
        waiting = calls_that_wait(events)
        if call_id not in waiting:
            raise ApprovalSettled
        settled = [call_id]
        if approve and always:
            name = waiting[call_id]
            _approve_for_the_chat(tx, run.session_id, name)
            settled = [call for call, tool in waiting.items() if tool == name]
        now = time.time()
        _store(tx, run, events, [ApprovalDecided(call, approve, reason, now) for call in settled])
        if len(settled) == len(waiting):
            run.status = RunStatus.QUEUED
            # What is timed from here on is what the person waits for from here on.
            run.queued_at, run.first_token_at = utc_now(), None
            tx.flush()
            submit(tx, run_id)


def calls_that_wait(events: Sequence[Numbered]) -> dict[str, str]:
    """The calls that nobody has decided on, and the name of the tool of each."""
    names: dict[str, str] = {}
    waiting: dict[str, str] = {}
    for numbered in events:
        match numbered.event:
            case ToolStarted(call_id=call_id, name=name):
                names[call_id] = name
            case ApprovalRequested(call_id=call_id):
                waiting[call_id] = names.get(call_id, "")
            case ApprovalDecided(call_id=call_id):
                waiting.pop(call_id, None)
    return waiting


def rejection(reason: str) -> str:
    """What the model is told of a call that the person has rejected."""
    return f"{REJECTED} this call: {reason}" if reason else f"{REJECTED} it."


def _store(
    tx: Session, run: AgentRun, events: Sequence[Numbered], decisions: Sequence[ApprovalDecided]
) -> None:
    first = events[-1].last + 1
    numbered = [Numbered(number, number, event) for number, event in enumerate(decisions, first)]
    tx.execute(insert(RunEvent), [to_row(run.id, run.epoch, decided) for decided in numbered])


def _approve_for_the_chat(tx: Session, session_id: UUID, tool_name: str) -> None:
    if tx.get(ToolApproval, (session_id, tool_name)) is None:
        tx.add(ToolApproval(session_id=session_id, tool_name=tool_name))
