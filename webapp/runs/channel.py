"""How events reach those who follow a run. Losing the channel never loses a run."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol
from uuid import UUID

from webapp.runs.events import Numbered


def never() -> bool:
    return False


class Channel(Protocol):
    """A follower asks for what comes after the number it has seen: no gap, nothing twice."""

    def open(self, run_id: UUID, known: Sequence[Numbered] = ()) -> None:
        """Begin to carry a run, with what has happened in it already."""

    def publish(self, run_id: UUID, event: Numbered) -> None:
        """Hand an event to all who follow the run. The numbers only grow."""

    def close(self, run_id: UUID) -> None:
        """The last event was published; the run's rows and items stay."""

    def read_after(
        self,
        run_id: UUID,
        seq: int,
        timeout: float,
        is_over: Callable[[], bool] = never,
        hold: float = 0.0,
    ) -> list[Numbered] | None:
        """Wait up to `timeout` seconds for events after number `seq`; empty when none came.

        Before that, for `hold` seconds, only the run's end is worth waking up for. None when the
        channel does not carry the run. `is_over` is asked before each wait and after each `wake`.
        """

    def shown(self, run_id: UUID) -> AbstractContextManager[None]:
        """For as long as a page shows the run as it goes on."""

    def is_shown(self, run_id: UUID) -> bool:
        """Whether a page does."""

    def wake(self, run_id: UUID) -> None:
        """Have those who wait for the run's events ask whether their wait is over."""


class _Feed:
    """One run's events, and those who wait for more."""

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.changed = threading.Condition(self.guard)
        self.ended = threading.Condition(self.guard)
        """For those whom words do not wake."""
        self.events: list[Numbered] = []
        self.is_closed = False
        self.pages = 0

    def wake(self) -> None:
        self.changed.notify_all()
        self.ended.notify_all()

    def has_after(self, seq: int) -> bool:
        return bool(self.events) and self.events[-1].last > seq

    def after(self, seq: int) -> list[Numbered]:
        start = len(self.events)
        while start and self.events[start - 1].last > seq:
            start -= 1
        if start == len(self.events):
            return []
        first = self.events[start].after(seq)
        return [*([first] if first else []), *self.events[start + 1 :]]


class MemoryChannel:
    """Holds every event of the running runs, in the one process that runs and serves them."""

    def __init__(self) -> None:
        self._feeds: dict[UUID, _Feed] = {}
        self._guard = threading.Lock()

    def open(self, run_id: UUID, known: Sequence[Numbered] = ()) -> None:
        with self._guard:
            feed = self._feeds.setdefault(run_id, _Feed())
        if known:
            with feed.guard:
                feed.events[:] = known
                feed.changed.notify_all()

    def publish(self, run_id: UUID, event: Numbered) -> None:
        feed = self._feeds[run_id]
        with feed.guard:
            feed.events.append(event)
            feed.changed.notify_all()

    def close(self, run_id: UUID) -> None:
        # Who waits now holds the feed, and reads it to its end.
        with self._guard:
            feed = self._feeds.pop(run_id, None)
        if feed is not None:
            with feed.guard:
                feed.is_closed = True
                feed.wake()

    def read_after(
        self,
        run_id: UUID,
        seq: int,
        timeout: float,
        is_over: Callable[[], bool] = never,
        hold: float = 0.0,
    ) -> list[Numbered] | None:
        feed = self._feeds.get(run_id)
        if feed is None:
            return None
        with feed.guard:
            if hold:
                feed.ended.wait_for(lambda: feed.is_closed or is_over(), hold)
            # Asked with the lock held, so that no wake falls between the question and the wait.
            feed.changed.wait_for(
                lambda: feed.is_closed or feed.has_after(seq) or is_over(), timeout
            )
            return feed.after(seq) or (None if feed.is_closed else [])

    @contextmanager
    def shown(self, run_id: UUID) -> Iterator[None]:
        feed = self._feeds.get(run_id)
        if feed is None:
            yield
            return
        with feed.guard:
            feed.pages += 1
        try:
            yield
        finally:
            with feed.guard:
                feed.pages -= 1

    def is_shown(self, run_id: UUID) -> bool:
        feed = self._feeds.get(run_id)
        return feed is not None and feed.pages > 0

    def wake(self, run_id: UUID) -> None:
        feed = self._feeds.get(run_id)
        if feed is not None:
            with feed.guard:
                feed.wake()
