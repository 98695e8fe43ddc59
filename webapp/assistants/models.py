"""Which model answers: OpenAI's, another server's, or the offline demonstration."""

import os
import threading
from traceback import format_tb
from typing import Any

import structlog
from agents import MultiProvider, RunConfig, ToolErrorFormatterArgs
from agents.models import get_default_model
from agents.models.interface import Model, ModelProvider
from agents.tracing import set_trace_provider
from agents.tracing.provider import DefaultTraceProvider
from uuid_utils import uuid4

from webapp.assistants import module_defaults
from webapp.assistants.choice import is_offline
from webapp.assistants.clients import Clients
from webapp.assistants.offline import OfflineModel
from webapp.assistants.openai_models import ChatCompletionsModel, ResponsesModel
from webapp.config import Settings

DEFAULT_MODEL = "OPENAI_DEFAULT_MODEL"
"""The SDK's variable for the model of agents that name none."""
_ELSEWHERE = ("litellm/", "any-llm/")

log = structlog.get_logger(__name__)


def prepare_sdk(settings: Settings) -> None:
    """Set the SDK up, before any agent is made."""
    # A provider of our own, without the exporter that the SDK's would bring: nothing is sent out.
    tracing = _Tracing()
    set_trace_provider(tracing)
    if settings.model:
        # An agent takes its model settings from the default model's name when it is made:
        # otherwise another server would be sent settings that only OpenAI's default knows.
        os.environ[DEFAULT_MODEL] = settings.model


class _Tracing(DefaultTraceProvider):
    def __init__(self) -> None:
        super().__init__()
        super().set_disabled(disabled=False)

    def set_disabled(self, disabled: bool) -> None:  # noqa: FBT001 - the SDK's own
        # Many a module turns tracing off so that nothing is sent. Nothing is; and whether a tool
        # has failed is told by its span alone, whatever the module or the environment says.
        pass

    def gen_span_id(self) -> str:
        # The SDK's own asks the system each time. `random` would not do: an agent's tool may seed
        # it, and its ids would come again.
        return f"span_{uuid4().hex[:24]}"


class ParleyProvider(ModelProvider):
    """Finds the model for an agent that brings none of its own."""

    def __init__(self, settings: Settings, clients: Clients | None = None) -> None:
        self.settings = settings
        self._clients = clients or Clients(settings)
        self._offline = OfflineModel()
        self._elsewhere = MultiProvider()

    def get_model(self, model_name: str | None) -> Model:
        if is_demonstration(self.settings):
            return self._offline
        if model_name and model_name.startswith(_ELSEWHERE):
            return self._elsewhere.get_model(model_name)
        name = model_name or self.settings.model
        model = ResponsesModel if _uses_responses(self.settings) else ChatCompletionsModel
        client = module_defaults.client() or self._clients.current()
        return model(model=name or get_default_model(), openai_client=client)

    def lend(self) -> None:
        """Let runs that agents begin themselves, in tools and guardrails, ask the same server.

        The SDK looks for their model by its own defaults, which know nothing of the settings.
        """
        if not is_demonstration(self.settings) and module_defaults.client() is None:
            responses = _uses_responses(self.settings)
            module_defaults.lend(self._clients.current(), responses=responses)

    async def aclose(self) -> None:
        """Close what the running loop has open."""
        await self._clients.close()


def is_demonstration(settings: Settings) -> bool:
    """Whether the demonstration answers for agents that bring no model of their own."""
    return is_offline(settings) and not module_defaults.brings_model()


def _uses_responses(settings: Settings) -> bool:
    """Whether the Responses API is spoken, rather than chat completions."""
    if settings.openai_api:
        return settings.openai_api == "responses"
    is_openai = module_defaults.client() is not None or not settings.openai_base_url
    return is_openai and module_defaults.wants_responses()


def run_config(settings: Settings) -> RunConfig:
    """How a run is run."""
    return RunConfig(
        model_provider=provider(settings),
        workflow_name="Parley",
        trace_include_sensitive_data=False,
        # They hold other spans, and tell nothing themselves.
        tracing={"include_task_and_turn_spans": False},
        tool_error_formatter=_log_tool_error,
    )


def _log_tool_error(told: ToolErrorFormatterArgs[Any]) -> None:
    """Leave the model's words to the SDK, which tells nobody what the tool has raised.

    The error's own words may quote what a person has written: its kind and place do not.
    """
    if told.error is not None:
        kind, place = type(told.error).__name__, format_tb(told.error.__traceback__)
        log.warning("tool_failed", tool=told.tool_name, error=kind, at="".join(place))


def provider(settings: Settings) -> ParleyProvider:
    """The one provider of this process: the runs of a loop share its connections."""
    with _guard:
        if not _latest or _latest[0].settings != settings:
            _latest[:] = [ParleyProvider(settings)]
        return _latest[0]


_guard = threading.Lock()
_latest: list[ParleyProvider] = []
