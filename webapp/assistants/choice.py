"""What the settings say about the model, for those who do not want the SDK to know it."""

from collections.abc import Iterable

from webapp.assistants.cards import AgentCard
from webapp.config import Settings


def is_offline(settings: Settings) -> bool:
    """Whether there is neither a key nor a server, so that the demonstration may answer."""
    return settings.openai_api_key is None and not settings.openai_base_url


def model_notice(settings: Settings, offered: Iterable[AgentCard]) -> str | None:
    """The sentence for the page where the demonstration answers for any agent that is `offered`."""
    if not is_offline(settings) or all(card.brings_model for card in offered):
        return None
    return "Offline demonstration. Set OPENAI_API_KEY or OPENAI_BASE_URL to talk with a model."
