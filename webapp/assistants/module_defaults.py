"""What the agents' module has told the SDK for all agents: a client, a key, the API to speak.

The SDK has functions to set these, and none to ask for them. Importing this imports the SDK.
"""

from agents.models import _openai_shared as shared
from openai import AsyncOpenAI


def client() -> AsyncOpenAI | None:
    """What `set_default_openai_client` was given, such as one for Azure."""
    return shared.get_default_openai_client()


def key() -> str | None:
    """What `set_default_openai_key` was given."""
    return shared.get_default_openai_key()


def wants_responses() -> bool:
    """Whether `set_default_openai_api` has left the Responses API."""
    return shared.get_use_responses_by_default()


def brings_model() -> bool:
    """Whether a model answers, whatever the settings say."""
    return client() is not None or key() is not None
