"""An empty chat."""

import pytest
from flask import Flask

from tests.factories import make_session, make_user
from webapp.models import AgentSession


@pytest.fixture
def chat(app: Flask) -> AgentSession:
    return make_session(make_user().id)
