"""Rules about the code itself, so that the next room is like the others."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2.meta import find_undeclared_variables

from webapp.config import ROOT

LONGEST_FILE = 300
LONGEST_SCRIPT = 150
LONGEST_CONFTEST = 120
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SKIPPED = re.compile(r"pytest\.(skip|xfail|importorskip)|mark\.(skip|skipif|xfail)")

# Who may enter without signing in. A new one is a decision: write it down here.
PUBLIC = {
    "auth.begin_sign_in",
    "auth.create_account",
    "auth.create_admin",
    "auth.register",
    "auth.setup",
    "auth.sign_in",
    "health.alive",
    "health.is_ready",
    "health.metrics",  # Asks for its token, or for this machine.
    "invitations.accept",
    "invitations.show",
    "look.theme",
    "password_resets.show",
    "password_resets.update",
    "static",
}

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|\shx-on\b|javascript:|\bhx-vals=.js:"
)
# A file to be kept carries its own style; its policy names it by its digest.
STANDS_ALONE = {"templates/exports/chat.html"}
# Where a template is used: included, extended, imported, rendered.
USE = re.compile(r"""["']([a-z_-]+/[a-z_./-]+\.html)["']""")

IMPORT = re.compile(r"\{%-? from [^%]* import ([a-z_, ]+?) -?%\}")


def files(*patterns: str) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in sorted(ROOT.glob(pattern)) if "vendor" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def templates() -> list[Path]:
    return list(files("templates/**/*.html"))


def length(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_file_is_longer_than_a_room() -> None:
    code = files("*.py", "webapp/**/*.py", "tests/**/*.py", "static/css/**/*.css")
    assert {name_of(path) for path in code if length(path) > LONGEST_FILE} == set()
    scripts = files("static/js/**/*.js")
    assert {name_of(path) for path in scripts if length(path) > LONGEST_SCRIPT} == set()
    assert length(ROOT / "tests/conftest.py") <= LONGEST_CONFTEST


def test_no_file_has_a_name_that_says_nothing() -> None:
    named = files("webapp/**/*", "tests/**/*", "static/**/*", "templates/**/*")
    assert [name_of(path) for path in named if path.stem.strip("_") in SHAPELESS] == []


def test_nothing_is_left_unfinished() -> None:
    code = files("webapp/**/*.py", "tests/**/*.py", "static/**/*.js", "static/**/*.css", "*.md")
    here = Path(__file__)
    found = [
        name_of(path)
        for path in [*code, *templates()]
        if path != here and UNFINISHED.search(path.read_text())
    ]
    assert found == []


def test_no_test_is_skipped() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in files("tests/**/test_*.py", "tests/**/conftest.py")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if SKIPPED.search(line)
    ]
    assert found == []


@pytest.mark.only_on("sqlite")
def test_a_partial_lies_in_its_nouns_folder_and_says_what_it_needs(app: Flask) -> None:
    with app.test_request_context():
        known = {*app.jinja_env.globals, *flask_context(app)}
    for path in (path for path in templates() if path.name.startswith("_")):
        text = path.read_text()
        assert path.parent.name != "templates", path
        assert text.startswith("{# "), f"{name_of(path)} does not begin with what it is"
        imported = {name for names in IMPORT.findall(text) for name in names.split(", ")}
        needed = find_undeclared_variables(app.jinja_env.parse(text)) - known - imported
        said = text.partition("#}")[0].partition("needs:")[2]
        unsaid = {name for name in needed if not re.search(rf"\b{name}\b", said)}
        assert not unsaid, f"{name_of(path)} needs {unsaid} and does not say so"


def flask_context(app: Flask) -> dict[str, Any]:
    """What every template is given."""
    given: dict[str, Any] = {}
    app.update_template_context(given)
    return given


def test_what_is_included_is_a_partial_and_what_is_a_whole_page_is_not() -> None:
    included = re.compile(r"""\{%-?\s*include\s+["']([^"']+)["']""")
    found = [
        (name_of(path), name)
        for path in templates()
        for name in included.findall(path.read_text())
        if not Path(name).name.startswith("_")
    ]
    assert found == []


def test_macros_are_components() -> None:
    with_macros = [path for path in templates() if "{% macro" in path.read_text()]
    assert {path.parent.name for path in with_macros} <= {"components"}


def test_nothing_in_a_template_is_inline() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in templates()
        if name_of(path) not in STANDS_ALONE
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if INLINE.search(line)
    ]
    assert found == []


def test_nothing_in_a_template_is_marked_safe() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false")
    assert [name_of(path) for path in templates() if unsafe.search(path.read_text())] == []


def test_every_template_is_used() -> None:
    sources = [*files("webapp/**/*.py"), *templates()]
    used = {name for path in sources for name in USE.findall(path.read_text())}
    there = {path.relative_to(ROOT / "templates").as_posix() for path in templates()}
    assert there - used == set()
    assert used - there == set()


@pytest.mark.only_on("sqlite")
def test_every_route_says_who_may_enter(app: Flask) -> None:
    access = {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], "access", "signed in")
        for rule in app.url_map.iter_rules()
    }
    assert {endpoint for endpoint, who in access.items() if who == "public"} == PUBLIC
    assert set(access.values()) <= {"public", "admin", "bearer", "signed in"}
    for rule in app.url_map.iter_rules():
        in_admin_area = rule.rule == "/admin" or rule.rule.startswith("/admin/")
        assert in_admin_area == (access[rule.endpoint] == "admin"), rule
        # Programs show a token; a browser's cookie opens nothing there, and needs no CSRF token.
        assert rule.rule.startswith("/api/") == (access[rule.endpoint] == "bearer"), rule


@pytest.mark.only_on("sqlite")
def test_what_changes_something_is_never_asked_for_with_get(app: Flask) -> None:
    reading = {"GET", "HEAD", "OPTIONS"}
    for rule in app.url_map.iter_rules():
        methods = rule.methods or set()
        assert methods <= reading or not methods & {"GET", "HEAD"}, rule


@pytest.mark.parametrize("command", ["make run", "make check"])
def test_the_readme_names_the_commands(command: str) -> None:
    assert f"\n{command}\n" in (ROOT / "README.md").read_text()


def test_the_makefile_tells_every_task() -> None:
    makefile = (ROOT / "Makefile").read_text()
    told = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert {"run", "dev", "test", "check", "bench", "bench-session", "lock", "format"} <= told
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    assert told <= phony
