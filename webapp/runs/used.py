"""What the models of a run used, each for itself: they do not cost the same."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from webapp.runs.claiming import USED

MOST = 10**9
"""Of anything in one performance: a server may tell any number, and a column has to hold it."""


class Used:
    """What was heard of, answer by answer."""

    def __init__(self) -> None:
        self._by_model: dict[str | None, Counter[str]] = {}

    def add(self, model: str | None, usage: Any) -> None:
        """Count the `usage` of an answer, as a server or the SDK tells it; None where it is not."""
        if usage is not None:
            self._by_model.setdefault(model, Counter()).update(counts_of(usage))

    def shares(
        self, whole: Mapping[str, int], model: str | None
    ) -> dict[str | None, dict[str, int]]:
        """What each model used. What is missing to the `whole` was not heard, and is `model`'s."""
        shares = {name: Counter(counted) for name, counted in self._by_model.items()}
        heard = sum(shares.values(), Counter[str]())
        rest = Counter({name: bounded(whole[name] - heard[name]) for name in USED})
        shares.setdefault(model, Counter()).update(rest)
        return {name: _whole(counted) for name, counted in shares.items() if any(counted.values())}


def counts_of(usage: Any) -> dict[str, int]:
    """The numbers of USED. A server's own word is of one request."""
    told = {
        "requests": getattr(usage, "requests", 1),
        "input_tokens": usage.input_tokens,
        "cached_tokens": getattr(usage.input_tokens_details, "cached_tokens", 0),
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": getattr(usage.output_tokens_details, "reasoning_tokens", 0),
    }
    return {name: bounded(value or 0) for name, value in told.items()}


def bounded(number: int) -> int:
    return min(max(number, 0), MOST)


def _whole(counted: Mapping[str, int]) -> dict[str, int]:
    return {name: bounded(counted[name]) for name in USED}
