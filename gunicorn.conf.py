"""How gunicorn serves Parley. It finds this file by itself; what happens is in webapp.server.

One process with many threads: a stream holds a thread, and what runs is followed in memory.
"""

# ruff: noqa: E402 - what is set first has to hold while the rest is loaded

import signal

# Until gunicorn sets handlers of its own, Ctrl-C ends the process without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import sys

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from webapp.config import SettingsError
from webapp.patience import PatientWorker
from webapp.server import Server


class OwnLogger(Logger):
    """Writes no lines of requests, nor puts any together: webapp.web.request_log has them."""

    access_log_enabled = False


try:
    server = Server()
except SettingsError as error:
    sys.exit(str(error))

bind = server.settings.bind
workers = 1
worker_class = PatientWorker
threads = server.settings.threads
worker_connections = threads + 1000
# Browsers come back within seconds for the next file; a waiting connection holds no thread.
keepalive = 15
graceful_timeout = server.settings.stop_seconds + 8
loglevel = "info" if server.settings.log_level == "debug" else "warning"
logger_class = OwnLogger
logconfig_dict = {
    "root": None,  # It stays as webapp.logs has made it.
    "handlers": {},
    "formatters": {},
    "loggers": {"gunicorn.error": {"propagate": True, "handlers": []}},
}
# By itself it lets whoever asks through a proxy on this machine say where the application lives.
forwarder_headers = ""
# Who may tell the scheme is up to PARLEY_TRUSTED_PROXIES, in the application; by itself it would
# also refuse a request whose headers differ about that.
forwarded_allow_ips = ""
control_socket_disable = True
reload = server.settings.environment == "development"


def on_starting(arbiter: Arbiter) -> None:
    """Before the address is bound."""
    try:
        server.prepare(arbiter)
    except SettingsError as error:
        sys.exit(str(error))


def when_ready(arbiter: Arbiter) -> None:
    """The address is bound; the worker is not there yet."""
    server.take_signals(arbiter)


def post_fork(arbiter: Arbiter, worker: ThreadWorker) -> None:
    """In the new worker, before it loads the application."""
    server.become_worker()


def post_worker_init(worker: ThreadWorker) -> None:
    """In the worker: the application is loaded, and nothing has been answered."""
    from webapp import worker as work  # noqa: PLC0415 - read again when the code has changed

    work.begin(worker, server.settings, server.alive)


def worker_int(worker: ThreadWorker) -> None:
    """The worker has to end at once, or to start again with changed code."""
    if work := sys.modules.get("webapp.worker"):
        work.send_away()


def worker_exit(arbiter: Arbiter, worker: ThreadWorker) -> None:
    """The worker has answered what it will answer, or could not begin."""
    if work := sys.modules.get("webapp.worker"):
        work.end()
