"""Style sheet, scripts and icons: few, small, kept for ever, and renewed when they change."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from tests.support.client import PageClient
from webapp.config import ROOT
from webapp.web.assets import ADMIN_STYLES, DESK_ICONS, SETTINGS_STYLES, STYLES, Assets
from webapp.web.joining import join_modules

ADDRESS = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@pytest.fixture
def addresses(client: PageClient) -> list[str]:
    return ADDRESS.findall(client.get("/no-such-page").text)


def test_a_page_needs_few_files(addresses: list[str]) -> None:
    assert [re.sub(r"\.[0-9a-f]{12}\.", ".", address) for address in addresses] == [
        "/static/icon.svg",
        "/static/app.css",
        "/static/app.js",
        "/static/htmx.js",
    ]


def test_files_are_compressed_and_kept_for_ever(client: PageClient, addresses: list[str]) -> None:
    for address in addresses:
        plain = client.get(address)
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert "Set-Cookie" not in packed.headers


@pytest.mark.parametrize("name", ["app.css", "app.000000000000.css", "css/base.css", "../wsgi.py"])
def test_nothing_is_served_under_another_name(client: PageClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_the_first_page_is_light(app: Flask, client: PageClient, addresses: list[str]) -> None:
    wire = {"Accept-Encoding": "gzip"}
    sizes = [len(client.get(address, headers=wire).data) for address in addresses]
    page = len(client.get("/sign-in", headers=wire, follow_redirects=True).data)
    assert page + sum(sizes) < 60 * 1024


def test_every_style_sheet_is_served() -> None:
    assert {file.stem for file in (ROOT / "static/css").glob("*.css")} == {
        *STYLES,
        *ADMIN_STYLES,
        *SETTINGS_STYLES,
    }


def test_every_icon_that_is_drawn_is_there_and_no_other() -> None:
    assets = Assets(ROOT / "static")
    there = set(re.findall(r'id="i-([\w-]+)"', assets.sprite + assets.desk_sprite))
    text = "\n".join(
        file.read_text()
        for folder, ending in (("templates", "html"), ("webapp", "py"), ("static/js", "js"))
        for file in (ROOT / folder).rglob(f"*.{ending}")
    )
    named = set(re.findall(r"""["'](?:#i-)?([a-z][a-z0-9-]*)["']""", text))
    assert there <= named, f"nothing draws {sorted(there - named)}"
    drawn = set(re.findall(r"""icon(?:_name=|\()["']([a-z0-9-]+)["']""", text))
    assert drawn <= there, f"drawn, and not there: {sorted(drawn - there)}"


def test_what_only_the_desk_draws_is_drawn_nowhere_else() -> None:
    at_the_desk = (ROOT / "templates/admin", ROOT / "templates/styleguide")
    for file in (ROOT / "templates").rglob("*.html"):
        is_desk = file.parent.is_relative_to(at_the_desk[0]) or file.parent == at_the_desk[1]
        if not is_desk and file.name != "admin.html":
            drawn = set(re.findall(r"""["']([a-z][a-z0-9-]*)["']""", file.read_text()))
            assert drawn.isdisjoint(DESK_ICONS), file


def test_every_script_is_served() -> None:
    joined = join_modules(ROOT / "static/js/app.js")
    alone = {"sidebar-place"}  # It must not wait for the others.
    for file in (ROOT / "static/js").glob("*.js"):
        assert file.stem in alone or f"const ${file.stem.replace('-', '_')} = " in joined, file.name


def module(folder: Path, name: str, source: str) -> Path:
    file = folder / f"{name}.js"
    file.write_text(source)
    return file


def test_modules_are_joined_in_the_order_of_their_imports(tmp_path: Path) -> None:
    module(tmp_path, "low", "export const ONE = 1;\nexport async function two() {}\n")
    module(tmp_path, "mid-dle", 'import { ONE, two } from "./low.js";\ntwo(ONE);\n')
    entry = module(tmp_path, "app", 'import "./mid-dle.js";\nimport "./low.js";\n')
    assert join_modules(entry) == (
        "const $low = (() => {\nconst ONE = 1;\nasync function two() {}\n"
        "return { ONE, two };\n})();\n"
        "const $mid_dle = (() => {\nconst { ONE, two } = $low;\ntwo(ONE);\nreturn {  };\n})();\n"
        "const $app = (() => {\nreturn {  };\n})();\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        'import x from "./low.js";',
        'import * as low from "./low.js";',
        'import { a as b } from "https://elsewhere.example/low.js";',
        "export default function () {}",
        "export { ONE };",
        "export let two = 2;",
    ],
)
def test_a_form_that_cannot_be_joined_is_refused(tmp_path: Path, line: str) -> None:
    module(tmp_path, "low", "export const ONE = 1;\n")
    entry = module(tmp_path, "app", f"{line}\n")
    with pytest.raises(ValueError, match="cannot be joined"):
        join_modules(entry)
