"""A redirect leads to a page of this site, however another one is spelled."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.web.redirects import local_path

SITE = "http://parley.example/sign-in"

LOCAL = ["/", "/sessions", "/sessions/1?before=2&x=%2F", "/a/b-c_d.e~f", "/x?next=//e", "/a/"]
ELSEWHERE = [
    "//e",
    "////e",
    "/\\e",
    "\\\\e",
    "/\\/e",
    "\t//e",
    "/\t/e",
    "/\n/e",
    "/a//e",
    "/ /e",
    " /e",
    "/\r\nSet-Cookie: a=b",
    "/%0d\nx",
    "https:e",
    "https://e",
    "http:///e",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "@e",
    "e",
    "e/f",
    "?x",
    "#x",
    "",
    "/\u2215e",
    "/\uff0fe",
    "/\x00",
    "/\x7f",
    "/" + "a" * 2000,
]
_PIECES = st.sampled_from(
    [*"/\\\t\n\r :@e.?#[]", "//", "..", "%2f", "%5c", "http", "javascript:", "\u3002"]
)


def _as_browsers_read(address: str) -> str:
    """Browsers drop tabs and line ends, trim, and take a backslash for a slash."""
    trimmed = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(33)))))
    return urljoin(SITE, trimmed.replace("\\", "/"))


@pytest.mark.parametrize("path", LOCAL)
def test_a_path_of_ours_is_taken(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("address", [*ELSEWHERE, None])
def test_anything_else_is_refused(address: str | None) -> None:
    assert local_path(address) is None


@given(st.one_of(st.lists(_PIECES, max_size=12).map("".join), st.text(max_size=20)))
@example("/..//e")
@example("/.//e")
def test_what_is_taken_leads_nowhere_else(address: str) -> None:
    taken = local_path(address)
    if taken is not None:
        assert urlsplit(_as_browsers_read(taken))[:2] == urlsplit(SITE)[:2]
        assert taken.isascii()
        assert taken.isprintable()
