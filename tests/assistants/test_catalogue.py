"""Which agents PARLEY_AGENTS offers, and what it says where it cannot."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.assistants import catalogue
from webapp.assistants.cards import BUILT_IN
from webapp.assistants.catalogue import Catalogue, CatalogueError, load_catalogue
from webapp.config import ROOT, Settings

TWO = """
from agents import Agent

first = Agent(name="First", handoff_description="Comes first")
second = Agent(name="Second")
both = [second, first]
_hidden = Agent(name="Hidden")
again = first
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that the server was started in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def _load(agents: str) -> Catalogue:
    return load_catalogue(Settings(agents=agents))


def _names(found: Catalogue) -> list[str]:
    return [entry.name for entry in found.entries]


def _refusal(agents: str) -> str:
    with pytest.raises(CatalogueError) as raised:
        _load(agents)
    return str(raised.value)


def test_the_built_in_agents_are_offered_where_nothing_is_named() -> None:
    assert tuple(entry.card for entry in _load("").entries) == BUILT_IN


def test_a_module_offers_every_agent_that_it_names_once_and_in_its_order(folder: Path) -> None:
    (folder / "two_of_them.py").write_text(TWO)
    found = _load("two_of_them")
    assert _names(found) == ["First", "Second"]
    assert found.default.name == "First"
    assert found.default.card.description == "Comes first"
    assert found.find("Second") is found.entries[1]
    assert found.find("Hidden") is None


@pytest.mark.parametrize(
    ("attribute", "names"), [("second", ["Second"]), ("both", ["Second", "First"])]
)
def test_an_attribute_offers_an_agent_or_a_list(
    folder: Path, attribute: str, names: list[str]
) -> None:
    (folder / "with_attributes.py").write_text(TWO)
    assert _names(_load(f"with_attributes:{attribute}")) == names
    assert _names(_load(f"./with_attributes.py:{attribute}")) == names


def test_a_file_is_found_from_anywhere_and_may_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_agents.py").write_text("NAME = 'From the neighbour'")
    file = tmp_path / "my-agents.py"
    file.write_text(
        "from agents import Agent\nfrom neighbour_of_agents import NAME\na = Agent(name=NAME)\n"
    )
    assert _names(_load(str(file))) == ["From the neighbour"]


def test_what_is_said_with_offer_is_shown_and_the_others_stay_behind(folder: Path) -> None:
    (folder / "offering_one.py").write_text("""
from agents import Agent
from webapp.assistants import offer

billing = Agent(name="Billing")
desk = offer(Agent(name="Desk", handoffs=[billing]), title="Help desk",
             description="Ask us", starters=["My invoice is wrong"])
""")
    (entry,) = _load("offering_one").entries
    assert (entry.name, entry.card.title, entry.card.description) == ("Desk", "Help desk", "Ask us")
    assert entry.card.starters == ("My invoice is wrong",)


def test_what_is_offered_needs_no_name_in_the_module(folder: Path) -> None:
    (folder / "offering_many.py").write_text("""
from agents import Agent
from webapp.assistants import offer
from webapp.assistants.built_in import todo_assistant as _theirs

helper = Agent(name="Helper")
for city in ("Oslo", "Rome"):
    offer(Agent(name=city, handoffs=[helper]))
desk = offer(Agent(name="Desk"))
""")
    assert _names(_load("offering_many")) == ["Oslo", "Rome", "Desk"]


def test_a_broken_module_is_told_with_its_own_error_and_line(folder: Path) -> None:
    file = folder / "broken_module.py"
    file.write_text("from agents import Agent\n\nratio = 1 / 0\n")
    assert _refusal("broken_module") == (
        "PARLEY_AGENTS is broken_module, which fails with ZeroDivisionError:"
        f" division by zero ({file}, line 3)."
    )


def test_a_mistake_in_the_use_of_a_library_is_told_with_the_developers_line(folder: Path) -> None:
    file = folder / "misused.py"
    file.write_text("from agents import Agent\n\nAgent(name=3)\n")
    assert f"({file}, line 3)." in _refusal("misused")


def test_a_syntax_error_is_told_with_its_line(folder: Path) -> None:
    file = folder / "no_python.py"
    file.write_text("from agents import Agent\ndef broken(:\n")
    assert f"SyntaxError: invalid syntax ({file}, line 2)." in _refusal("no_python")


def test_a_missing_import_of_the_module_is_not_taken_for_a_missing_module(folder: Path) -> None:
    (folder / "needs_another.py").write_text("import nowhere_to_be_found\n")
    told = _refusal("needs_another")
    assert "ModuleNotFoundError: No module named 'nowhere_to_be_found'" in told
    assert "line 1" in told


def test_a_module_that_ends_the_program_is_told_too(folder: Path) -> None:
    (folder / "leaving.py").write_text("raise SystemExit('no key')\n")
    assert "SystemExit: no key" in _refusal("leaving")


@pytest.mark.parametrize(
    ("agents", "told"),
    [
        ("no_such_module", "there is no module no_such_module in "),
        ("no_such_package.agents", "there is no module no_such_package in "),
        ("./no_such_file.py", "which is not there"),
        ("plain:missing", "there is no missing in it"),
        ("plain:number", "that is of type int, neither an Agent nor a list of them"),
        ("plain:mixed", "that is of type int, neither an Agent nor a list of them"),
        ("plain:none", "there is no Agent in it"),
        ("plain", "with two agents named Same"),
        ("plain:nameless", "an agent whose name is empty or longer than 200 characters"),
        ("empty_module", "there is no Agent in it"),
    ],
)
def test_every_other_mistake_is_told_in_a_sentence(folder: Path, agents: str, told: str) -> None:
    (folder / "empty_module.py").write_text("")
    (folder / "plain.py").write_text("""
from agents import Agent

number = 3
one, two = Agent(name="Same"), Agent(name="Same")
mixed = [one, number]
none = []
nameless = [Agent(name=" ")]
""")
    sentence = _refusal(agents)
    assert sentence.startswith("PARLEY_AGENTS ")
    assert told in sentence
    assert sentence.endswith(".")


def test_the_server_loads_once_and_everybody_waits_for_it(folder: Path) -> None:
    (folder / "loaded_once.py").write_text(TWO)
    settings = Settings(agents="loaded_once")
    catalogue.begin_loading(settings)
    first = catalogue.current()
    catalogue.begin_loading(settings)
    assert catalogue.current() is first
    assert [card.title for card in catalogue.cards()] == ["First", "Second"]


def test_who_waits_is_told_what_went_wrong() -> None:
    catalogue.begin_loading(Settings(agents="no_such_module"))
    for ask in (catalogue.current, catalogue.cards):
        with pytest.raises(CatalogueError, match="no_such_module"):
            ask()
    catalogue.begin_loading(Settings())
    assert catalogue.cards() == BUILT_IN


def test_what_pages_need_does_not_load_the_sdk() -> None:
    code = (
        "import sys, webapp.assistants, webapp.assistants.catalogue, webapp.assistants.choice\n"
        "assert 'agents' not in sys.modules and 'openai' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)  # noqa: S603 - our own code
