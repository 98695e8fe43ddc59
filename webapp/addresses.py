"""Addresses as an operator writes them. Each function raises ValueError with what it must be."""

import re
from urllib.parse import urlsplit

MAX_PORT = 65535
_NAME = r"[\w-]+(?:\.[\w-]+)*"
_IPV6 = r"\[[0-9A-Fa-f:.]+\]"
_PLACE = re.compile(rf"(?:{_NAME}|{_IPV6}):(?P<port>[0-9]{{1,5}})")
_HOST = re.compile(rf"\.{_NAME}|(?:{_NAME}|{_IPV6})(?::[0-9]{{1,5}})?")


def place_to_listen(value: str) -> str:
    found = _PLACE.fullmatch(value)
    if found is None or not 0 < int(found["port"]) <= MAX_PORT:
        raise ValueError("must be an address and a port, such as 127.0.0.1:8000")
    return value


def host_name(value: str) -> str:
    """One name; `.example.org` stands for every name under it."""
    if not _HOST.fullmatch(value):
        raise ValueError("must be names alone, such as chat.example.org or .example.org")
    return value


def web_address(value: str) -> str:
    """Without a slash at its end."""
    if value and not (_is_readable(value) and value.lower().startswith(("http://", "https://"))):
        raise ValueError("must be an address that begins with http:// or https://")
    return value.rstrip("/")


def origin(value: str) -> str:
    """A scheme, a host and maybe a port, in small letters as browsers write them."""
    value = web_address(value).lower()
    if value and (urlsplit(value).netloc != value.partition("://")[2] or "@" in value):
        raise ValueError("must be a scheme and a host alone, such as https://chat.example.org")
    return value


def database_address(value: str) -> str:
    """With the driver that is used."""
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest not in {"/", "/:memory:"}:
        return value
    if scheme not in {"postgres", "postgresql", "postgresql+psycopg"} or "://" not in value:
        raise ValueError("must begin with sqlite:/// (a file) or postgresql://")
    # The two that read it, SQLAlchemy and libpq, disagree about anything else.
    if not _is_readable(value, needs_host=False) or urlsplit(value).netloc.count("@") > 1:
        raise ValueError(
            "must be written as postgresql://user:password@host:5432/name, and each of @:/?#%"
            " in the password as % and its number, such as %40 for @"
        )
    return f"postgresql+psycopg://{rest}"


def _is_readable(value: str, *, needs_host: bool = True) -> bool:
    """Whether it has a host and a port that can be, and no blanks."""
    try:
        parts = urlsplit(value)
        port = parts.port  # Looked at first when it is asked for.
    except ValueError:
        return False
    return not (needs_host and not parts.hostname) and port != 0 and not re.search(r"\s", value)
