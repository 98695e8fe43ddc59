"""Going on with a turn that has ended in the middle, from what it has done already."""

from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from webapp.database import utc_now, write_tx
from webapp.database_session import load_item
from webapp.models import AgentRun, RunEvent, RunStatus
from webapp.runs.claiming import stored_events
from webapp.runs.events import last_speaker, to_row
from webapp.runs.executor import submit
from webapp.runs.locking import check_room, lock_session
from webapp.runs.retelling import retell
from webapp.runs.retrying import UNFINISHED, last_run
from webapp.runs.unsaved import current_rows
from webapp.services.facts import RunNotContinuable, SessionGone, SessionInactive


def continue_run(run_id: UUID) -> None:
    """Have the last run of a chat, ended without a whole reply, go on where it was.

    The model reads what is stored: the message, and the tools' results, none of which is asked
    for again. Half a text is written anew; the old half is kept as a version. Nothing happens to
    a run that goes on already. Raises RunNotContinuable, SessionGone, SessionInactive,
    TooManyRuns.
    """
    with write_tx() as tx:
        session_id = tx.scalar(select(AgentRun.session_id).where(AgentRun.id == run_id))
        if session_id is None:
            raise SessionGone
        session = lock_session(tx, session_id)
        run = last_run(tx, session_id)
        if run is None or run.id != run_id:
            raise RunNotContinuable
        if run.status in {RunStatus.QUEUED, RunStatus.RUNNING}:
            return
        if run.status not in UNFINISHED:
            raise RunNotContinuable
        if not session.is_active:
            raise SessionInactive
        check_room(tx, session)
        # One that was ended before anybody began it has its message stored too: it is no new one.
        run.epoch = max(run.epoch, 1)
        speaker = last_speaker(stored_events(tx, run_id)) or _who_said(tx, run)
        _forget_half_a_text(tx, run)
        _tell_anew(tx, run, speaker)
        run.status = RunStatus.QUEUED
        run.queued_at, run.first_token_at = utc_now(), None
        run.ended_at = run.error_kind = run.error_message = None
        tx.flush()
        submit(tx, run_id)


def _who_said(tx: Session, run: AgentRun) -> str | None:
    """Whose the last item is."""
    rows = current_rows(tx, run.id)
    return rows[-1].agent_name if rows else None


def _forget_half_a_text(tx: Session, run: AgentRun) -> None:
    """What was written down of an unfinished message is the last item, and bears no mark."""
    rows = current_rows(tx, run.id)
    item = load_item(rows[-1]) if rows else None
    if item is not None and item.keys() == {"role", "content"} and item["role"] == "assistant":
        rows[-1].superseded_at = utc_now()
        tx.flush()


def _tell_anew(tx: Session, run: AgentRun, speaker: str | None) -> None:
    """Make the run's events agree with its items: some are no longer so, others long removed."""
    tx.execute(delete(RunEvent).where(RunEvent.run_id == run.id))
    events = retell(current_rows(tx, run.id), run.agent_name, speaker)
    if events:
        tx.execute(insert(RunEvent), [to_row(run.id, run.epoch, event) for event in events])
