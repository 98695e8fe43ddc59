"""Many small files into one answer, so that a page costs few requests without a build step.

Scripts are native modules that a browser would also take one by one. Joined, each becomes a
function of its own, called once in the order in which they import one another; so the forms of
`import` and `export` are the few that the house uses, and any other is refused.
"""

import re
from collections.abc import Iterable
from pathlib import Path

_IMPORT = re.compile(
    r'^import (?:\{(?P<names>[^}]*)\} from )?"\./(?P<file>[\w-]+)\.js";\n', re.MULTILINE
)
_EXPORT = re.compile(
    r"^export (?=(?:async )?function (?P<name>\w+)|const (?P<const>\w+))", re.MULTILINE
)
_UNKNOWN = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
_SYMBOL = re.compile(r"<svg[^>]*>(?P<shapes>.*)</svg>", re.DOTALL)


def join_styles(files: Iterable[Path]) -> str:
    """The style sheets one after the other, without comments and indentation."""
    styles = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return _INDENT.sub("", _COMMENT.sub("", styles))


def join_modules(entry: Path) -> str:
    """The module `entry` and what it imports, as one module."""
    joined: dict[str, str] = {}
    _join(entry, joined)
    return "".join(joined.values())


def _join(file: Path, joined: dict[str, str]) -> None:
    if file.stem in joined:
        return
    joined[file.stem] = ""  # Its place is known before it is written: a circle ends here.
    source = file.read_text(encoding="utf-8")
    for match in _IMPORT.finditer(source):
        _join(file.with_name(f"{match['file']}.js"), joined)
    del joined[file.stem]
    joined[file.stem] = _as_function(file.stem, source)


def _as_function(stem: str, source: str) -> str:
    exported = [match["name"] or match["const"] for match in _EXPORT.finditer(source)]
    body = _EXPORT.sub("", _IMPORT.sub(_as_constant, source))
    if unknown := _UNKNOWN.search(body):
        raise ValueError(f"{stem}.js: this form cannot be joined: {unknown[0]}")
    return f"const {_name(stem)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _as_constant(match: re.Match[str]) -> str:
    names = match["names"]
    return f"const {{{names}}} = {_name(match['file'])};\n" if names else ""


def _name(stem: str) -> str:
    return "$" + stem.replace("-", "_")


def join_sprite(files: Iterable[Path]) -> str:
    """Icons, to be drawn by `<use href="#i-…">`."""
    return "\n".join(_symbol(file) for file in sorted(files))


def _symbol(file: Path) -> str:
    match = _SYMBOL.search(file.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{file.name} is no icon")
    shapes = re.sub(r"\s+", " ", match["shapes"]).replace(" />", "/>").replace("> <", "><").strip()
    return f'<symbol id="i-{file.stem}" viewBox="0 0 24 24">{shapes}</symbol>'
