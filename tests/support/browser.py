"""Find a Chromium for the browser tests: `python -m tests.support.browser` installs a missing one.

Installing needs root and apt. Where either is missing, the command that would do it is printed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_DOWNLOADED = "chromium-*/chrome-*/chrome", "chromium-*/chrome-*/*.app/Contents/MacOS/*"


def find_chromium() -> str | None:
    """The path of a browser: one of the system's, or one that Playwright has downloaded."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    for cache in (Path.home() / ".cache", Path.home() / "Library" / "Caches"):
        for pattern in _DOWNLOADED:
            found = sorted((cache / "ms-playwright").glob(pattern))
            if found:
                return str(found[-1])
    return None


def command_to_install() -> str:
    if shutil.which("apt-get"):
        return "sudo apt-get update && sudo apt-get install --yes chromium"
    return ".venv/bin/playwright install chromium"


def _install() -> bool:
    """With apt, where we may; whether it went well."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(  # noqa: S603 - fixed words
            command, env=environment, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode != 0:
            return False
    return True


def main() -> None:
    if find_chromium():
        return
    print("Installing Chromium for the browser tests (once) …", flush=True)  # noqa: T201
    if _install() and find_chromium():
        return
    sys.exit(f"The browser tests need Chromium; install it with:\n  {command_to_install()}")


if __name__ == "__main__":
    main()
