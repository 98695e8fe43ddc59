"""The agents that people talk with."""

from webapp.assistants.offering import offer

__all__ = ["offer"]
