"""What the agents' module has told the SDK for all agents: a client, a key, the API to speak.

The SDK has functions to set these, and none to ask for them. What the module has left unsaid the
settings say, for runs that agents begin themselves. Importing this imports the SDK.
"""

from dataclasses import dataclass

from agents import set_default_openai_api, set_default_openai_client
from agents.models import _openai_shared as shared
from openai import AsyncOpenAI


@dataclass(frozen=True)
class _Lent:
    client: AsyncOpenAI
    responses: bool
    wanted_responses: bool
    """What was said before."""


_lent: list[_Lent] = []


def lend(client: AsyncOpenAI, *, responses: bool) -> None:
    """Let runs that know of no settings use `client` too, and speak the API that it speaks.

    What is asked of this module stays what was said before.
    """
    _lent[:] = [_Lent(client, responses, wants_responses())]
    set_default_openai_client(client, use_for_tracing=False)
    set_default_openai_api("responses" if responses else "chat_completions")


def client() -> AsyncOpenAI | None:
    """What `set_default_openai_client` was given, such as one for Azure."""
    given = shared.get_default_openai_client()
    return None if _lent and given is _lent[0].client else given


def key() -> str | None:
    """What `set_default_openai_key` was given."""
    return shared.get_default_openai_key()


def wants_responses() -> bool:
    """Whether `set_default_openai_api` has left the Responses API."""
    wanted = shared.get_use_responses_by_default()
    return _lent[0].wanted_responses if _lent and wanted == _lent[0].responses else wanted


def brings_model() -> bool:
    """Whether a model answers, whatever the settings say."""
    return client() is not None or key() is not None
