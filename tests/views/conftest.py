"""Runs that are worked on while views are asked, by agents that do what a test says."""

from tests.runs.conftest import executor, stage, start

__all__ = ["executor", "stage", "start"]
