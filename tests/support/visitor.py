"""A person without a browser: sends forms to a real server, and remembers cookies."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from tests.support.server import PATIENCE, LiveServer

_HIDDEN = re.compile(r'<input[^>]* name="(csrf_token|key|token)"[^>]* value="([^"]*)"')


class Visitor:
    """`address` and `page` are where the last answer led to, and what it said."""

    def __init__(self, base_url: str) -> None:
        self.address = ""
        self.page = ""
        self._base_url = base_url
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def go(self, path: str) -> None:
        self._open(path, None)

    def send(self, path: str, **fields: str) -> None:
        """Send a form of the page at hand, with what is hidden in it."""
        self._open(path, dict(_HIDDEN.findall(self.page)) | fields)

    def _open(self, path: str, fields: dict[str, str] | None) -> None:
        url = path if path.startswith(self._base_url) else f"{self._base_url}{path}"
        body = urlencode(fields).encode() if fields is not None else None
        with self._opener.open(url, body, timeout=PATIENCE) as answer:
            self.address = answer.url
            self.page = answer.read().decode()


def first_admin(server: LiveServer) -> Visitor:
    """Ada, who has made the first account, in front of a new chat."""
    server.wait_for_output("/setup?token=")
    link = re.search(r"(/setup\?token=\S+)", server.output())
    assert link is not None
    visitor = Visitor(server.base_url)
    visitor.go(link[1])
    visitor.send("/setup", display_name="Ada", email="ada@example.org", password="violet harbour 9")
    visitor.go("/")
    return visitor
