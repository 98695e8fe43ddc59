"""Where no browser is found: root gets one by itself, others are told the command."""

import os
from pathlib import Path

import pytest

from tests.support import browser

APT = """#!/bin/sh
echo "$@" >> "{folder}/asked"
[ "$1" = install ] && : > "{folder}/chromium" && /bin/chmod +x "{folder}/chromium"
exit 0
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that programs are looked for in, on a machine without a browser."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    apt = tmp_path / "apt-get"
    apt.write_text(APT.format(folder=tmp_path))
    apt.chmod(0o755)
    return tmp_path


def as_user(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: number)


def test_root_installs_it_without_being_asked(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, 0)
    browser.main()
    asked = (machine / "asked").read_text().splitlines()
    assert asked[0].startswith("update")
    assert asked[1].endswith("chromium")
    assert browser.find_chromium() == str(machine / "chromium")
    browser.main()
    assert len((machine / "asked").read_text().splitlines()) == 2


def test_others_are_told_the_command(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch, 1000)
    with pytest.raises(SystemExit, match=r"sudo apt-get update && sudo apt-get install"):
        browser.main()
    assert not (machine / "asked").exists()


def test_where_there_is_no_apt_playwright_is_named(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine / "apt-get").unlink()
    as_user(monkeypatch, 0)
    with pytest.raises(SystemExit, match=r"\.venv/bin/playwright install chromium"):
        browser.main()


def test_what_playwright_has_downloaded_is_found(machine: Path) -> None:
    downloaded = machine / ".cache/ms-playwright/chromium-1234/chrome-linux/chrome"
    downloaded.parent.mkdir(parents=True)
    downloaded.write_text("")
    assert browser.find_chromium() == str(downloaded)
