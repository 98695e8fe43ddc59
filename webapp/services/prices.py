"""What tokens cost, where the operator has said so."""

import re

from webapp.config import ModelPrice, Prices

MILLION = 1_000_000
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")


def cost_of(
    prices: Prices, model: str | None, *, input_tokens: int, cached_tokens: int, output_tokens: int
) -> float | None:
    """In the currency of `prices`; None where the model has no price. Cached ones are input too.

    A server calls a model by the version that answers, as `a-model-2030-01-31`: where that has no
    price of its own, it costs what `a-model` does.
    """
    name = model or ""
    price = prices.models.get(name) or prices.models.get(undated(name))
    if price is None:
        return None
    return _of(price, input_tokens - cached_tokens, cached_tokens, output_tokens) / MILLION


def undated(model: str) -> str:
    """The name without the date of a version."""
    return _DATED.sub("", model)


def _of(price: ModelPrice, fresh: int, cached: int, output: int) -> float:
    per_cached = price.input if price.cached is None else price.cached
    return fresh * price.input + cached * per_cached + output * price.output
