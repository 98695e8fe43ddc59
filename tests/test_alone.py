"""One server at a time works on a database: two would interrupt each other's replies."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

from tests.conftest import SECRET
from tests.runs.stage import until
from tests.support.databases import empty_database
from tests.support.model_server import ModelServer
from tests.support.model_turns import Gate, say
from tests.support.server import LiveServer, ServerEnded, live_server
from tests.support.visitor import first_admin

WORDS = [f"word{number} " for number in range(20)]
TAKEN = (
    "Another Parley works on this database, and only one can: end that one, or give this one a"
    " database of its own with PARLEY_INSTANCE or DATABASE_URL."
)


@pytest.fixture
def url(database: str, run_folder: Path) -> Iterator[str]:
    with empty_database(database, run_folder) as url:
        yield url


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def first(tmp_path: Path, url: str, model: ModelServer) -> Iterator[LiveServer]:
    told = {"openai_base_url": model.url, "openai_api_key": "sk-test", "model": "test-model"}
    with server_in(tmp_path / "first", url, **told) as server:
        yield server


def server_in(folder: Path, url: str, **settings: object) -> AbstractContextManager[LiveServer]:
    """A server with an instance folder of its own, as on another machine."""
    folder.mkdir(exist_ok=True)
    return live_server(folder, migrated=False, database_url=url, secret_key=SECRET, **settings)


def test_a_second_server_is_refused_and_the_reply_of_the_first_goes_on(
    first: LiveServer, url: str, tmp_path: Path, model: ModelServer
) -> None:
    gate = Gate()
    model.script(say(*WORDS, gate=gate))
    ada = first_admin(first)
    ada.send("/sessions", text="Tell me a story")
    gate.release(5)
    until(lambda: ada.go(ada.address) or "word4" in ada.page)
    with (
        pytest.raises(ServerEnded) as refused,
        server_in(tmp_path / "second", url),
    ):
        pass
    assert str(refused.value).strip() == TAKEN
    gate.release(len(WORDS))
    until(lambda: ada.go(ada.address) or "word19" in ada.page)
    assert "interrupted" not in ada.page


@pytest.mark.parametrize("how", ["in order", "killed"])
def test_another_machine_goes_on_where_the_first_has_ended(
    first: LiveServer, url: str, tmp_path: Path, how: str
) -> None:
    first.kill() if how == "killed" else first.terminate()
    with server_in(tmp_path / "second", url) as second:
        assert second.get("/setup")[0] == 200


@pytest.mark.only_on("postgresql")
def test_a_server_claims_its_database_anew_when_that_was_away(
    first: LiveServer, url: str, tmp_path: Path
) -> None:
    """As after a restart of PostgreSQL, or of the network."""

    def claims() -> list[int]:
        held = (
            "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND granted"
        )
        with psycopg.connect(url) as connection:
            return [pid for (pid,) in connection.execute(held)]

    before = claims()
    assert len(before) == 1
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", before)
    until(lambda: claims() and claims() != before, 20)
    with pytest.raises(ServerEnded, match="Another Parley"), server_in(tmp_path / "second", url):
        pass
