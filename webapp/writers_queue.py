"""Where the writers of one process wait for each other, in the order in which they came."""

import threading
from collections import deque


class DatabaseBusy(Exception):
    """The database could not be written to in time."""


class FairLock:
    """A lock handed over in the order of asking."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self, timeout: float) -> None:
        """Wait for the turn. Raises DatabaseBusy after `timeout` seconds."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            is_ours = turn.acquire(timeout=timeout)
        except BaseException:
            # Interrupted, as by a signal: a turn that comes all the same is for the next.
            if not self._give_up(turn):
                self.release()
            raise
        if not is_ours and self._give_up(turn):
            raise DatabaseBusy

    def _give_up(self, turn: threading.Lock) -> bool:
        """Wait no more; False where the turn was handed over in this moment."""
        with self._guard:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False
