"""An agent as a page shows it, and the cards of the built-in ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AgentCard:
    """What people see before they choose. `name` is the agent's own and stays the same."""

    name: str
    title: str
    description: str = ""
    starters: tuple[str, ...] = ()
    """Messages to begin with, one press each."""


ASSISTANT = AgentCard(
    name="Assistant",
    title="Assistant",
    description="Answers questions, knows the time anywhere, and calculates.",
    starters=(
        "What can you do?",
        "What time is it in Tokyo?",
        "What is 17.5% of 2,480?",
        "Show me what Markdown looks like here",
    ),
)

BUILT_IN = (ASSISTANT,)
