"""One function for each thing that a test may need in the database."""

from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

from webapp.database import write_tx
from webapp.models import AgentRun, AgentSession, RunStatus, User

Row = TypeVar("Row", User, AgentSession, AgentRun)
_numbers = count(1)


def make_user(**given: Any) -> User:
    number = next(_numbers)
    values = {"email": f"person{number}@example.org", "display_name": f"Person {number}"}
    return _add(User(**(values | given)))


def make_session(user_id: UUID, **given: Any) -> AgentSession:
    values = {"session_id": uuid4().hex, "session_name": "A chat", "agent_name": "Assistant"}
    return _add(AgentSession(user_id=user_id, **(values | given)))


def make_run(session_id: UUID, **given: Any) -> AgentRun:
    item = {"role": "user", "content": "Hello"}
    values = {"idempotency_key": uuid4().hex, "input": [item], "status": RunStatus.FINISHED}
    return _add(AgentRun(session_id=session_id, **(values | given)))


def _add(row: Row) -> Row:
    with write_tx() as session:
        session.add(row)
    return row
