"""The README's table of settings, written from `config.py`.

`make format` writes it, and a test sees that it was written.
"""

import ast
import json
import re
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from webapp.config import ROOT, Settings, variable

README = ROOT / "README.md"
_PLACE = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)


def table() -> str:
    """A row for each setting: its variable, its default, and what its docstring says."""
    rows = ["| Setting | Default | What it is |", "|---|---|---|"]
    words = _docstrings()
    for name, field in Settings.model_fields.items():
        rows.append(
            f"| `{variable(name)}` | {_default(name, field)} | {_about(field, words[name])} |"
        )
    return "\n".join(rows) + "\n"


def in_readme() -> str:
    found = _PLACE.search(README.read_text())
    assert found is not None, "the README has lost the place of its table"
    return found[0]


def write() -> None:
    README.write_text(_PLACE.sub(lambda _: table(), README.read_text()))


def _docstrings() -> dict[str, str]:
    tree = ast.parse((ROOT / "webapp" / "config.py").read_text())
    body = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == Settings.__name__
    )
    found = {}
    for node, following in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(following, ast.Expr):
            assert isinstance(node.target, ast.Name)
            found[node.target.id] = " ".join(ast.literal_eval(following.value).split())
    return found


def _default(name: str, field: FieldInfo) -> str:
    value: Any = field.default
    if name == "instance":
        return "`instance`"
    if isinstance(value, BaseModel):
        chosen = value.model_dump(exclude_none=True)
        return f"`{json.dumps(chosen)}`" if any(map(_is_limit, chosen.values())) else ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value not in (None, "", ()) else ""


def _is_limit(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _about(field: FieldInfo, words: str) -> str:
    kinds = [field.annotation, *get_args(field.annotation)]
    choices = [
        f"`{choice}`"
        for kind in kinds
        if get_origin(kind) is Literal
        for choice in get_args(kind)
        if choice
    ]
    named = f" One of {', '.join(choices)}." if choices else ""
    secret = " Secret." if SecretStr in kinds else ""
    return words.replace("|", "\\|") + named + secret


if __name__ == "__main__":
    write()
