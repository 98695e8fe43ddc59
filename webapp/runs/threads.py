"""The threads that the loop of the runs hands blocking work to.

Two kinds, so that a hanging tool never keeps the database waiting: a few for short transactions,
and one of its own for each synchronous tool.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from webapp.processors import use_all

Result = TypeVar("Result")
Params = ParamSpec("Params")

_TRANSACTIONS = 32
"""Threads for them: each holds one while it waits for its turn to write, and a run that waits for
a thread has no place in that queue yet."""
_pools: list[ThreadPoolExecutor] = []
os.register_at_fork(after_in_child=_pools.clear)


async def in_database_thread(
    work: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs
) -> Result:
    """Run a short transaction off the loop. Once begun it ends, even if the caller is cancelled."""
    if not _pools:
        _pools.append(ThreadPoolExecutor(_TRANSACTIONS, thread_name_prefix="runs-database"))
    return await asyncio.wrap_future(_pools[0].submit(work, *args, **kwargs))


class ThreadEach(ThreadPoolExecutor):
    """A thread for each call, none of which the process waits for when it ends.

    The SDK runs synchronous tools on the loop's default executor. A pool of the usual size would
    be full with a handful of hanging tools, and keep the process from ending.
    """

    def submit(self, work: Callable[..., Result], /, *args: Any, **kwargs: Any) -> "Future[Result]":
        future: Future[Result] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            use_all()
            try:
                future.set_result(work(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - the waiting coroutine raises it
                future.set_exception(error)

        threading.Thread(target=run, name="runs-tool", daemon=True).start()
        return future
