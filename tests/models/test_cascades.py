from flask import Flask
from sqlalchemy import delete, func, select

from tests.factories import make_session, make_user
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, MessageRole, SessionMessage, User


def _count(model: type) -> int:
    with read_tx() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_deleting_a_person_removes_their_sessions_and_messages(app: Flask) -> None:
    user = make_user()
    session = make_session(user.id)
    with write_tx() as tx:
        tx.add(SessionMessage(session_id=session.id, position=1, role=MessageRole.USER))
    with write_tx() as tx:
        tx.execute(delete(User).where(User.id == user.id))
    assert _count(AgentSession) == 0
    assert _count(SessionMessage) == 0
