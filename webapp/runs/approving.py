"""Tools that wait for a person's word, on the SDK's side: what is asked, and what was answered."""

from collections.abc import Collection
from typing import Any

from agents import Agent, RunContextWrapper, RunState, ToolApprovalItem

from webapp.assistants.context import ChatContext
from webapp.database_session.items import APPROVAL_REQUEST
from webapp.runs.claiming import ClaimedRun
from webapp.runs.decisions import rejection
from webapp.runs.events import ApprovalDecided
from webapp.runs.hosted import name_of
from webapp.runs.recorder import Recorder

State = RunState[Any, Agent[Any]]


class StateUnusable(Exception):
    """The run cannot go on from where it paused: its agent or its tools have changed since."""


def ask_for_approval(state: State, approved: Collection[str], recorder: Recorder) -> bool:
    """Approve what the person has approved for the rest of the chat; whether anything is left."""
    waits = False
    for item in state.get_interruptions():
        name = _name(item)
        if name in approved:
            state.approve(item)
            continue
        waits = True
        call_id = _call_id(item)
        # A call inside another tool (an agent as a tool) has no item of its own.
        recorder.tool_started(call_id, name, item.arguments or "", is_hosted=True)
        recorder.approval_requested(call_id)
    return waits


async def resumed(
    agent: Agent[Any], run: ClaimedRun, context: ChatContext, recorder: Recorder
) -> State:
    """The state of a paused run, with the person's decisions. Raises StateUnusable."""
    assert run.state is not None
    try:
        state: State = await RunState.from_string(
            agent, run.state, context_override=RunContextWrapper(context)
        )
    except Exception as error:
        raise StateUnusable from error
    decided = {
        known.event.call_id: known.event
        for known in run.known
        if isinstance(known.event, ApprovalDecided)
    }
    for item in state.get_interruptions():
        decision = decided.get(_call_id(item))
        if decision is not None and decision.is_approved:
            state.approve(item)
        else:
            words = rejection(decision.reason if decision else "")
            state.reject(item, rejection_message=words)
            recorder.tool_finished(_call_id(item), words)
    return state


def _name(item: ToolApprovalItem) -> str:
    """A tool of an MCP server bears that server's name: another's may be called the same."""
    raw: Any = item.raw_item
    told = raw if isinstance(raw, dict) else raw.model_dump()
    return name_of(told) if told.get("type") == APPROVAL_REQUEST else item.name or "tool"


def _call_id(item: ToolApprovalItem) -> str:
    return item.call_id or ""
