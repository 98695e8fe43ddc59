"""A person who is signed in, a chat of theirs, and a reply that waits where the test says."""

from dataclasses import dataclass

from flask import Flask
from werkzeug.test import TestResponse

from tests.factories import make_session, make_user
from tests.runs.conftest import Watched, send
from tests.support.accounts import csrf_token
from tests.support.client import PageClient
from webapp.models import AgentSession, User
from webapp.rendering.transcript import load_turn
from webapp.rendering.view_models import TextPart
from webapp.runs import stop_run


@dataclass
class Talk:
    """A person in a chat."""

    client: PageClient
    user: User
    chat: AgentSession
    token: str

    def send(self, text: str = "Hello") -> Watched:
        return send(self.chat, text)

    def finish(self, *runs: Watched) -> None:
        """Stop what still runs: nobody works with the database when the application goes."""
        for run in runs:
            stop_run(run.id)
            assert run.ended() == "stopped"

    def post(self, address: str, **headers: str) -> TestResponse:
        form = {"csrf_token": csrf_token(self.client)}
        answer: TestResponse = self.client.post(address, data=form, headers=headers)
        return answer


def begin_talk(app: Flask) -> Talk:
    user = make_user()
    client = PageClient(app)
    return Talk(client, user, make_session(user.id), client.sign_in(user))


def stored_text(run_id: object) -> str:
    turn = load_turn(run_id)  # type: ignore[arg-type]
    assert turn
    assert turn.reply
    [part] = [part for section in turn.reply.sections for part in section.parts]
    assert isinstance(part, TextPart)
    return part.source
