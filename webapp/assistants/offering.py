"""What a developer says about an agent that is to be offered."""

from typing import TYPE_CHECKING, Any, TypeVar

from webapp.assistants.cards import AgentCard

if TYPE_CHECKING:
    from agents import Agent

AnyAgent = TypeVar("AnyAgent", bound="Agent[Any]")

_offered: "dict[int, tuple[Agent[Any], AgentCard]]" = {}


def offer(
    agent: AnyAgent,
    *,
    title: str = "",
    description: str = "",
    starters: tuple[str, ...] | list[str] = (),
) -> AnyAgent:
    """Offer `agent` in the chat, with words of its own; gives the agent back.

    A module that offers some of its agents offers those alone; others stay behind handoffs.
    """
    card = AgentCard(
        name=agent.name,
        title=title or agent.name,
        description=description or agent.handoff_description or "",
        starters=tuple(starters),
        brings_model=_brings_model(agent),
    )
    _offered[id(agent)] = (agent, card)  # The agent too: its id must not come to mean another.
    return agent


def offered() -> "list[Agent[Any]]":
    """All that were offered in this process, in the order in which that was done."""
    return [agent for agent, _ in _offered.values()]


def is_offered(agent: object) -> bool:
    return id(agent) in _offered


def card_of(agent: "Agent[Any]") -> AgentCard:
    """The card that was given, or one from what the agent says of itself."""
    if is_offered(agent):
        return _offered[id(agent)][1]
    return AgentCard(
        agent.name,
        agent.name,
        agent.handoff_description or "",
        brings_model=_brings_model(agent),
    )


def _brings_model(agent: "Agent[Any]") -> bool:
    """A model's name is not one: the settings say who answers to it."""
    return agent.model is not None and not isinstance(agent.model, str)
