"""Which processors the threads of this process run on, and how they take turns there.

Python runs one thread at a time. On several processors, handing over wakes another of them, which
finds nothing of what the thread before has just used. So the threads that take turns stay on one
processor, unless the operator wishes otherwise.

There, they do not interrupt each other: with each call of the database a thread lends the others
Python's lock for some microseconds, and whoever was woken at once would keep it for five
milliseconds, ten times in a transaction, while all that write wait for its end. As batch work, they
begin when the thread before has nothing to do or has had its time.

Tools in threads, and programs that agents start, have all processors nevertheless.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_there: set[int] = set()
"""The processors that there are, once only one of them is used."""
_ours: set[int] = set()


def use_one() -> None:
    """Keep this thread, and the threads that it starts, on one of the processors it may use.

    Which of them is left to chance, so that several servers of a machine hardly meet. Where the
    system cannot do that, nothing happens.
    """
    if not hasattr(os, "SCHED_BATCH"):
        return
    _there.update(os.sched_getaffinity(0))
    _ours.add(random.choice(sorted(_there)))  # noqa: S311 - no secret
    _run_on(_ours, os.SCHED_BATCH)


def use_all() -> None:
    """Let this thread, and what it starts from now on, use all processors again."""
    if _there:
        _run_on(_there, os.SCHED_OTHER)


@contextmanager
def using_all() -> Iterator[None]:
    """What a thread of ours starts meanwhile may use all processors."""
    use_all()
    try:
        yield
    finally:
        if _ours:
            _run_on(_ours, os.SCHED_BATCH)


def _run_on(processors: set[int], policy: int) -> None:
    # A strict container refuses, and musl's systems know no policies: there it takes longer.
    with suppress(OSError):
        os.sched_setaffinity(0, processors)
        os.sched_setscheduler(0, policy, os.sched_param(0))
