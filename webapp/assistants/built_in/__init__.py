"""The agents that come with Parley."""

from typing import Any

from agents import Agent

from webapp.assistants.built_in.assistant import assistant

AGENTS: list[Agent[Any]] = [assistant]
