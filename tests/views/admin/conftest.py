"""The desk, with somebody at it and something on it."""

import pytest
from flask import Flask

from tests.factories import make_user
from tests.support.client import PageClient
from webapp.models import User, UserRole


@pytest.fixture
def admin(app: Flask) -> User:
    return make_user(role=UserRole.ADMIN, display_name="Jonas Weber", email="jonas@example.org")


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user(display_name="Ada Moreno", email="ada@example.org")


@pytest.fixture
def desk(client: PageClient, admin: User) -> PageClient:
    """The admin's browser."""
    client.sign_in(admin)
    return client
