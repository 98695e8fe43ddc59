"""A real server for tests: gunicorn as `make run` starts it, on a free port of this machine."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.apps import migrated_file
from webapp.config import ROOT, variable

CONFIGURATION = str(ROOT / "gunicorn.conf.py")
READY = "Parley is at "
PATIENCE = 60.0
"""Seconds to wait for a start or an end; a machine that runs many tests is slow."""


class ServerEnded(Exception):
    """The server ended before it answered; the text is what it said."""


class LiveServer:
    """A server that can be ended and started again with what it has kept."""

    def __init__(self, folder: Path, words: tuple[str, ...], settings: dict[str, object]) -> None:
        self.folder = folder
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        chosen = {"instance": folder / "instance", "bind": f"127.0.0.1:{self.port}"} | settings
        self._environment = clean_environment() | {
            variable(field): str(value) for field, value in chosen.items()
        }
        self._words = words

    @property
    def pid(self) -> int:
        """The first process; it leads a group of its own."""
        return self._running.pid

    @property
    def is_running(self) -> bool:
        return self._running.poll() is None

    def start(self) -> None:
        """Start, and wait for the first answer. Raises ServerEnded."""
        said = len(self.output()) if self.log.exists() else 0
        self.launch()
        deadline = time.monotonic() + PATIENCE
        # What an earlier one left behind may still answer: this one has to say that it is there.
        while READY not in self.output()[said:] or not self._answers():
            if self._running.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise ServerEnded(self.output())
            time.sleep(0.02)

    def launch(self) -> None:
        """Start, and wait for nothing."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "gunicorn", "-c", CONFIGURATION, *self._words, "wsgi:app"],
                # Not in the project's folder: a developer's own .env is not for tests.
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def output(self) -> str:
        """What it has printed and logged so far."""
        return self.log.read_text()

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        """The status, headers and text of one page, without following where it leads."""
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def wait_for_output(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.output():
            assert time.monotonic() < deadline, f"{text!r} was not said:\n{self.output()}"
            time.sleep(0.02)

    def send(self, number: int) -> None:
        self._running.send_signal(number)

    def interrupt(self) -> None:
        """Ctrl-C: all of its processes hear of it."""
        os.killpg(self._running.pid, signal.SIGINT)

    def terminate(self, number: int = signal.SIGTERM) -> int:
        """End it in order, and give its exit status."""
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end, and give its exit status."""
        return self._running.wait(PATIENCE)

    def kill(self) -> None:
        """`kill -9` for all of its processes."""
        if self._running.poll() is None:
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait(PATIENCE)

    def restart(self) -> None:
        """Start again on the same port, after an end or ending it now."""
        if self._running.poll() is None:
            self.terminate()
        self.start()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the server was not started"
        return self._process

    def _answers(self) -> bool:
        try:
            self.get("/sign-in")
        except (OSError, http.client.HTTPException):
            return False
        return True


@contextmanager
def live_server(
    folder: Path, *words: str, migrated: bool = True, **settings: object
) -> Iterator[LiveServer]:
    """A server that keeps everything in `folder`; fields of Settings, words for gunicorn.

    Its tables are there already, as at any start but the first, or where it is not `migrated`.
    """
    server = LiveServer(folder, words, settings)
    if migrated:
        (folder / "instance").mkdir(mode=0o700, exist_ok=True)
        (folder / "instance/parley.db").write_bytes(migrated_file())
    try:
        server.start()
        yield server
    finally:
        server.kill()


def clean_environment() -> dict[str, str]:
    """The environment of this process without any setting, and with our code to be found."""
    ours = ("PARLEY_", "OPENAI_", "DATABASE_URL", "REDIS_URL", "FLASK_", "GUNICORN_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": str(ROOT)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
