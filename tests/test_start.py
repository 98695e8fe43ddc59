"""Parley as it is started and ended: the real server, its signals, and what it says."""

import json
import re
import signal
import socket
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.server import LiveServer, ServerEnded, live_server

TOLD = ("Parley is at ", "Make the first account: ")
PATIENCE = 5  # Seconds: it takes less than one where nothing else runs.
LINK = re.compile(r"Make the first account: (http://\S+/setup\?token=\S+)")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path) as running:
        yield running


def refusal(folder: Path, *words: str, **settings: object) -> str:
    """What a server says that does not start."""
    with pytest.raises(ServerEnded) as raised, live_server(folder, *words, **settings):
        pass
    return str(raised.value).strip()


def test_a_first_start_prints_the_address_and_the_way_to_the_first_account(
    tmp_path: Path,
) -> None:
    with live_server(tmp_path, migrated=False) as server:
        assert f"Parley is at {server.base_url}\n" in server.output()
        found = LINK.search(server.output())
        assert found is not None
        status, _, page = server.get(found[1].removeprefix(server.base_url))
        assert status == 200
        assert "token" in page
        # The link is for the person at the terminal, and for no log.
        assert server.output().count(found[1].partition("token=")[2]) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_order(server: LiveServer, number: int) -> None:
    began = time.monotonic()
    assert server.terminate(number) == 0
    assert time.monotonic() - began < PATIENCE
    assert '"event": "stopped"' in server.output()
    assert "Traceback" not in server.output()


def test_ctrl_c_before_it_serves_ends_it_without_a_word(tmp_path: Path) -> None:
    server = LiveServer(tmp_path, (), {})
    server.launch()
    tables = tmp_path / "instance/parley.db"
    while not tables.exists() or tables.stat().st_size == 0:
        assert server.is_running, server.output()
    server.interrupt()  # While the tables are made, which takes longer than to find this out.
    assert server.wait() == -signal.SIGINT
    assert server.output() == ""


def test_a_start_after_a_kill_keeps_the_key_and_needs_no_migration(server: LiveServer) -> None:
    key = server.folder / "instance" / "secret_key"
    before = key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = LINK.findall(server.output())
    server.kill()
    server.start()
    assert key.read_text() == before
    assert LINK.findall(server.output()) == first * 2
    assert server.output().count("Parley is at") == 2
    # Also where the first process alone is killed, the worker leaves the address.
    server.terminate(signal.SIGKILL)
    server.start()
    assert server.get("/setup")[0] == 200


def test_it_tells_no_version_stays_one_worker_and_logs_lines_of_json(server: LiveServer) -> None:
    _, headers, _ = server.get("/sign-in")
    assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-ID"])
    assert headers["Server"] == "gunicorn"
    server.wait_for_output(headers["X-Request-ID"])
    with socket.create_connection(("127.0.0.1", server.port)) as rude:
        rude.sendall(b"NONSENSE\r\n\r\n")
        assert rude.recv(100).startswith(b"HTTP/1.1 400")
    server.send(signal.SIGTTIN)
    server.wait_for_output('"level": "warning", "event": "one worker process it stays"')
    began = time.monotonic()
    assert server.terminate(signal.SIGTERM) == 0
    assert time.monotonic() - began < PATIENCE
    assert server.output().count('"event": "started"') == 1
    lines = [line for line in server.output().splitlines() if not line.startswith(TOLD)]
    events = [json.loads(line)["event"] for line in lines]
    assert {"started", "stopped", "one worker process it stays"} <= set(events)
    assert any("Invalid request" in event for event in events)


def test_a_wrong_setting_ends_it_with_a_sentence(tmp_path: Path) -> None:
    assert refusal(tmp_path, threads=3) == (
        "The setting PARLEY_THREADS is wrong: it should be greater than or equal to 40."
    )


def test_an_address_in_use_ends_it_with_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refusal(tmp_path, bind=f"127.0.0.1:{port}") == (
            f"Parley cannot listen on 127.0.0.1:{port} (Address already in use): end what listens"
            " there, or choose another address with PARLEY_BIND."
        )


def test_more_than_one_worker_process_is_refused_with_a_sentence(tmp_path: Path) -> None:
    said = refusal(tmp_path, "--workers", "4")
    assert said.startswith("Parley runs in one worker process")
    assert "\n" not in said


def test_a_database_that_does_not_answer_ends_it_without_its_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    said = refusal(tmp_path, database_url=f"postgresql://parley:hunter2@127.0.0.1:{port}/parley")
    assert said.startswith("The database of DATABASE_URL at 127.0.0.1 does not answer: ")
    assert "hunter2" not in said
    assert "Traceback" not in said


def test_agents_that_are_broken_end_it_with_their_error(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('no such oven')\n")
    said = refusal(tmp_path, agents=tmp_path / "broken.py")
    assert "no such oven" in said
    assert "broken.py" in said
    assert "Parley is at" not in said


def test_a_file_that_hides_the_sdk_is_told(tmp_path: Path) -> None:
    hiding = tmp_path / "agents.py"
    hiding.write_text("from agents import Agent\n\nhelper = Agent(name='Helper')\n")
    said = refusal(tmp_path, agents="agents.py")
    assert f"{hiding} has the name of the SDK's own package" in said
    assert "my_agents.py" in said


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    with live_server(tmp_path) as server:
        server.terminate()
        with closing(sqlite3.connect(tmp_path / "instance" / "parley.db")) as database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")
            database.commit()
        with pytest.raises(ServerEnded, match="made by a newer Parley"):
            server.start()
