"""People who are signed in, and ask for pages."""

from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient

from tests.support.accounts import csrf_token
from tests.support.client import HTMX, PageClient
from webapp.database import read_tx
from webapp.models import AgentSession, User


class ScalePerson:
    """A person, and their active chats."""

    def __init__(self, app: Flask, email: str) -> None:
        with read_tx() as tx:
            user = tx.scalars(User.with_email(email)).one()
            own = AgentSession.owned_by(user.id).where(AgentSession.is_active)
            keys = own.with_only_columns(AgentSession.id, AgentSession.session_id)
            chats = tx.execute(keys.order_by(AgentSession.id.desc())).all()
        self.id = user.id
        self._chats: list[UUID] = [chat.id for chat in chats]
        self.newest: UUID | None = chats[0].id if chats else None
        self.session_id: str = chats[0].session_id if chats else ""
        self._client = PageClient(app)
        self._client.sign_in(user)
        self._token = csrf_token(self._client)

    def get(self, path: str, **headers: str) -> Any:
        return self._open(path, headers=headers)

    def post(self, path: str, expected: int = 200, **values: str) -> Any:
        data = values | {"csrf_token": self._token}
        return self._open(path, expected, method="POST", data=data)

    def send(self) -> Any:
        """To another chat each time: nobody answers, and a chat has one reply at a time."""
        values = {"text": "Hello", "key": uuid4().hex, "csrf_token": self._token}
        path = f"/sessions/{self._chats.pop()}/messages"
        return self._open(path, method="POST", data=values, headers=HTMX)

    def _open(self, path: str, expected: int = 200, **kwargs: Any) -> Any:
        # Past the client that parses what it gets: that is not what is measured.
        answer = FlaskClient.open(self._client, path, base_url=self._client.base_url, **kwargs)
        if kwargs.get("method") != "POST":
            answer.get_data()
        assert answer.status_code == expected, answer.text
        return answer
