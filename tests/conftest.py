"""The fixtures that tests of every layer share. Each database test runs on both databases."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from pytest_socket import socket_allow_hosts

from tests.support.apps import migrate
from tests.support.client import PageClient
from tests.support.databases import empty_database
from webapp import create_app
from webapp.config import Settings
from webapp.database import Base, bind, db, write_tx

DATABASES = ("sqlite", "postgresql")
SECRET = "a-secret-key-for-tests-alone-0123456789"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs a database on both, or on the one that its mark `only_on` names."""
    if "database" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("only_on")
        kinds = mark.args if mark else DATABASES
        metafunc.parametrize("database", kinds, scope="session", indirect=True)


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database that a test runs on."""
    kind: str = request.param
    return kind


@pytest.fixture(autouse=True, scope="session")
def _environment() -> None:
    """Tests see no settings of the person who runs them."""
    for name in [name for name in os.environ if name.startswith(("PARLEY_", "OPENAI_"))]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    # Where the SDK is used without Parley's set-up, it would look for a place to send traces to.
    os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"
    Settings.model_config["env_file"] = None
    # A run may end after its test has: between two phases, what is logged is not caught.
    logging.getLogger("webapp.runs.execution").setLevel(logging.WARNING)


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def database_url(database: str, run_folder: Path) -> Iterator[str]:
    """The address of an empty database, made for this test process."""
    with empty_database(database, run_folder) as url:
        yield url


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def migrated_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(
        Settings(
            database_url=database_url,
            instance=tmp_path_factory.mktemp("instance"),
            secret_key=SECRET,
            registration="open",
        )
    )
    app.testing = True
    migrate(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application on an empty database; what a test leaves behind is removed."""
    with migrated_app.app_context():
        engine = db.engine
    bind(engine)
    yield migrated_app
    with write_tx(engine) as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser that nobody has signed in with."""
    return PageClient(app)
