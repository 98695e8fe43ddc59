"""What tokens cost, where the operator has said so."""

from webapp.config import ModelPrice, Prices

MILLION = 1_000_000


def cost_of(
    prices: Prices, model: str | None, *, input_tokens: int, cached_tokens: int, output_tokens: int
) -> float | None:
    """In the currency of `prices`; None where the model has no price. Cached ones are input too."""
    price = prices.models.get(model or "")
    if price is None:
        return None
    return _of(price, input_tokens - cached_tokens, cached_tokens, output_tokens) / MILLION


def _of(price: ModelPrice, fresh: int, cached: int, output: int) -> float:
    per_cached = price.input if price.cached is None else price.cached
    return fresh * price.input + cached * per_cached + output * price.output
