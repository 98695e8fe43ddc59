"""Every route of the application, with the ids of a given chat and run in its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.routing import AnyConverter, Rule, UUIDConverter
from werkzeug.routing.converters import NumberConverter

# Werkzeug adds these by itself, and answers OPTIONS without a view.
_AUTOMATIC = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    endpoint: str
    arguments: frozenset[str]
    access: str
    """`public`, `bearer`, `admin` or `signed in`."""

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
    chosen = {name: ids.get(name) or _some(rule, name) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, chosen)


def _some(rule: Rule, name: str) -> Any:
    """What fits the rule and names nothing."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    if isinstance(converter, NumberConverter):
        return 1
    return uuid4() if isinstance(converter, UUIDConverter) else "x"
