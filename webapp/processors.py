"""Which processors the threads of this process run on.

Python runs one thread at a time. On several processors, handing over wakes another of them, which
finds nothing of what the thread before has just used: that is a third and more of the time when
many people write at once. Where the operator wishes, the threads that take turns stay on one
processor. Tools in threads, and programs that agents start, have all of them nevertheless.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager

_there: set[int] = set()
"""The processors that there are, once only one of them is used."""
_ours: set[int] = set()


def use_one() -> None:
    """Keep this thread, and the threads that it starts, on one of the processors it may use.

    Which of them is left to chance, so that several servers of a machine hardly meet. Where the
    system cannot do that, nothing happens.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    _there.update(os.sched_getaffinity(0))
    _ours.add(random.choice(sorted(_there)))  # noqa: S311 - no secret
    os.sched_setaffinity(0, _ours)


def use_all() -> None:
    """Let this thread, and what it starts from now on, use all processors again."""
    if _there:
        os.sched_setaffinity(0, _there)


@contextmanager
def using_all() -> Iterator[None]:
    """What a thread of ours starts meanwhile may use all processors."""
    use_all()
    try:
        yield
    finally:
        if _ours:
            os.sched_setaffinity(0, _ours)
