"""How templates are read: strictly, and quickly."""

from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import StrictUndefined

from webapp.config import Settings
from webapp.graphemes import initial


class Templates(Environment):
    """All templates share one dictionary of what each of them knows.

    Jinja goes through it at every `import`; its own chain of two dictionaries makes that cost more
    than the macro that is imported.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return self.globals if d is None else super().make_globals(d)


def init_templates(app: Flask, settings: Settings) -> None:
    app.jinja_environment = Templates
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_filter(initial)
