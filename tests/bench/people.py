"""People with chats for a measurement, and the cookies that sign their browsers in."""

from dataclasses import dataclass
from uuid import UUID

import click
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface

from webapp.services.accounts import register_user
from webapp.services.sessions import create_session
from webapp.web.sign_in import keep_sign_in


@dataclass(frozen=True)
class Person:
    session_id: UUID
    """Of their one chat."""
    cookie: str


def make_people(app: Flask, count: int, agent_name: str) -> list[Person]:
    """Register people, each with an empty chat. A password takes its time, so there is a bar."""
    with click.progressbar(range(count), label="People") as numbers:
        return [_make_person(app, number, agent_name) for number in numbers]


def _make_person(app: Flask, number: int, agent_name: str) -> Person:
    name = f"Person {number}"
    user_id = register_user(f"load{number}@example.org", name, f"a long one for {number}")
    interface = app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    with app.test_request_context():
        keep_sign_in(user_id)
        signer = interface.get_signing_serializer(app)
        assert signer is not None
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(dict(session))}"
    return Person(create_session(user_id, agent_name), cookie)
