"""What is imported when: the first page waits for nothing that it does not need."""

import subprocess
import sys
from pathlib import Path

from tests.support.server import clean_environment

# Each takes as long as the rest together, or is an extra that need not be installed.
HEAVY = ("agents", "openai", "alembic", "flask_migrate", "pydantic_ai", "sqlalchemy.ext.asyncio")
EXTRAS = ("greenlet", "psycopg", "asyncpg", "aiosqlite", "pytest", "hypothesis", "playwright")

EVERYTHING = """
import importlib, pkgutil, sys
for name in {extras!r}:
    sys.modules[name] = None  # An import of it fails.
import webapp
for module in pkgutil.walk_packages(webapp.__path__, "webapp."):
    importlib.import_module(module.name)
"""


def program(text: str, folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", text],
        cwd=folder,
        env=clean_environment() | {"PARLEY_INSTANCE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_page_needs_neither_the_sdk_nor_what_changes_tables(tmp_path: Path) -> None:
    loaded = program("import wsgi, sys; print(*sys.modules)", tmp_path).split()
    assert "flask" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_the_servers_first_process_knows_the_settings_alone(tmp_path: Path) -> None:
    loaded = program("import webapp.server, sys; print(*sys.modules)", tmp_path).split()
    assert [name for name in (*HEAVY, "flask", "sqlalchemy") if name in loaded] == []


def test_nothing_needs_what_only_an_extra_brings(tmp_path: Path) -> None:
    program(EVERYTHING.format(extras=EXTRAS), tmp_path)
