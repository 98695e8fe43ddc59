"""What happens in a run, for those who watch it: live while it runs here, from its rows after."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from sqlalchemy import select

from webapp.database import read_tx
from webapp.models import AgentRun, RunStatus
from webapp.runs.channel import never
from webapp.runs.claiming import stored_events
from webapp.runs.events import GONE, Numbered, RunEnded
from webapp.runs.executor import current

PAUSE = 0.2
"""Seconds between two looks at the rows of a run that is worked on elsewhere."""
_WORKING = (RunStatus.QUEUED, RunStatus.RUNNING)


def read_events(
    run_id: UUID,
    after: int,
    timeout: float,
    is_over: Callable[[], bool] = never,
    hold: float = 0.0,
) -> list[Numbered]:
    """The events after number `after`, waiting up to `timeout` seconds for the first of them.

    Who can do nothing with them for `hold` seconds is left alone for so long, but for the end.

    Empty when none came, or when `is_over` said so: `wake` has it asked. Ask again with the `last`
    of the last one: there is never a gap, and nothing comes twice. RunEnded comes last; of an
    ended run it comes at once.
    """
    executor = current()
    live = executor.channel.read_after(run_id, after, timeout, is_over, hold) if executor else None
    if live is not None:
        return live
    time.sleep(min(PAUSE, hold))
    until = time.monotonic() + timeout
    while not (found := _read_rows(run_id, after)) and not is_over():
        left = until - time.monotonic()
        if left <= 0:
            break
        time.sleep(min(PAUSE, left))
    return found


def shown(run_id: UUID) -> AbstractContextManager[None]:
    """While a page shows the run: should it end meanwhile, its chat has been seen."""
    executor = current()
    return executor.channel.shown(run_id) if executor else nullcontext()


def wake(run_id: UUID) -> None:
    """Have those who wait for news of the run ask whether their wait is over."""
    if executor := current():
        executor.channel.wake(run_id)


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
