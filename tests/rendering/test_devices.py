"""Browsers in plain words."""

import pytest

from webapp.rendering.devices import device_name

GECKO = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {GECKO} Chrome/142.0.0.0 Safari/537.36",
            "Chrome on Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {GECKO} Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15",
            "Safari on Mac",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) CriOS/142.0 Safari/604.1",
            "Chrome on iPhone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {GECKO} Chrome/142.0 Mobile",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Linux; U; something new)", "A browser on Linux"),
        ("curl/8.11.0", "curl"),
        ("python-requests/2.32", "A Python program"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_told_in_plain_words(user_agent: str, words: str) -> None:
    assert device_name(user_agent) == words
