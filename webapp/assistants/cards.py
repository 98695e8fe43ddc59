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
    brings_model: bool = False
    """Whether the agent answers with a model of its own, whatever the settings say."""


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

TODO_ASSISTANT = AgentCard(
    name="Todo assistant",
    title="Todo assistant",
    description="Keeps your todos: what there is to do, and until when.",
    starters=(
        "Grocery shopping tomorrow",
        "What do I have to do this week?",
        "Remind me to call my sister next friday #family",
        "Show my todos",
    ),
)

SUPPORT_DESK = AgentCard(
    name="Support desk",
    title="Support desk",
    description="Hands you to Billing or to Technical support; all read the same chat.",
    starters=(
        "I was charged twice on my last invoice",
        "The app crashes with an error when I open it",
        "Who can help me here?",
    ),
)

BUILT_IN = (ASSISTANT, TODO_ASSISTANT, SUPPORT_DESK)
