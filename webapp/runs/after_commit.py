"""Doing something when a transaction that is still open has been committed, and only then.

One listener for all sessions: one added for each call would be lost with a second call, and one
that is not removed would act again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

_KEY = "runs.after_commit"


@dataclass
class _Waiting:
    act: Callable[[], None]
    savepoint: SessionTransaction | None


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Call `act` once the session's transaction has been committed; never if it is rolled back."""
    waiting = _Waiting(act, session.get_nested_transaction())
    session.info.setdefault(_KEY, []).append(waiting)


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    savepoint = session.get_nested_transaction()
    if savepoint is None:
        for waiting in session.info.pop(_KEY, ()):
            waiting.act()
        return
    # A SAVEPOINT was released: nothing is final yet, what waited on it waits on what is around it.
    around = savepoint.parent if savepoint.parent and savepoint.parent.nested else None
    for waiting in session.info.get(_KEY, ()):
        if waiting.savepoint is savepoint:
            waiting.savepoint = around


@event.listens_for(Session, "after_rollback")
def _rolled_back(session: Session) -> None:
    savepoint = session.get_nested_transaction()
    waiting = session.info.pop(_KEY, [])
    if savepoint is not None:
        session.info[_KEY] = [entry for entry in waiting if entry.savepoint is not savepoint]
