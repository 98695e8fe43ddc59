"""The server's second process: it serves pages and runs agents, from its first moment to its last.

The SDK is imported on a thread of its own after the address is there: that takes as long as
everything else together, and nobody needs it before a first message.
"""

import os
import signal
import sys
import threading
import traceback

import structlog
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from webapp.assistants import catalogue
from webapp.config import Settings
from webapp.runs import Executor, start_executor
from webapp.secret_key import secret_key
from webapp.services.accounts import has_users
from webapp.services.setup import setup_token

log = structlog.get_logger(__name__)

_executor: list[Executor] = []
_closing: list[threading.Thread] = []


def begin(worker: ThreadWorker, settings: Settings, alive: int) -> None:
    """Start what runs beside the pages, and say where they are.

    `alive` is a pipe whose other end the first process holds.
    """
    if settings.agents:
        _load_agents(settings)
    _executor[:] = [start_executor(settings)]
    _take_signals(worker, settings)
    threading.Thread(target=_end_with, args=(alive,), name="parent", daemon=True).start()
    log.info("started", address=settings.public_url, threads=settings.threads)
    if worker.age == 1:
        _announce(settings)


def end(settings: Settings) -> None:
    """Wait for what has begun to end; the last thing that the process does."""
    _close(settings)
    for thread in _closing:
        thread.join()
    log.info("stopped")


def _load_agents(settings: Settings) -> None:
    """The developer's own agents come first: where they are broken, nothing starts."""
    try:
        catalogue.begin_loading(settings)
        catalogue.current()
    except Exception as error:  # noqa: BLE001 - it is the developer's code, and is shown to them
        cause = error.__cause__
        if cause is not None:
            traceback.print_exception(cause)
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        sys.exit(Arbiter.APP_LOAD_ERROR)


def _announce(settings: Settings) -> None:
    """Print what a person needs now. Not a line of the log: it holds a token."""
    lines = [f"Parley is at {settings.public_url}"]
    if not has_users():
        token = setup_token(secret_key(settings))
        lines.append(f"Make the first account: {settings.public_url}/setup?token={token}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _take_signals(worker: ThreadWorker, settings: Settings) -> None:
    def end_in_order(number: int, frame: object) -> None:
        worker.handle_exit(number, frame)
        _close(settings)

    signal.signal(signal.SIGTERM, end_in_order)
    # Ctrl-C reaches both processes; the first one tells this one what it wants.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _close(settings: Settings) -> None:
    """Give the replies a moment to end, on a thread of its own."""
    if not _closing:
        work = threading.Thread(target=_close_executor, args=(settings.stop_seconds,), name="end")
        _closing.append(work)
        work.start()


def _close_executor(grace: float) -> None:
    for executor in _executor:
        executor.close(grace)


def _end_with(alive: int) -> None:
    """Nobody can end a worker whose first process was killed, so it ends itself."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)
