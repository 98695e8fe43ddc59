"""The writers of one process take turns on SQLite, whoever gives up on the way."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.runs.stage import until
from webapp.database import db, write_tx, writers_queue

SOON = 10


class Interrupted(Exception):
    pass


@pytest.fixture
def interruptible() -> Iterator[None]:
    def interrupt(number: int, frame: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.only_on("sqlite")
@pytest.mark.usefixtures("interruptible")
def test_who_is_interrupted_while_waiting_keeps_nobody_waiting(app: Flask) -> None:
    with app.app_context():
        queue = writers_queue(db.engine)
    assert queue is not None
    holds, lets_go = threading.Event(), threading.Event()

    def hold() -> None:
        with write_tx():
            holds.set()
            lets_go.wait(SOON)

    def interrupt() -> None:
        until(lambda: queue._waiting)
        os.kill(os.getpid(), signal.SIGUSR1)

    others = [threading.Thread(target=work) for work in (hold, interrupt)]
    others[0].start()
    assert holds.wait(SOON)
    others[1].start()
    with pytest.raises(Interrupted), write_tx():
        pass
    lets_go.set()
    for other in others:
        other.join(SOON)
    queue.acquire(timeout=SOON)
    queue.release()
