"""What a browser test needs beside its browser: people who sign in, and an ear for troubles."""

import re
import time
from dataclasses import dataclass
from uuid import UUID

from playwright.sync_api import ConsoleMessage, Error, Page, Response

_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`));
"""
_PAINT = "new Promise(requestAnimationFrame)"
PATIENCE = 15
"""Seconds."""


def wait_until(page: Page, script: str, arg: object = None) -> None:
    """Ask the page until the script says yes; Playwright's own waiting does not await it.

    Raises AssertionError when that takes too long.
    """
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(script, arg):
        assert time.monotonic() < deadline, f"never: {script}"
        page.evaluate(_PAINT)


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    id: UUID
    email: str
    password: str
    name: str


class Troubles:
    """Hears what goes wrong in the pages of a test. What a test means to happen, it expects."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def listen_to(self, page: Page) -> None:
        page.add_init_script(_REPORT_VIOLATIONS)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        page.on("response", self._on_response)

    def expect(self, pattern: str) -> None:
        """Let what matches this pass, such as `409` for an answer that a test provokes."""
        self._expected.append(re.compile(pattern))

    def check(self) -> None:
        """Fail with what was heard and not expected."""
        unexpected = [
            trouble
            for trouble in self._heard
            if not any(pattern.search(trouble) for pattern in self._expected)
        ]
        assert not unexpected, "\n".join(unexpected)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self._heard.append(f"console: {message.text} ({where})")

    def _on_error(self, error: Error) -> None:
        self._heard.append(f"error in the page: {error}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self._heard.append(
                f"answer {response.status}: {response.request.method} {response.url}"
            )


def sign_in(page: Page, base_url: str, email: str, password: str) -> None:
    """Through the page, as people do."""
    page.goto(f"{base_url}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
