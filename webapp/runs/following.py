"""What happens in a run, for those who watch it: live while it runs here, from its rows after."""

import time
from uuid import UUID

from sqlalchemy import select

from webapp.database import read_tx
from webapp.models import AgentRun, RunStatus
from webapp.runs.claiming import stored_events
from webapp.runs.events import Numbered, RunEnded
from webapp.runs.executor import current

PAUSE = 0.25
"""Seconds between two looks at the rows of a run that is worked on elsewhere."""
GONE = "gone"
_WORKING = (RunStatus.QUEUED, RunStatus.RUNNING)


def read_events(run_id: UUID, after: int, timeout: float) -> list[Numbered]:
    """The events after number `after`, waiting up to `timeout` seconds for the first of them.

    Empty when none came. Ask again with the `last` of the last one: there is never a gap, and
    nothing comes twice. RunEnded comes last; of an ended run it comes at once.
    """
    until = time.monotonic() + timeout
    while True:
        executor = current()
        left = until - time.monotonic()
        live = executor.channel.read_after(run_id, after, max(left, 0)) if executor else None
        if live:
            return live
        if live is None:
            found = _read_rows(run_id, after)
            if found or left <= 0:
                return found
            time.sleep(min(PAUSE, left))
        elif left <= 0:
            return []


def _read_rows(run_id: UUID, after: int) -> list[Numbered]:
    with read_tx() as tx:
        # The status first: what is written after this look is of no concern to an ended run.
        status = tx.scalar(select(AgentRun.status).where(AgentRun.id == run_id))
        stored = stored_events(tx, run_id, after)
    events = [rest for rest in (numbered.after(after) for numbered in stored) if rest]
    if status not in _WORKING:
        last = events[-1].last if events else after
        events.append(Numbered(last + 1, last + 1, RunEnded(status or GONE)))
    return events
