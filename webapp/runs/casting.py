"""Who plays a run: the chat's agent, or the one whom it has handed the chat to."""

from collections.abc import Iterator
from inspect import isawaitable
from typing import Any, Protocol

from agents import Agent

from webapp.runs.claiming import ClaimedRun


class AgentGone(Exception):
    """The chat's agent is not offered any more."""


class Entry(Protocol):
    """An agent that people may talk with."""

    @property
    def name(self) -> str: ...
    @property
    def agent(self) -> Agent[Any]: ...


class Catalogue(Protocol):
    @property
    def default(self) -> Entry: ...
    def find(self, name: str) -> Entry | None: ...


def entry_for(run: ClaimedRun, catalogue: Catalogue) -> Entry:
    """The agent on offer that the chat is with. Raises AgentGone."""
    entry = catalogue.find(run.agent_name) if run.agent_name else catalogue.default
    if entry is None:
        raise AgentGone
    return entry


def speaker(agent: Agent[Any], name: str | None) -> Agent[Any]:
    """The agent of this name that `agent` can hand over to, directly or not; else itself.

    Who was handed a chat keeps it, as in the SDK's own examples, which begin a turn with the last
    agent of the one before.
    """
    return next((other for other in reached(agent) if other.name == name), agent)


def instructed(agent: Agent[Any], more: str | None) -> Agent[Any]:
    """The agent with the chat's own instructions after its own."""
    if not more:
        return agent
    given = agent.instructions
    if not callable(given):
        return agent.clone(instructions=f"{given}\n\n{more}" if given else more)

    async def both(context: Any, own: Agent[Any]) -> str:
        said = given(context, own)
        text = await said if isawaitable(said) else said
        return f"{text}\n\n{more}" if text else more

    return agent.clone(instructions=both)


def reached(agent: Agent[Any]) -> Iterator[Agent[Any]]:
    """An agent and all that it can come to hand over to, nearest first."""
    queue, seen = [agent], {id(agent)}
    for other in queue:
        yield other
        for handoff in other.handoffs:
            target = handoff if isinstance(handoff, Agent) else _target(handoff)
            if target is not None and id(target) not in seen:
                seen.add(id(target))
                queue.append(target)


def _target(handoff: Any) -> Agent[Any] | None:
    # The SDK has no other way from a handoff to its agent before it is called.
    reference = getattr(handoff, "_agent_ref", None)
    target = reference() if reference is not None else None
    return target if isinstance(target, Agent) else None
