"""A chat as one HTML file, which needs nothing else and runs nothing."""

import re
from collections.abc import Iterable, Iterator

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from webapp.config import ROOT
from webapp.rendering.exports.turns import turns_of
from webapp.services.exports import ExportedChat, ExportedMessage

STYLES = (
    "static/css/tokens.css",
    "static/css/code.css",
    "templates/exports/chat.css",
)
# A browser that opens the file does no more than show it, whatever it might hold.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

# Only the renderer makes buttons, to copy code with; here there is no script behind them.
_BUTTON = re.compile(r"<button\b.*?</button>", re.DOTALL)

_templates = Environment(
    loader=FileSystemLoader(ROOT / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html_file(chat: ExportedChat, messages: Iterable[ExportedMessage]) -> Iterator[str]:
    style = "".join((ROOT / path).read_text("utf-8") for path in STYLES)
    return _templates.get_template("exports/chat.html").generate(
        chat=chat,
        turns=turns_of(chat, messages),
        policy=POLICY,
        style=Markup(style),  # noqa: S704 - our own files
        still=_still,
    )


def _still(html: Markup) -> Markup:
    return Markup(_BUTTON.sub("", html))  # noqa: S704 - less of what the renderer made
