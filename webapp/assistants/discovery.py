"""Finding the agents that `PARLEY_AGENTS` names."""

import importlib
import importlib.util
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from agents import Agent

from webapp.assistants import module_defaults
from webapp.assistants.catalogue import AgentEntry, CatalogueError
from webapp.assistants.models import prepare_sdk, provider
from webapp.assistants.offering import card_of, is_offered, offered
from webapp.config import Settings

MAX_NAME = 200


def discover(settings: Settings) -> tuple[AgentEntry, ...]:
    """The agents on offer, at least one. Raises CatalogueError."""
    prepare_sdk(settings)
    if not settings.agents:
        found = importlib.import_module("webapp.assistants.built_in").AGENTS
    else:
        found = _find(settings.agents)
        provider(settings).lend()
    return _check(found, settings.agents)


def _find(named: str) -> list[Agent[Any]]:
    where, attribute = _split(named)
    # What these offer is theirs, also where the module imports one of them or a tool of theirs.
    importlib.import_module("webapp.assistants.built_in")
    before = len(offered())
    module = _import(where, named)
    if attribute:
        return _at(module, attribute, named)
    public = [value for name, value in vars(module).items() if not name.startswith("_")]
    found = [value for value in public if isinstance(value, Agent)]
    # An agent that is offered need have no name in the module: functions and loops make some.
    given = [*offered()[before:], *[agent for agent in found if is_offered(agent)]]
    return given or found


def _split(named: str) -> tuple[str, str]:
    where, colon, attribute = named.rpartition(":")
    # On its own, a colon can belong to a path.
    if colon and all(part.isidentifier() for part in attribute.split(".")):
        return where, attribute
    return named, ""


def _at(module: ModuleType, attribute: str, named: str) -> list[Agent[Any]]:
    value: Any = module
    for part in attribute.split("."):
        if not hasattr(value, part):
            raise CatalogueError(f"PARLEY_AGENTS is {named}, but there is no {attribute} in it.")
        value = getattr(value, part)
    found = list(value) if isinstance(value, list | tuple) else [value]
    wrong = next((item for item in found if not isinstance(item, Agent)), None)
    if wrong is not None:
        raise CatalogueError(
            f"PARLEY_AGENTS is {named}, but that is of type {type(wrong).__name__},"
            " neither an Agent nor a list of them."
        )
    return found


def _import(where: str, named: str) -> ModuleType:
    try:
        if where.endswith(".py") or "/" in where:
            return _import_file(Path(where).expanduser().resolve())
        _let_import_from(Path.cwd())
        return importlib.import_module(where)
    except CatalogueError:
        raise
    except ModuleNotFoundError as error:
        if error.name and (where == error.name or where.startswith(f"{error.name}.")):
            raise CatalogueError(
                f"PARLEY_AGENTS is {named}, but there is no module {error.name}"
                f" in {Path.cwd()} or among the installed packages."
            ) from None
        raise CatalogueError(_broken(named, error)) from error
    except (Exception, SystemExit) as error:
        raise CatalogueError(_broken(named, error)) from error


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise CatalogueError(f"PARLEY_AGENTS names the file {path}, which is not there.")
    _let_import_from(path.parent)
    name = f"parley_agents_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CatalogueError(f"PARLEY_AGENTS names the file {path}, which is not Python.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Dataclasses and annotations look their module up.
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _let_import_from(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _broken(named: str, error: BaseException) -> str:
    """The module's own error, with the line that is the developer's."""
    if isinstance(error, SyntaxError):
        said, file, line = error.msg, error.filename, error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        theirs = [frame for frame in frames if not _is_machinery(frame.filename)]
        said = str(error)
        file, line = (theirs[-1].filename, theirs[-1].lineno) if theirs else (None, None)
    place = f" ({file}, line {line})" if file else ""
    return f"PARLEY_AGENTS is {named}, which fails with {type(error).__name__}: {said}{place}."


def _is_machinery(filename: str) -> bool:
    return (
        filename == __file__
        or filename.startswith("<")
        or "site-packages" in filename
        or Path(filename).is_relative_to(Path(importlib.__file__).parent)
    )


def _check(found: list[Agent[Any]], named: str) -> tuple[AgentEntry, ...]:
    agents = list({id(agent): agent for agent in found}.values())
    if not agents:
        raise CatalogueError(f"PARLEY_AGENTS is {named}, but there is no Agent in it.")
    names = [agent.name for agent in agents]
    for name in names:
        if not name.strip() or len(name) > MAX_NAME:
            raise CatalogueError(
                f"PARLEY_AGENTS is {named}, with an agent whose name is empty"
                f" or longer than {MAX_NAME} characters."
            )
        if names.count(name) > 1:
            raise CatalogueError(
                f"PARLEY_AGENTS is {named}, with two agents named {name}:"
                " a name must belong to one."
            )
    brings_model = module_defaults.brings_model()
    return tuple(
        AgentEntry(replace(card, brings_model=card.brings_model or brings_model), agent)
        for agent in agents
        for card in [card_of(agent)]
    )
