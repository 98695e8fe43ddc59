"""The sentences about faults: what happened, then what to do."""

_RETRY = "Try again in a moment."
_ADMIN = "Tell the person who runs Parley."
_AGAIN = "Try again. If it happens again, tell the person who runs Parley."

SENTENCES = {
    "key_refused": "The model's server did not accept the key. "
    "The person who runs Parley has to set a valid OPENAI_API_KEY.",
    "not_allowed": "The key may not use this model. "
    "The person who runs Parley has to choose another model or key.",
    "model_unknown": "The model's server does not know the model. "
    "The person who runs Parley has to set PARLEY_MODEL to one that it offers.",
    "no_credit": f"The account at the model's server has no credit left. {_ADMIN}",
    "rate_limited": f"The model's server has too many requests right now. {_RETRY}",
    "rate_limited_for": "The model's server has too many requests right now. "
    "Try again in {seconds} seconds.",
    "overloaded": f"The model's server is overloaded. {_RETRY}",
    "model_error": f"The model's server failed. {_RETRY}",
    "request_refused": f"The model's server did not accept the request. {_ADMIN}",
    "unreachable": f"The model's server cannot be reached. {_RETRY}",
    "silence": f"The model said nothing for too long. {_RETRY}",
    "cut_off": "The connection to the model broke off before the answer was complete. Try again.",
    "garbled": f"The model's server sent something that is not an answer. {_RETRY}",
    "empty": "The model gave an empty answer. Try again, or put the question differently.",
    "too_much": "The answer reached the model's length limit and was cut. "
    "Ask for a shorter one, or for the rest.",
    "blocked": "The model's content filter stopped the answer. Put the question differently.",
    "refused": "The model declined to answer. Put the question differently.",
    "too_long": "This chat has become too long for the model. "
    "Send a shorter message, or start a new chat.",
    "max_turns": "The agent took too many steps without coming to an end. "
    "Try again, or ask for less at once.",
    "input_guardrail": "This agent does not take that message. Change it and send it again.",
    "output_guardrail": "The agent's answer was held back by one of its rules. "
    "Put the question differently.",
    "tool_guardrail": "A tool call was held back by one of the agent's rules. "
    "Put the request differently.",
    "unknown_tool": "The model asked for a tool that this agent does not have. Try again.",
    "tool_arguments": "The model called a tool in a form that cannot be read. Try again.",
    "output_form": "The model's answer did not have the form that this agent needs. Try again.",
    "behaviour": "The model answered in a way that cannot be used. Try again.",
    "tool_failed": f"One of the agent's tools failed. {_AGAIN}",
    "tool_timeout": "The tool {tool} took too long. Try again.",
    "agent_wrong": f"This agent is not set up correctly. {_ADMIN}",
    "not_saved": f"Parley could not save what came. {_RETRY}",
    "unexpected": f"Something unexpected went wrong. {_AGAIN}",
}

REWORDABLE = frozenset(
    {
        "blocked",
        "refused",
        "too_long",
        "input_guardrail",
        "output_guardrail",
        "tool_guardrail",
    }
)
"""Faults of what was said: in other words, it may be answered."""

CODES = {
    "invalid_api_key": "key_refused",
    "model_not_found": "model_unknown",
    "insufficient_quota": "no_credit",
    "billing_hard_limit_reached": "no_credit",
    "rate_limit_exceeded": "rate_limited",
    "context_length_exceeded": "too_long",
    "string_above_max_length": "too_long",
    "content_filter": "blocked",
    "content_policy_violation": "blocked",
    "overloaded_error": "overloaded",
    "server_error": "model_error",
}
"""From a server's own word, which says more than the status."""
