"""What a run that fails tells the person: what happened, and what can be done."""

from collections.abc import Callable
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any

import httpx2
import openai
from agents import exceptions as sdk
from pydantic import ValidationError

from webapp.assistants.answers import AnswerWrong
from webapp.assistants.fault_words import CODES, SENTENCES
from webapp.database import UNREACHABLE

_TOO_LARGE = 413
_SERVER_ERROR = 500
_OVERLOADED = {503, 529}


@dataclass(frozen=True)
class Fault:
    """A kind for counting, and a plain sentence for the person."""

    kind: str
    sentence: str


def describe(error: BaseException) -> Fault:
    """The fault that `error` stands for. It never quotes a server, a key or an address.

    What nothing here knows is "unexpected"; the run logs the cause of each.
    """
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    for kinds, kind_of in _RULES:
        if isinstance(error, kinds):
            kind, values = kind_of(error)
            break
    else:
        kind, values = "unexpected", {}
    return Fault(kind, SENTENCES[kind].format(**values))


Kind = tuple[str, dict[str, Any]]


def _of_status(error: Any) -> Kind:
    if error.code in CODES:
        return CODES[error.code], {}
    status = error.status_code
    if status == _TOO_LARGE:
        return "too_long", {}
    if status in _OVERLOADED:
        return "overloaded", {}
    if status >= _SERVER_ERROR:
        return "model_error", {}
    return _KIND_OF_STATUS.get(status, "request_refused"), {}


_KIND_OF_STATUS = {
    401: "key_refused",
    403: "not_allowed",
    404: "model_unknown",
    408: "silence",
    429: "rate_limited",
}


def _of_rate_limit(error: Any) -> Kind:
    kind, _ = _of_status(error)
    seconds = error.response.headers.get("retry-after", "")
    if kind == "rate_limited" and seconds.isdigit():
        return "rate_limited_for", {"seconds": int(seconds)}
    return kind, {}


def _of_connection(error: Any) -> Kind:
    cause = error.__cause__
    begun = isinstance(cause, httpx2.RemoteProtocolError | httpx2.ReadError)
    return ("cut_off" if begun else "unreachable"), {}


def _of_api_error(error: Any) -> Kind:
    """An error inside a stream that had begun well."""
    return CODES.get(error.code or "", CODES.get(error.type or "", "model_error")), {}


def _of_answer(error: Any) -> Kind:
    return CODES.get(error.code, error.what), {}


def _of_behaviour(error: Any) -> Kind:
    message = error.message
    if "not found in agent" in message:
        return "unknown_tool", {}
    if "Invalid JSON" in message:
        return "tool_arguments" if "tool" in message.lower() else "output_form", {}
    return "behaviour", {}


def _of_user_error(error: Any) -> Kind:
    # The SDK wraps what a tool raised; the cause is the tool's own error.
    return ("tool_failed" if error.__cause__ is not None else "agent_wrong"), {}


def _always(kind: str) -> Callable[[Any], Kind]:
    return lambda _error: (kind, {})


# The first that fits decides: the special before the general.
_RULES: tuple[tuple[Any, Callable[[Any], Kind]], ...] = (
    (AnswerWrong, _of_answer),
    (openai.RateLimitError, _of_rate_limit),
    (openai.APIResponseValidationError, _always("garbled")),
    (openai.APIStatusError, _of_status),
    (openai.APITimeoutError, _always("silence")),
    (openai.APIConnectionError, _of_connection),
    (openai.ContentFilterFinishReasonError, _always("blocked")),
    (openai.LengthFinishReasonError, _always("too_much")),
    (openai.APIError, _of_api_error),
    (openai.OpenAIError, _always("agent_wrong")),
    # Such as of LiteLLM, which is looked for when a model of its is first asked.
    (ImportError, _always("agent_wrong")),
    (httpx2.TimeoutException, _always("silence")),
    (httpx2.RemoteProtocolError, _always("cut_off")),
    (httpx2.TransportError, _always("unreachable")),
    (sdk.MaxTurnsExceeded, _always("max_turns")),
    (sdk.ModelTimeoutError, _always("silence")),
    (sdk.ModelRefusalError, _always("refused")),
    (sdk.InputGuardrailTripwireTriggered, _always("input_guardrail")),
    (sdk.OutputGuardrailTripwireTriggered, _always("output_guardrail")),
    (sdk.ToolInputGuardrailTripwireTriggered, _always("tool_guardrail")),
    (sdk.ToolOutputGuardrailTripwireTriggered, _always("tool_guardrail")),
    (sdk.ToolTimeoutError, lambda error: ("tool_timeout", {"tool": error.tool_name})),
    (sdk.MCPToolCancellationError, _always("tool_failed")),
    (sdk.ModelBehaviorError, _of_behaviour),
    (sdk.UserError, _of_user_error),
    (UNREACHABLE, _always("not_saved")),
    (TimeoutError, _always("silence")),
    ((ValidationError, JSONDecodeError, UnicodeDecodeError), _always("garbled")),
)
