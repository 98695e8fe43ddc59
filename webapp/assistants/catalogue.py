"""The agents that people can choose from: loaded once per process, away from the first page.

Nothing here imports the SDK, which takes a second: `webapp.assistants.discovery` does, on the
thread that `begin_loading` starts.
"""

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webapp.assistants.cards import BUILT_IN, AgentCard
from webapp.config import Settings, load_settings

if TYPE_CHECKING:
    from agents import Agent


class CatalogueError(Exception):
    """The agents cannot be offered; the text is a sentence that says why and where."""


@dataclass(frozen=True)
class AgentEntry:
    """An agent as it is offered."""

    card: AgentCard
    agent: "Agent[Any]"

    @property
    def name(self) -> str:
        return self.card.name


@dataclass(frozen=True)
class Catalogue:
    """The agents on offer, in the order in which people see them."""

    entries: tuple[AgentEntry, ...]

    @property
    def default(self) -> AgentEntry:
        return self.entries[0]

    def find(self, name: str | None) -> AgentEntry | None:
        return next((entry for entry in self.entries if entry.name == name), None)


@dataclass(frozen=True)
class _Loading:
    settings: Settings
    result: Future[Catalogue]


_guard = threading.Lock()
_begun: list[_Loading] = []


def load_catalogue(settings: Settings) -> Catalogue:
    """Import the SDK and the agents. Raises CatalogueError."""
    _refuse_hidden_sdk()
    discover = import_module("webapp.assistants.discovery").discover
    return Catalogue(discover(settings))


def begin_loading(settings: Settings) -> None:
    """Load on a thread, unless it was begun already with the same settings."""
    with _guard:
        if _begun and _begun[0].settings == settings:
            return
        loading = _Loading(settings, Future())
        _begun[:] = [loading]
    threading.Thread(target=_load, args=(loading,), name="catalogue", daemon=True).start()


def current() -> Catalogue:
    """Wait for the agents. Raises CatalogueError."""
    return _latest().result.result()


def cards() -> tuple[AgentCard, ...]:
    """What a page needs; built-in agents are known without waiting. Raises CatalogueError."""
    if not _latest().settings.agents:
        return BUILT_IN
    return tuple(entry.card for entry in current().entries)


def _refuse_hidden_sdk() -> None:
    """A file or folder of the developer's may bear the name under which the SDK is imported."""
    spec = find_spec("agents")
    folders = spec.submodule_search_locations if spec else None
    if spec and not any(Path(folder, "run_context.py").is_file() for folder in folders or ()):
        where = spec.origin or ", ".join(folders or ())
        raise CatalogueError(
            f"{where} has the name of the SDK's own package, agents, which cannot be imported"
            " beside it. Give it another name, such as my_agents.py."
        )


def _latest() -> _Loading:
    if not _begun:
        # A command or a test, where no server began: the environment says what to load.
        begin_loading(load_settings())
    return _begun[0]


def _load(loading: _Loading) -> None:
    try:
        loading.result.set_result(load_catalogue(loading.settings))
    except BaseException as error:  # noqa: BLE001 - whoever waits is told
        loading.result.set_exception(error)
