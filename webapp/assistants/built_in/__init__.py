"""The agents that come with Parley."""

from typing import Any

from agents import Agent

from webapp.assistants.built_in.assistant import assistant
from webapp.assistants.built_in.support_desk import support_desk
from webapp.assistants.built_in.todo_assistant import todo_assistant

AGENTS: list[Agent[Any]] = [assistant, todo_assistant, support_desk]
