"""The arrows between the rooms are held: breaking one makes the check red."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.config import ROOT

ARROWS = "Imports run one way"
FLASK = "Only what answers requests knows Flask"
SDK = "Only what runs agents knows the SDK"

BROKEN = {
    "a model that asks a service": ("models/user.py", "import webapp.services.facts", ARROWS),
    "a service that knows a view": ("services/facts.py", "import webapp.views", ARROWS),
    "a run that renders": ("runs/events.py", "import webapp.rendering.view_models", ARROWS),
    "a view that runs a command": ("views/__init__.py", "import webapp.cli.config", ARROWS),
    "a room that has no place": ("newroom.py", "", ARROWS),
    "a service that reads the request": ("services/facts.py", "import flask", FLASK),
    "a model that knows who is signed in": ("models/user.py", "import flask_login", FLASK),
    "a page that waits for the SDK": ("rendering/view_models.py", "import agents", SDK),
    "a command that runs an agent": ("cli/config.py", "from agents import Runner", SDK),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code, to be broken."""
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "webapp", tmp_path / "webapp", ignore=skipped)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - ourselves
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_arrows_hold(copy: Path) -> None:
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("file", "line", "contract"), BROKEN.values(), ids=BROKEN)
def test_breaking_an_arrow_fails(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / "webapp" / file).open("a") as code:
        code.write(f"\n{line}\n")
    done = lint_imports(copy)
    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout
