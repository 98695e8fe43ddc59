"""What the README says is so."""

import re
from pathlib import Path

import pytest

from tests.database_session.snippets import blocks
from tests.support import settings_table
from webapp.assistants.catalogue import load_catalogue
from webapp.config import ROOT, Settings

README = (ROOT / "README.md").read_text()
LONGEST_EXAMPLE = 20
LONGEST_DECISION = 12


def test_the_table_of_settings_is_that_of_the_code() -> None:
    assert settings_table.in_readme() == settings_table.table(), "make format writes it"


def test_the_agents_of_the_example_are_offered_as_it_says(tmp_path: Path) -> None:
    (example,) = blocks("Your own agents")
    assert len(example.splitlines()) < LONGEST_EXAMPLE
    file = tmp_path / "my_agents.py"
    file.write_text(example)
    catalogue = load_catalogue(Settings(agents=str(file), instance=tmp_path))
    assert [entry.card.title for entry in catalogue.entries] == ["Helper"]
    assert catalogue.default.card.starters == ("What can you do?",)
    assert [tool.name for tool in catalogue.default.agent.tools] == ["whoami"]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`make ([a-z-]+)`", README))))
def test_every_task_that_is_named_exists(name: str) -> None:
    assert re.search(rf"^{name}:.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_a_decision_is_short_and_says_why() -> None:
    section = README.split("\n## Decisions\n")[1].split("\n## ")[0]
    decisions = [part.strip().splitlines() for part in section.split("\n### ")[1:]]
    assert len(decisions) >= 5
    for title, *lines in decisions:
        assert len(lines) < LONGEST_DECISION, title
        for part in ("- Context: ", "- Decision: ", "- Consequence: "):
            assert any(line.startswith(part) for line in lines), title
