"""The server's first process: it prepares what is needed, binds the address, and keeps a worker.

It is small and knows the settings alone. What serves and runs agents is in `webapp.worker`.
"""

import errno
import os
import resource
import socket
import sys
import time
from contextlib import suppress

import structlog
from gunicorn.arbiter import Arbiter

from webapp.alone import Alone
from webapp.config import SettingsError, load_settings, variable
from webapp.logs import configure_logs
from webapp.schema import bring_up_to_date
from webapp.secret_key import secret_key

log = structlog.get_logger(__name__)

OTHER_FILES = 1000
"""What may be open beside people's connections: the database's, those to models and tools."""
WAIT_FOR_ADDRESS = 3.0
"""Seconds; a server that was just ended may still hold it."""


class Server:
    """What the first process knows. Raises SettingsError when a setting is wrong."""

    def __init__(self) -> None:
        self.settings = load_settings()
        configure_logs(self.settings.log_level)
        # Only the first process holds the writing end: the worker reads its end when that dies.
        self.alive, self._keeps_alive = os.pipe()

    def prepare(self, arbiter: Arbiter) -> None:
        """See to the key, the tables and the address. Raises SettingsError."""
        if arbiter.cfg.workers != 1:
            raise SettingsError(
                "Parley runs in one worker process, because replies are followed in its memory:"
                f" start it with workers = 1, and raise {variable('threads')} for more people."
            )
        _allow_files(arbiter.cfg.worker_connections + OTHER_FILES)
        secret_key(self.settings)
        alone = Alone(self.settings)
        alone.insist()  # Also before tables change with which another works.
        try:
            bring_up_to_date(self.settings)
        finally:
            alone.release()  # The worker claims it for itself.
        if "LISTEN_FDS" not in os.environ:
            for host, port in arbiter.cfg.address:
                _wait_for_address(host, port)

    def take_signals(self, arbiter: Arbiter) -> None:
        """Let every wish to end mean the orderly end, and never have two workers."""
        # Gunicorn looks its handlers up by name. Ctrl-C a second time still ends at once.
        arbiter.handle_int = arbiter.handle_hup = arbiter.handle_term
        for name in ("ttin", "ttou", "usr2"):
            setattr(arbiter, f"handle_{name}", lambda: log.warning("one worker process it stays"))

    def become_worker(self) -> None:
        """Called in the worker, right after the fork."""
        os.close(self._keeps_alive)
        if self.settings.environment == "development":
            # The code may have changed since the first process read it.
            for name in [name for name in sys.modules if name.partition(".")[0] == "webapp"]:
                del sys.modules[name]


def _allow_files(wanted: int) -> None:
    """As many open files as we may have: a shell often gives 1,024 where more are allowed.

    Gunicorn's worker ends where a connection comes for which there is none left.
    """
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        with suppress(ValueError, OSError):  # A system may allow fewer than it says.
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _wait_for_address(host: str, port: int) -> None:
    """Raises SettingsError where the address cannot be had."""
    deadline = time.monotonic() + WAIT_FOR_ADDRESS
    while True:
        try:
            return _try_address(host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            reason = error.strerror or str(error)
            raise SettingsError(
                f"Parley cannot listen on {host}:{port} ({reason}): end what listens there, or"
                f" choose another address with {variable('bind')}."
            ) from None


def _try_address(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((host, port))
