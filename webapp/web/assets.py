"""What a page is made of beside its words: one style sheet, one script, htmx, the icons.

The files are read, joined and compressed when the application starts. Each is served under a name
that holds a digest of its content, so that a browser may keep it for ever; `asset('app.css')`
gives its address to templates. In development they are read again when one changes.
"""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request, url_for
from markupsafe import Markup

from webapp.config import Settings
from webapp.web.joining import join_modules, join_sprite, join_styles

STYLES = (
    *("tokens", "base", "layout", "sidebar", "message", "reply", "tool-call"),
    *(
        "approval",
        "composer",
        "button",
        "form",
        "table",
        "code",
        "notice",
        "menu",
        "dialog",
        "search",
        "contrast",
        "print",
    ),
)
ADMIN_STYLES = ("chart", "admin")
"""For the admin's desk alone: nobody else has to fetch them."""
SETTINGS_STYLES = ("settings", "todo")
DESK_ICONS = ("activity", "chart-column", "info", "message-square", "scroll-text", "users")
"""Every page brings its icons along; these are drawn at the desk alone."""
FOR_EVER = "public, max-age=31536000, immutable"
DIGEST_CHARACTERS = 12

STYLE_TYPE = "text/css; charset=utf-8"
SCRIPT_TYPE = "text/javascript; charset=utf-8"


@dataclass(frozen=True)
class Asset:
    name: str
    """As templates call it: `app.css`."""
    served_as: str
    """The name with the digest: `app.0123456789ab.css`."""
    content: bytes
    compressed: bytes
    mimetype: str


class Assets:
    """The files of one folder, made into what is served."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.assets = {asset.name: asset for asset in self._read()}
        self.served = {asset.served_as: asset for asset in self.assets.values()}
        icons = {file.stem: file for file in (folder / "vendor/lucide").glob("*.svg")}
        desk = {name: icons.pop(name) for name in DESK_ICONS}
        self.sprite = Markup(join_sprite(icons.values()))  # noqa: S704 - our own files
        self.desk_sprite = Markup(join_sprite(desk.values()))  # noqa: S704 - as well

    def _read(self) -> Iterator[Asset]:
        folder = self._folder
        sheets = {"app": STYLES, "admin": ADMIN_STYLES, "settings": SETTINGS_STYLES}
        for served, names in sheets.items():
            styles = join_styles(folder / "css" / f"{name}.css" for name in names)
            yield _asset(f"{served}.css", styles.encode(), STYLE_TYPE)
        yield _asset("app.js", join_modules(folder / "js/app.js").encode(), SCRIPT_TYPE)
        place = (folder / "js/sidebar-place.js").read_bytes()
        yield _asset("sidebar-place.js", place, SCRIPT_TYPE)
        yield _asset("htmx.js", (folder / "vendor/htmx/htmx.min.js").read_bytes(), SCRIPT_TYPE)
        yield _asset("icon.svg", (folder / "icon.svg").read_bytes(), "image/svg+xml")


def init_assets(app: Flask, settings: Settings) -> None:
    """Serve the assets in the place of Flask's plain files, and give templates their names."""
    current = _current(Path(str(app.static_folder)), reload=settings.environment == "development")

    def serve(filename: str) -> Response:
        asset = current().served.get(filename)
        if asset is None:
            abort(404)
        return _answer(asset)

    def asset(name: str) -> str:
        return url_for("static", filename=current().assets[name].served_as)

    app.view_functions["static"] = serve
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["sprite"] = lambda: current().sprite
    app.jinja_env.globals["desk_sprite"] = lambda: current().desk_sprite


def _current(folder: Path, *, reload: bool) -> Callable[[], Assets]:
    assets = Assets(folder)
    if not reload:
        return lambda: assets
    guard = threading.Lock()
    kept = (_stamp(folder), assets)

    def current() -> Assets:
        nonlocal kept
        with guard:
            stamp = _stamp(folder)
            if stamp != kept[0]:
                kept = (stamp, Assets(folder))
            return kept[1]

    return current


def _stamp(folder: Path) -> frozenset[tuple[str, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return frozenset((str(path), path.stat().st_mtime_ns) for path in files)


def _asset(name: str, content: bytes, mimetype: str) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:DIGEST_CHARACTERS]
    stem, _, ending = name.rpartition(".")
    compressed = gzip.compress(content, mtime=0)
    return Asset(name, f"{stem}.{digest}.{ending}", content, compressed, mimetype)


def _answer(asset: Asset) -> Response:
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(asset.compressed if packed else asset.content)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Type"] = asset.mimetype
    response.headers["Cache-Control"] = FOR_EVER
    response.vary.add("Accept-Encoding")
    return response
