"""The server's second process: it serves pages and runs agents, from first to last.

The SDK is imported on a thread of its own after the address is there: that takes as long as
everything else together, and nobody needs it before a first message.
"""

import gc
import os
import select
import signal
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module

import structlog
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from webapp.alone import DatabaseTaken
from webapp.assistants import catalogue
from webapp.config import Settings
from webapp.processors import use_one
from webapp.runs import Executor, start_executor
from webapp.secret_key import secret_key
from webapp.services.accounts import has_users
from webapp.services.setup import setup_token
from webapp.web.streams import close_all

NEW_OBJECTS = 50_000
"""Between two looks of the garbage collector; a message on its way has some thousands."""

log = structlog.get_logger(__name__)


def begin(worker: ThreadWorker, settings: Settings, alive: int) -> None:
    """Start what runs beside the pages, and say where they are.

    `alive` is a pipe whose other end the first process holds.
    """
    if settings.agents:
        _load_agents(settings)
    if settings.one_processor:
        use_one()  # Before the threads are made that take turns: they get it from this one.
    try:
        executor = start_executor(settings)
    except DatabaseTaken as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(Arbiter.APP_LOAD_ERROR)
    ending = _Ending(alive, executor, settings.stop_seconds)
    _ending[:] = [ending]
    ending.start()

    def end_in_order(number: int, frame: object) -> None:
        worker.handle_exit(number, frame)
        ending.wake()

    signal.signal(signal.SIGTERM, end_in_order)
    # Ctrl-C reaches both processes; the first one tells this one what it wants.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log.info("started", address=settings.public_url, threads=settings.threads)
    threading.Thread(target=_settle, name="settling", daemon=True).start()
    if worker.age == 1:
        _announce(settings)


def _settle() -> None:
    """Load what the first message needs, and tell the garbage collector that it stays.

    Otherwise it looks again and again at hundreds of thousands of objects that never go. Nor does
    it look after every few hundred new ones: they are those of the replies on their way.
    """
    with suppress(Exception):  # Whoever needs the agents is told why they are not there.
        catalogue.current()
    import_module("webapp.runs.execution")
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def send_away() -> None:
    """Begin to end; returns at once."""
    for ending in _ending:
        ending.wake()


def end() -> None:
    """Wait for what has begun to end; the last thing that the process does."""
    send_away()
    for ending in _ending:
        ending.join()
        log.info("stopped")


class _Ending(threading.Thread):
    """Waits for the end. Then it sends the streams away and gives the replies a moment.

    A signal's handler may run in the middle of anything, so it only writes to a pipe.
    """

    def __init__(self, alive: int, executor: Executor, grace: float) -> None:
        super().__init__(name="ending", daemon=True)
        self._alive = alive
        self._asleep, self._awake = os.pipe()
        self._executor = executor
        self._grace = grace

    def wake(self) -> None:
        os.write(self._awake, b".")

    def run(self) -> None:
        readable, _, _ = select.select([self._alive, self._asleep], [], [])
        if self._alive in readable:
            # The first process was killed: nobody else can end this one.
            os.kill(os.getpid(), signal.SIGTERM)
        close_all()
        self._executor.close(self._grace)


_ending: list[_Ending] = []


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
