"""A backup is restored as the README says, and Parley goes on from there."""

import subprocess
import sys
from pathlib import Path

from tests.factories import make_user
from tests.services.chats import add, make_chat
from tests.support.apps import app_on
from tests.support.database import snapshot
from tests.support.server import LiveServer, clean_environment, live_server
from webapp.cli.backup import backup
from webapp.config import ROOT

KEEPING = (ROOT / "README.md").read_text().split("\n## Keeping it\n")[1].split("\n## ")[0]
BACKUP, RESTORE, ON_POSTGRESQL = (part.strip() for part in KEEPING.split("```")[1::2])


def run(server: LiveServer, command: str) -> None:
    words = command.replace(".venv/bin/flask", f"{sys.executable} -m flask --app wsgi")
    instance = {"PARLEY_INSTANCE": str(server.folder / "instance")}
    subprocess.run(  # noqa: S602 - our own README
        words, shell=True, check=True, cwd=server.folder, env=clean_environment() | instance
    )


def test_what_the_readme_says_brings_back_every_row(tmp_path: Path) -> None:
    with live_server(tmp_path) as server:
        with app_on(server.folder / "instance"):
            chat = make_chat(make_user().id, "hello", "with \0 and \ud800")
            kept = snapshot()
            run(server, BACKUP)
            add(chat, "said after the backup")
        server.terminate()
        run(server, RESTORE)
        with app_on(server.folder / "instance"):
            assert snapshot() == kept
        server.start()
        run(server, ".venv/bin/flask check")


def test_the_command_s_own_help_says_the_same() -> None:
    assert ON_POSTGRESQL.partition(" --dbname")[0] in (backup.help or "")
