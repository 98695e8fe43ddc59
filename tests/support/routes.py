"""Every route of the application, with the ids of a given chat and run in its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.routing import Rule

# Werkzeug adds these by itself, and answers OPTIONS without a view.
_AUTOMATIC = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    endpoint: str
    arguments: frozenset[str]
    access: str
    """`public`, `admin` or `signed in`."""

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"


def every_route(app: Flask, **ids: Any) -> Iterator[Route]:
    """What is not in `ids` gets an id that nothing has."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            access = getattr(app.view_functions[rule.endpoint], "access", "signed in")
            for method in sorted((rule.methods or set()) - _AUTOMATIC):
                yield Route(
                    method, _path(app, rule, ids), rule.endpoint, frozenset(rule.arguments), access
                )


def _path(app: Flask, rule: Rule, ids: dict[str, Any]) -> str:
    chosen = {name: ids.get(name, uuid4()) for name in rule.arguments}
    # A name that is no id: a file, a format.
    converters = rule._converters
    for name in rule.arguments - ids.keys():
        if type(converters[name]).__name__ != "UUIDConverter":
            chosen[name] = 1 if "Integer" in type(converters[name]).__name__ else "x"
    return app.url_map.bind("localhost").build(rule.endpoint, chosen)
